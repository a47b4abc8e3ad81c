"""The curve and the bars as shapes: across in percent of the width, down in pixels, so that letters keep their size."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from literacy.cohorts.shown import ShownCohort, ShownStep

HEIGHT = 260
TOP, BOTTOM = 22, 30  # room for the words above the topmost line and below the lowest
LEFT, RIGHT = 1.0, 7.0
LAST_MONTH = 24
# Where the axis begins, and its lines: a curve between 90 and 100 % would be a flat line on a whole axis.
AXES = ((80, 5), (50, 10), (0, 25))
PARTS = ("retained", "awaiting", "not_continuing", "relapsed", "not_reached", "not_due", "left")


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle: across and width in percent, down and height in pixels; ``kind`` is its class."""

    x: str
    width: str
    y: str = "0"
    height: str = "0"
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line between two points."""

    x1: str
    y1: str
    x2: str
    y2: str


@dataclass(frozen=True, slots=True)
class Letters:
    """Words at a point."""

    x: str
    y: str
    text: str
    anchor: str = "start"


@dataclass
class Drawing:
    """A curve: the band, the steps, ticks where people leave observation, lines and words of both axes."""

    starts_at: int
    band: list[Box] = field(default_factory=list)
    steps: list[Stroke] = field(default_factory=list)
    ticks: list[Stroke] = field(default_factory=list)
    lines: list[tuple[Stroke, Letters]] = field(default_factory=list)
    months: list[Letters] = field(default_factory=list)
    end: Letters | None = None
    height: int = HEIGHT


def draw(curve: Sequence[ShownStep]) -> Drawing | None:
    """Return the shapes of a curve; None when nobody was ever checked, for there is nothing to see."""
    if not curve or curve[-1].months == 0:
        return None
    last = max(LAST_MONTH, curve[-1].months)
    low = float(min(step.lower for step in curve))
    starts_at, gap = next((start, gap) for start, gap in AXES if low >= start)

    def x(months: int) -> str:
        return f"{LEFT + months * (100 - LEFT - RIGHT) / last:.2f}%"

    def y(percent: Decimal | int) -> str:
        return f"{_y(float(percent), starts_at):.1f}"

    picture = Drawing(starts_at)
    for step, following in zip(curve, [*curve[1:], None], strict=True):
        until = following.months if following else step.months
        top = _y(float(step.upper), starts_at)
        if until > step.months:
            picture.band.append(
                Box(
                    x(step.months),
                    f"{(until - step.months) * (100 - LEFT - RIGHT) / last:.2f}%",
                    f"{top:.1f}",
                    f"{_y(float(step.lower), starts_at) - top:.1f}",
                )
            )
            picture.steps.append(Stroke(x(step.months), y(step.survival), x(until), y(step.survival)))
        if following and following.survival != step.survival:
            picture.steps.append(Stroke(x(until), y(step.survival), x(until), y(following.survival)))
        if step.months and (step.left or step.not_due or step.not_reached):
            middle = _y(float(step.survival), starts_at)
            picture.ticks.append(Stroke(x(step.months), f"{middle - 5:.1f}", x(step.months), f"{middle + 5:.1f}"))
    for percent in range(starts_at, 101, gap):
        line = Stroke("0", y(percent), f"{100 - RIGHT + 1:.2f}%", y(percent))
        picture.lines.append((line, Letters("0", f"{_y(percent, starts_at) - 4:.1f}", f"{percent}%")))
    months = sorted({0, 3, 6, 12, LAST_MONTH, *(step.months for step in curve)})
    picture.months.extend(
        Letters(x(count), str(HEIGHT - 8), str(count), "start" if count == 0 else "middle") for count in months
    )
    at_end = curve[-1].survival
    picture.end = Letters(x(curve[-1].months), f"{_y(float(at_end), starts_at) + 18:.1f}", f"{at_end:.0f}%", "end")
    return picture


def _y(percent: float, starts_at: int) -> float:
    return TOP + (100 - percent) * (HEIGHT - TOP - BOTTOM) / (100 - starts_at)


def mix(row: ShownCohort) -> list[Box]:
    """Return the parts of a cohort as one bar; nothing when a count is hidden, or there is nobody."""
    whole = row.counts["certified"]
    parts = [(name, row.counts[name]) for name in PARTS]
    if not whole or any(count is None for _name, count in parts):
        return []
    boxes, x = [], 0.0
    for name, count in parts:
        width = (count or 0) * 100 / whole
        if count:
            boxes.append(Box(f"{x:.2f}%", f"{width:.2f}%", kind=name))
        x += width
    return boxes
