"""Public holidays of Vietnam 2024–2028, as data.

Sources: Labour Code 2019, article 112 (New Year 1 day, Tết 5, Hùng Kings 1, 30 April, 1 May, National Day 2; a holiday
on a weekly day off is made up for on the next working day); Resolution 80-NQ/TW (24 November, from 2026); the yearly
announcements of the government up to 2026, days swapped for Saturdays among them. From 2027 on the days follow from the
code and the lunar calendar, and are marked as expected. Weekends around Tết are left to each centre.
"""

import datetime as dt

ANNOUNCED_UNTIL = 2026
_NEW_YEAR, _TET, _HUNG = "Tết Dương lịch", "Tết Nguyên đán", "Giỗ Tổ Hùng Vương"
_VICTORY, _LABOUR, _NATIONAL = "Ngày Chiến thắng 30/4", "Ngày Quốc tế Lao động 1/5", "Quốc khánh"
_CULTURE = "Ngày Văn hóa Việt Nam"
_IN_LIEU, _SWAPPED = "{} (nghỉ bù)", "Ngày nghỉ hoán đổi"

# year: days written as day/month, with their name.
_BY_YEAR: dict[int, tuple[tuple[str, str], ...]] = {
    2024: (
        ("1/1", _NEW_YEAR), ("8/2 9/2 10/2 11/2 12/2 13/2 14/2", _TET), ("18/4", _HUNG), ("29/4", _SWAPPED),
        ("30/4", _VICTORY), ("1/5", _LABOUR), ("2/9 3/9", _NATIONAL),
    ),
    2025: (
        ("1/1", _NEW_YEAR), ("27/1 28/1 29/1 30/1 31/1", _TET), ("7/4", _HUNG), ("30/4", _VICTORY), ("1/5", _LABOUR),
        ("2/5", _SWAPPED), ("1/9 2/9", _NATIONAL),
    ),
    2026: (
        ("1/1", _NEW_YEAR), ("2/1", _SWAPPED), ("16/2 17/2 18/2 19/2 20/2", _TET), ("26/4", _HUNG),
        ("27/4", _IN_LIEU.format(_HUNG)),
        ("30/4", _VICTORY), ("1/5", _LABOUR), ("31/8", _SWAPPED), ("1/9 2/9", _NATIONAL), ("24/11", _CULTURE),
    ),
    2027: (
        ("1/1", _NEW_YEAR), ("4/2 5/2 6/2 7/2 8/2", _TET), ("9/2 10/2", _IN_LIEU.format(_TET)), ("16/4", _HUNG),
        ("30/4", _VICTORY), ("1/5", _LABOUR), ("3/5", _IN_LIEU.format(_LABOUR)), ("2/9 3/9", _NATIONAL),
        ("24/11", _CULTURE),
    ),
    2028: (
        ("1/1", _NEW_YEAR), ("3/1", _IN_LIEU.format(_NEW_YEAR)), ("24/1 25/1 26/1 27/1 28/1", _TET), ("4/4", _HUNG),
        ("30/4", _VICTORY), ("1/5", _LABOUR), ("2/5", _IN_LIEU.format(_VICTORY)), ("1/9 2/9", _NATIONAL),
        ("4/9", _IN_LIEU.format(_NATIONAL)), ("24/11", _CULTURE),
    ),
}  # fmt: skip


def public_holidays() -> list[tuple[dt.date, str, bool]]:
    """Every day with its name, and whether it is only expected."""
    found = []
    for year, groups in _BY_YEAR.items():
        for days, name in groups:
            for written in days.split():
                day, month = (int(part) for part in written.split("/"))
                found.append((dt.date(year, month, day), name, year > ANNOUNCED_UNTIL))
    return found
