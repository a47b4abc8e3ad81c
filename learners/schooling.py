"""What a survey sheet says of somebody's schooling (form of the survey on universal education and literacy)."""

from dataclasses import dataclass

# 0 for none of them; classes 1 to 3 are phase 1, classes 4 and 5 phase 2 (Circular 33/2021 counts five classes).
LITERACY_CLASSES = range(6)


@dataclass(frozen=True, slots=True)
class Schooling:
    """Level finished (a SchoolLevel or empty), literacy class attended and completed, fallen back, disabled."""

    level: str = ""
    class_now: int | None = None
    class_done: int | None = None
    relapsed: bool = False
    disabled: bool = False
