"""What one row of a survey says of somebody's literacy, and whether it agrees with itself. Pure (docs/adr/0038).

Level 1 is class 3 of school or of the literacy programme, level 2 class 5 or primary school (Decree 20/2014, Art. 19).
Somebody who attends a class has not completed it: that tells nothing of a level. Unknown stays unknown.
"""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from learners.choices import SchoolLevel

# Classes from which on a level is reached.
LEVEL_1_CLASS = 3
LEVEL_2_CLASS = 5
NOT_KNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Told:
    """The cells of a row that tell something of a level.

    ``school`` is a SchoolLevel or empty; classes are numbers or None; ``stated`` is 0, 1, 2, NOT_KNOWN (somebody wrote
    that it is not known) or None; ``relapsed`` is the level fallen back from, 0 for none.
    """

    school: str = ""
    class_now: int | None = None
    class_done: int | None = None
    class_finished: int | None = None
    stated: int | str | None = None
    relapsed: int = 0


@dataclass(frozen=True, slots=True)
class Said:
    """What a row says in the end: level 0, 1 or 2, and the level the person fell back from, if so."""

    level: int
    relapsed_from: int | None = None


@dataclass(slots=True)
class Verdict:
    """``said`` is None when the row leaves the level unknown.

    ``wrong`` are contradictions for which the row is not taken, ``odd`` what somebody should look at; each with the
    field it is about. ``needs_history``: the level a person must have held before for the row to be true.
    """

    said: Said | None = None
    wrong: list[tuple[str, str]] = field(default_factory=list)
    odd: list[tuple[str, str]] = field(default_factory=list)
    needs_history: int = 0


def level_of_class(number: int) -> int:
    """The level whoever completed this class has reached: 0, 1 or 2."""
    if number >= LEVEL_2_CLASS:
        return 2
    return 1 if number >= LEVEL_1_CLASS else 0


def reached(told: Told) -> int | None:
    """The highest level the row shows to have been reached at some time; None when it shows nothing."""
    known = [level_of_class(number) for number in (told.class_done, told.class_finished) if number is not None]
    if told.school and told.school != SchoolLevel.NONE:
        known.append(2)
    return max(known, default=None)


def weigh(told: Told) -> Verdict:
    """Say what a row says, and where it contradicts itself."""
    verdict = Verdict()
    once = reached(told)
    now = once
    if told.relapsed:
        now = told.relapsed - 1
        if once is None or once < told.relapsed:
            verdict.needs_history = told.relapsed
    if told.school == SchoolLevel.NONE and (told.class_finished or 0) >= LEVEL_2_CLASS:
        words = _("đã học xong lớp %(n)s nhưng bậc tốt nghiệp ghi là chưa có")
        verdict.wrong.append(("level", words % {"n": told.class_finished}))
    if told.stated == NOT_KNOWN and once is not None:
        words = _("ghi chưa rõ mức độ nhưng các cột khác cho biết %(level)s")
        verdict.wrong.append(("stated", words % {"level": _why(told, once)}))
    elif isinstance(told.stated, int):
        if now is not None and told.stated != now:
            words = _("ghi mức %(stated)s nhưng các cột khác cho biết mức %(level)s (%(why)s)")
            verdict.wrong.append(("stated", words % {"stated": told.stated, "level": now, "why": _why(told, once)}))
        now = told.stated
    if told.class_now is not None and told.class_done is not None and told.class_now <= told.class_done:
        words = _("đang học lớp %(now)s nhưng đã hoàn thành lớp %(done)s")
        verdict.odd.append(("literacy_now", words % {"now": told.class_now, "done": told.class_done}))
    elif told.class_now and told.school not in ("", SchoolLevel.NONE):
        verdict.odd.append(("literacy_now", _("đã tốt nghiệp tiểu học nhưng còn học lớp xóa mù chữ")))
    if now is not None and not verdict.wrong:
        verdict.said = Said(now, told.relapsed or None)
    return verdict


def _why(told: Told, once: int | None) -> str:
    """What in the row shows the level, in words."""
    if told.relapsed:
        return _("tái mù chữ mức %(n)s") % {"n": told.relapsed}
    if told.school and told.school != SchoolLevel.NONE:
        return _("đã tốt nghiệp tiểu học")
    numbers = [number for number in (told.class_done, told.class_finished) if number is not None]
    return _("hoàn thành lớp %(n)s") % {"n": max(numbers, default=once or 0)}
