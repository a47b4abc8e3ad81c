"""Pictures of invented identity cards as a phone's camera sees them: sharp, tilted, blurred, dim, from afar, close."""

import io
import math
import random
from dataclasses import dataclass

import qrcode
from PIL import Image, ImageChops, ImageDraw, ImageFilter

WIDE, HIGH = 1280, 720
CARD_MM = (85.6, 54.0)
PX = 20  # pixels per millimetre of the drawn card
# Edge of the QR on the card: the front of 2021, the back of 2024.
QR_MM = {"2021": 15, "2024": 20}


@dataclass(frozen=True)
class Shot:
    """How the card is held: share of the width, perspective, turn in degrees, blur in pixels, light, noise."""

    width: float = 0.85
    tilt: float = 0.0
    turn: float = 0.0
    blur: float = 0.0
    light: float = 1.0
    noise: float = 0.0


SHOTS = {
    "sharp": Shot(),
    "tilted": Shot(tilt=0.12, turn=8),
    "strongly tilted": Shot(width=0.7, tilt=0.2, turn=20),
    "blurred": Shot(turn=3, blur=1.0),
    "strongly blurred": Shot(turn=3, blur=1.4),
    "tilted and blurred": Shot(tilt=0.12, turn=8, blur=1.0),
    "dim and noisy": Shot(tilt=0.05, turn=4, blur=0.5, light=0.4, noise=12),
    "from afar": Shot(width=0.5, turn=2),
    "close": Shot(width=1.6, tilt=0.08, turn=6),
    "close and blurred": Shot(width=1.6, tilt=0.08, turn=6, blur=2),
    "close and strongly blurred": Shot(width=1.6, tilt=0.05, turn=6, blur=3),
}


def draw_card(payload: str, layout: str) -> Image.Image:
    """Draw a card: a patterned ground, a face, lines of text, the QR at the upper right."""
    size = (int(CARD_MM[0] * PX), int(CARD_MM[1] * PX))
    card = Image.new("RGB", size, (214, 226, 222))
    pen, dice = ImageDraw.Draw(card), random.Random(1)
    for _line in range(300):
        ends = [dice.randrange(size[number % 2]) for number in range(4)]
        pen.line(ends, fill=(190 + dice.randrange(40), 210, 200 + dice.randrange(30)))
    pen.rectangle([80, 350, 560, 950], fill=(120, 130, 140))
    for top in range(480, 960, 70):
        pen.rectangle([640, top, 640 + dice.randrange(400, 900), top + 26], fill=(40, 40, 60))
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=2, box_size=10)
    code.add_data(payload.encode())
    edge = QR_MM[layout] * PX
    picture = code.make_image().convert("RGB").resize((edge, edge), Image.Resampling.LANCZOS)
    card.paste(picture, (size[0] - edge - 60, 50))
    return card


def photograph(card: Image.Image, shot: Shot, *, mirror: bool = False) -> Image.Image:
    """Return the picture of a card held like this; ``mirror`` turns it the other way."""
    wide = WIDE * shot.width
    high = wide * CARD_MM[1] / CARD_MM[0]
    left, top = (WIDE - wide) / 2, (HIGH - high) / 2
    if shot.width > 1:  # the QR, not the card, is in the middle
        left, top = WIDE / 2 - wide * (1 - 12 / CARD_MM[0]), HIGH / 2 - high * 12 / CARD_MM[1]
    lean = high * shot.tilt
    corners = [
        (left + lean / 2, top),
        (left + wide + lean / 2, top + lean),
        (left + wide, top + high - lean),
        (left - lean / 5, top + high),
    ]
    corners = [_turned(corner, -shot.turn if mirror else shot.turn) for corner in corners]
    small = card.resize((int(wide * 1.5), int(high * 1.5)), Image.Resampling.LANCZOS) if shot.width < 1 else card
    map_back = _perspective(corners, [(0, 0), (small.width, 0), (small.width, small.height), (0, small.height)])
    size, way = (WIDE, HIGH), Image.Transform.PERSPECTIVE
    scene = Image.new("RGB", size, (120, 100, 80))
    held = small.transform(size, way, map_back, Image.Resampling.BICUBIC)
    scene.paste(held, (0, 0), Image.new("L", small.size, 255).transform(size, way, map_back))
    if shot.blur:
        scene = scene.filter(ImageFilter.GaussianBlur(shot.blur))
    if shot.light != 1:
        scene = scene.point(lambda value: int(value * shot.light))
    if shot.noise:
        scene = ImageChops.add(scene, Image.effect_noise(size, shot.noise).convert("RGB"), 1, -128)
    return scene


def film(picture: Image.Image, frames: int = 4) -> bytes:
    """Return the picture as a short MJPEG film, which Chromium's fake camera plays again and again."""
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=88)
    return buffer.getvalue() * frames


def _turned(point: tuple[float, float], degrees: float) -> tuple[float, float]:
    angle, across, down = math.radians(degrees), point[0] - WIDE / 2, point[1] - HIGH / 2
    return (
        WIDE / 2 + across * math.cos(angle) - down * math.sin(angle),
        HIGH / 2 + across * math.sin(angle) + down * math.cos(angle),
    )


def _perspective(seen: list[tuple[float, float]], drawn: list[tuple[float, float]]) -> list[float]:
    """Solve for the eight numbers that lead from the picture back to the drawing (Gauss–Jordan)."""
    rows = []
    for (x, y), (u, v) in zip(seen, drawn, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y, u], [0, 0, 0, x, y, 1, -v * x, -v * y, v]]
    for step in range(8):
        best = max(range(step, 8), key=lambda row: abs(rows[row][step]))
        rows[step], rows[best] = rows[best], rows[step]
        rows[step] = [value / rows[step][step] for value in rows[step]]
        for other in range(8):
            if other != step:
                factor = rows[other][step]
                rows[other] = [a - factor * b for a, b in zip(rows[other], rows[step], strict=True)]
    return [row[8] for row in rows]
