"""The ornament of a certificate's frame and ground, drawn as SVG paths in millimetres of an A4 landscape sheet.

Fine waves (guilloche) in the border and a rosette behind the text: quiet in print, tiresome to copy. Computed once;
the numbers are rounded to 0.01 mm so that a file stays small.
"""

import math
from functools import cache

WIDTH, HEIGHT = 297, 210
OUTER, INNER = 8.0, 13.0  # the band of waves lies between these two distances from the edge
CORNER = 5.0  # a square of this size is kept free for the corner ornament
WAVE = 4.6  # about this long; stretched so that whole waves fit a side


def _wave(start: float, end: float, middle: float, turn: int, *, upright: bool) -> str:
    """One wave along a side: quadratic half waves, alternating by ``T``; ``turn`` is 1 or -1."""
    length = end - start
    halves = 2 * round(length / WAVE)
    step = length / halves
    swing = (INNER - OUTER) * 0.8 * turn
    first = f"{step / 2:.2f} {swing:.2f} {step:.2f} 0" if not upright else f"{swing:.2f} {step / 2:.2f} 0 {step:.2f}"
    more = f"t{step:.2f} 0" if not upright else f"t0 {step:.2f}"
    at = f"{start:.2f} {middle:.2f}" if not upright else f"{middle:.2f} {start:.2f}"
    return f"M{at}q{first}" + more * (halves - 1)


@cache
def band() -> str:
    """Path data of all four sides: two waves that cross, and the line between them."""
    middle = (OUTER + INNER) / 2
    near = OUTER + CORNER
    parts = []
    for line in (middle, HEIGHT - middle):
        parts += [_wave(near, WIDTH - near, line, turn, upright=False) for turn in (1, -1)]
        parts.append(f"M{near:g} {line:g}H{WIDTH - near:g}")
    for line in (middle, WIDTH - middle):
        parts += [_wave(near, HEIGHT - near, line, turn, upright=True) for turn in (1, -1)]
        parts.append(f"M{line:g} {near:g}V{HEIGHT - near:g}")
    return "".join(parts)


@cache
def rosette(radius: float = 46.0, petals: int = 24, *, flat: float = 0.42) -> str:
    """Path data of ``petals`` ellipses through one centre at 0,0: the pale ground behind the name."""
    parts = []
    for index in range(petals):
        turn = 180 * index / petals
        x, y = radius * math.cos(math.radians(turn)), radius * math.sin(math.radians(turn))
        arc = f"a{radius:g} {radius * flat:g} {turn:g} 1 0"
        parts.append(f"M{-x:.2f} {-y:.2f}{arc} {2 * x:.2f} {2 * y:.2f}{arc} {-2 * x:.2f} {-2 * y:.2f}z")
    return "".join(parts)


@cache
def flower(radius: float = 2.1, petals: int = 8) -> str:
    """Path data of the flower in a corner, around 0,0."""
    parts = []
    for index in range(petals):
        tip = 2 * math.pi * index / petals
        left, right = tip - math.pi / petals * 0.85, tip + math.pi / petals * 0.85
        near = radius * 0.62
        points = [
            (near * math.cos(left), near * math.sin(left)),
            (radius * math.cos(tip), radius * math.sin(tip)),
            (near * math.cos(right), near * math.sin(right)),
        ]
        (ax, ay), (bx, by), (cx, cy) = points
        parts.append(f"M0 0Q{ax:.2f} {ay:.2f} {bx:.2f} {by:.2f}Q{cx:.2f} {cy:.2f} 0 0z")
    return "".join(parts)
