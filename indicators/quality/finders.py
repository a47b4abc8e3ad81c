"""Looking for what the rules describe: for many centres at once, a fixed number of queries.

Looked at are the 365 days up to the day. A finder yields findings; ``bases`` says of how many.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet
from django.db.models.functions import TruncMonth, TruncWeek
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from centres.models import Centre
from core.models import setting_known
from courses.choices import ClassStatus, EnrolmentStatus, SessionStatus
from courses.models import ClassGroup, Enrolment, Session
from indicators.quality.rules import Finding, RuleCode, Share
from learners.models import DifferentPeople, Learner

WINDOW = dt.timedelta(days=365)
QUARTER = dt.timedelta(days=92)
# Attendance is often written up some days later; a class begins a little late.
LATE_MARKS, LATE_START, LATE_CLOSE = dt.timedelta(days=3), dt.timedelta(days=14), dt.timedelta(days=30)
JUMP_TIMES, JUMP_LEAST, MONTHS_BEFORE = 3, 50, 6
FULL_PEOPLE, FULL_SESSIONS = 10, 8
YOUNGEST, OLDEST = 6, 100


@dataclass(frozen=True)
class Look:
    """What is looked at: centres (None: all) on a day."""

    day: dt.date
    centre_ids: frozenset[int] | None = None

    @property
    def since(self) -> dt.date:
        """The first day looked at."""
        return self.day - WINDOW

    def within(self, field: str) -> Q:
        """Rows of these centres."""
        return Q() if self.centre_ids is None else Q(**{f"{field}__in": self.centre_ids})

    def classes(self) -> QuerySet[ClassGroup]:
        """Classes that ran in the window; what was cancelled is no activity."""
        rows = ClassGroup.objects.filter(self.within("centre_id"), starts_on__lte=self.day, ends_on__gte=self.since)
        return rows.exclude(status=ClassStatus.CANCELLED).order_by()

    @cached_property
    def weeks(self) -> list[tuple[int, dt.date, int]]:
        """Sessions held, by centre and week (its Monday): asked once."""
        rows = Session.objects.filter(
            self.within("class_group__centre_id"), status=SessionStatus.HELD, held_on__range=(self.since, self.day)
        )
        return list(
            rows.annotate(week=TruncWeek("held_on"))
            .order_by("class_group__centre_id", "week")
            .values_list("class_group__centre_id", "week")
            .annotate(held=Count("pk"))
        )

    @cached_property
    def months(self) -> dict[int, dict[dt.date, int]]:
        """Enrolments that stayed, by centre and whole month, up to six months before the window: asked once."""
        first = (self.since - dt.timedelta(days=31 * MONTHS_BEFORE)).replace(day=1)
        rows = (
            Enrolment.objects.filter(self.within("class_group__centre_id"), enrolled_on__range=(first, self.day))
            .exclude(status=EnrolmentStatus.WITHDRAWN)
            .annotate(month=TruncMonth("enrolled_on"))
            .order_by()
            .values_list("class_group__centre_id", "month")
            .annotate(count=Count("pk"))
        )
        found: dict[int, dict[dt.date, int]] = defaultdict(dict)
        for centre_id, month, count in rows:
            found[centre_id][month] = count
        return found


def _class_finding(rule: RuleCode, row: Any, detail: str, facts: str = "") -> Finding:
    return Finding(rule, row["centre_id"], row["code"], row["name"], detail, facts or detail, ("class", row["pk"]))


def _class_rows(rows: QuerySet[ClassGroup], *more: str) -> Iterator[dict[str, Any]]:
    yield from rows.order_by("centre_id", "starts_on", "pk").values("pk", "centre_id", "code", "name", *more)


def no_sessions(look: Look) -> Iterator[Finding]:
    """Classes that began two weeks ago or more, with people and without a session held."""
    held = Session.objects.filter(class_group=OuterRef("pk"), status=SessionStatus.HELD)
    people = Count("enrolments", filter=~Q(enrolments__status=EnrolmentStatus.WITHDRAWN))
    rows = look.classes().filter(~Exists(held), starts_on__lte=look.day - LATE_START).annotate(people=people)
    for row in _class_rows(rows.filter(people__gt=0), "people"):
        words = ngettext("%(n)s người, 0 buổi", "%(n)s người, 0 buổi", row["people"])
        yield _class_finding(RuleCode.NO_SESSIONS, row, words % {"n": row["people"]}, "no sessions")


def unmarked(look: Look) -> Iterator[Finding]:
    """Classes with sessions whose day has passed and that are neither held nor cancelled."""
    due = Q(
        sessions__status=SessionStatus.PLANNED,
        sessions__held_on__range=(look.since, look.day - LATE_MARKS - dt.timedelta(days=1)),
    )
    rows = look.classes().exclude(status=ClassStatus.CLOSED).annotate(due=Count("sessions", filter=due))
    for row in _class_rows(rows.filter(due__gt=0), "due"):
        words = ngettext("%(n)s buổi", "%(n)s buổi", row["due"]) % {"n": row["due"]}
        yield _class_finding(RuleCode.UNMARKED, row, words, str(row["due"]))


def marked_before(look: Look) -> Iterator[Finding]:
    """Classes with sessions whose attendance was saved before their day."""
    early = Q(
        sessions__status=SessionStatus.HELD,
        sessions__held_on__range=(look.since, look.day),
        sessions__marked_at__date__lt=F("sessions__held_on"),
    )
    rows = look.classes().annotate(early=Count("sessions", filter=early))
    for row in _class_rows(rows.filter(early__gt=0), "early"):
        words = ngettext("%(n)s buổi", "%(n)s buổi", row["early"]) % {"n": row["early"]}
        yield _class_finding(RuleCode.MARKED_BEFORE, row, words, str(row["early"]))


def not_closed(look: Look) -> Iterator[Finding]:
    """Classes that ended a month ago, were held, and are still open."""
    held = Session.objects.filter(class_group=OuterRef("pk"), status=SessionStatus.HELD)
    rows = look.classes().filter(Exists(held), ends_on__lt=look.day - LATE_CLOSE).exclude(status=ClassStatus.CLOSED)
    for row in _class_rows(rows, "ends_on"):
        words = _("học xong %(day)s") % {"day": f"{row['ends_on']:%d/%m/%Y}"}
        yield _class_finding(RuleCode.NOT_CLOSED, row, words, str(row["ends_on"]))


def all_present(look: Look) -> Iterator[Finding]:
    """Closed classes of ten people and eight sessions or more in which nobody was ever absent."""
    stayed = ~Q(enrolments__status=EnrolmentStatus.WITHDRAWN)
    never = stayed & Q(enrolments__sessions_attended=F("enrolments__sessions_held"))
    rows = (
        look.classes()
        .filter(status=ClassStatus.CLOSED)
        .annotate(
            people=Count("enrolments", filter=stayed),
            full=Count("enrolments", filter=never),
            held=Min("enrolments__sessions_held", filter=stayed),
        )
        .filter(people__gte=FULL_PEOPLE, held__gte=FULL_SESSIONS, full=F("people"))
    )
    for row in _class_rows(rows, "people", "held"):
        words = _("%(n)s người × %(held)s buổi") % {"n": row["people"], "held": row["held"]}
        yield _class_finding(RuleCode.ALL_PRESENT, row, words, f"{row['people']}x{row['held']}")


def crowded_week(look: Look) -> Iterator[Finding]:
    """Weeks (Monday to Sunday) with more sessions than the setting allows a centre."""
    most = int(setting_known("indicators.quality_sessions_a_week", look.day))
    for centre_id, week, held in look.weeks:
        if held < most:
            continue
        words = _("%(n)s buổi trong tuần từ %(day)s") % {"n": held, "day": f"{week:%d/%m/%Y}"}
        yield Finding(RuleCode.CROWDED_WEEK, centre_id, f"{week:%Y-%m-%d}", words, "", str(held), ("centre", centre_id))


def jump(look: Look) -> Iterator[Finding]:
    """Months with three times the mean of the six before, and at least fifty enrolments more."""
    for centre_id, months in sorted(look.months.items()):
        for month in sorted(months):
            if month < look.since.replace(day=1):
                continue
            before = [months.get(earlier, 0) for earlier in _months_before(month)]
            if not any(before):
                continue  # the centre has only begun
            mean = sum(before) / len(before)
            if months[month] >= JUMP_TIMES * mean and months[month] - mean >= JUMP_LEAST:
                words = _("tháng %(month)s: %(n)s lượt, sáu tháng trước trung bình %(mean)s") % {
                    "month": f"{month:%m/%Y}", "n": months[month], "mean": round(mean),
                }  # fmt: skip
                yield Finding(
                    RuleCode.JUMP, centre_id, f"{month:%Y-%m}", words, "", str(months[month]), ("centre", centre_id)
                )


def _months_before(month: dt.date) -> Iterator[dt.date]:
    index = month.year * 12 + month.month - 1
    for back in range(1, MONTHS_BEFORE + 1):
        year, number = divmod(index - back, 12)
        yield dt.date(year, number + 1, 1)


def silent(look: Look) -> Iterator[Finding]:
    """Centres open for a quarter and more without a session held in it."""
    held = Session.objects.filter(
        class_group__centre=OuterRef("pk"), status=SessionStatus.HELD, held_on__range=(look.day - QUARTER, look.day)
    )
    rows = Centre.objects.active_on(look.day).filter(look.within("pk"), ~Exists(held))
    rows = rows.filter(established_on__lt=look.day - QUARTER)
    last = Max("class_groups__sessions__held_on", filter=Q(class_groups__sessions__status=SessionStatus.HELD))
    for pk, name, held_on in rows.annotate(last=last).order_by("pk").values_list("pk", "name", "last"):
        words = _("buổi cuối: %(day)s") % {"day": f"{held_on:%d/%m/%Y}"} if held_on else _("chưa có buổi nào")
        yield Finding(RuleCode.SILENT, pk, "silent", name, words, str(held_on), ("centre", pk))


def _people_rows(look: Look, rows: QuerySet[Learner], *more: str) -> Iterator[tuple[Any, ...]]:
    """(centre, id, code, name, …) of people, once for each centre they were enrolled at in the window."""
    where = Q(enrolments__enrolled_on__range=(look.since, look.day)) & look.within("enrolments__class_group__centre_id")
    stayed = ~Q(enrolments__status=EnrolmentStatus.WITHDRAWN)
    yield from (
        rows.filter(where & stayed)
        .order_by("enrolments__class_group__centre_id", "sort_key", "pk")
        .values_list("enrolments__class_group__centre_id", "pk", "code", "full_name", *more)
        .distinct()
    )


def no_unit(look: Look) -> Iterator[Finding]:
    """People without a commune."""
    rows = Learner.objects.filter(unit__isnull=True, merged_into__isnull=True)
    for centre_id, pk, code, name, _key in _people_rows(look, rows, "sort_key"):
        yield Finding(RuleCode.NO_UNIT, centre_id, code, name, "", "none", ("learner", pk))


def unknown_facts(look: Look) -> Iterator[Finding]:
    """People whose sex or birth year is unknown."""
    rows = Learner.objects.filter(Q(sex="unknown") | Q(birth_year__isnull=True), merged_into__isnull=True)
    for centre_id, pk, code, name, _key, sex, year in _people_rows(look, rows, "sort_key", "sex", "birth_year"):
        gone = ((_("chưa rõ giới tính"), sex == "unknown"), (_("chưa rõ năm sinh"), not year))
        missing = [words for words, is_gone in gone if is_gone]
        yield Finding(RuleCode.UNKNOWN_FACTS, centre_id, code, name, ", ".join(missing), "unknown", ("learner", pk))


def odd_age(look: Look) -> Iterator[Finding]:
    """People younger than six or older than a hundred, by year of birth."""
    rows = Learner.objects.filter(
        Q(birth_year__gt=look.day.year - YOUNGEST) | Q(birth_year__lt=look.day.year - OLDEST), merged_into__isnull=True
    )
    for centre_id, pk, code, name, _key, year in _people_rows(look, rows, "sort_key", "birth_year"):
        words = _("sinh năm %(year)s") % {"year": year}
        yield Finding(RuleCode.ODD_AGE, centre_id, code, name, words, str(year), ("learner", pk))


def duplicates(look: Look) -> Iterator[Finding]:
    """Records of one centre with the same full name and birth year that nobody told apart."""
    groups: dict[tuple[int, str, int], list[tuple[int, str, str]]] = defaultdict(list)
    rows = Learner.objects.filter(birth_year__isnull=False, merged_into__isnull=True)
    twice = (
        rows.filter(look.within("enrolments__class_group__centre_id"))
        .order_by()
        .values("search_key", "birth_year")
        .annotate(people=Count("pk", distinct=True))
        .filter(people__gt=1)
        .values("search_key")
    )
    more = ("sort_key", "search_key", "birth_year")
    for centre_id, pk, code, name, _sort, key, year in _people_rows(look, rows.filter(search_key__in=twice), *more):
        groups[centre_id, key, year].append((pk, code, name))
    pairs = {key: people for key, people in groups.items() if len(people) > 1}
    ids = {pk for people in pairs.values() for pk, _code, _name in people}
    apart = {
        frozenset(pair)
        for pair in DifferentPeople.objects.filter(one_id__in=ids, other_id__in=ids).values_list("one_id", "other_id")
    }
    for (centre_id, _key, year), people in pairs.items():
        first = people[0]
        for other in people[1:]:
            if frozenset((first[0], other[0])) in apart:
                continue
            words = _("sinh năm %(year)s: %(one)s và %(other)s") % {"year": year, "one": first[1], "other": other[1]}
            key = f"{first[1]}+{other[1]}"
            yield Finding(
                RuleCode.DUPLICATES, centre_id, key, other[2], words, str(year), ("pair", (first[0], other[0]))
            )


FINDERS = {
    RuleCode.NO_SESSIONS: no_sessions, RuleCode.UNMARKED: unmarked, RuleCode.CROWDED_WEEK: crowded_week,
    RuleCode.JUMP: jump, RuleCode.SILENT: silent, RuleCode.DUPLICATES: duplicates, RuleCode.NO_UNIT: no_unit,
    RuleCode.UNKNOWN_FACTS: unknown_facts, RuleCode.ODD_AGE: odd_age, RuleCode.NOT_CLOSED: not_closed,
    RuleCode.ALL_PRESENT: all_present, RuleCode.MARKED_BEFORE: marked_before,
}  # fmt: skip
_OF_CLASSES = (RuleCode.NO_SESSIONS, RuleCode.UNMARKED, RuleCode.NOT_CLOSED, RuleCode.ALL_PRESENT,
               RuleCode.MARKED_BEFORE)  # fmt: skip
_OF_PEOPLE = (RuleCode.DUPLICATES, RuleCode.NO_UNIT, RuleCode.UNKNOWN_FACTS, RuleCode.ODD_AGE)


def bases(look: Look) -> dict[int, dict[RuleCode, int]]:
    """Of how many each rule takes its share, by centre: classes, people, weeks, months or the centre itself."""
    found: dict[int, dict[RuleCode, int]] = defaultdict(dict)
    for centre_id, count in look.classes().values_list("centre_id").annotate(count=Count("pk")):
        found[centre_id] |= dict.fromkeys(_OF_CLASSES, count)
    people = (
        Enrolment.objects.filter(look.within("class_group__centre_id"), enrolled_on__range=(look.since, look.day))
        .exclude(status=EnrolmentStatus.WITHDRAWN)
        .filter(learner__merged_into__isnull=True)
        .order_by()
        .values_list("class_group__centre_id")
        .annotate(count=Count("learner", distinct=True))
    )
    for centre_id, count in people:
        found[centre_id] |= dict.fromkeys(_OF_PEOPLE, count)
    for centre_id, _week, _held in look.weeks:
        found[centre_id][RuleCode.CROWDED_WEEK] = found[centre_id].get(RuleCode.CROWDED_WEEK, 0) + 1
    for centre_id, months in look.months.items():
        inside = sum(month >= look.since.replace(day=1) for month in months)
        if inside:
            found[centre_id][RuleCode.JUMP] = inside
    old = Centre.objects.active_on(look.day).filter(look.within("pk"), established_on__lt=look.day - QUARTER)
    for pk in old.values_list("pk", flat=True):
        found[pk][RuleCode.SILENT] = 1
    return found


def shares(look: Look, findings: list[Finding]) -> dict[int, dict[str, Share]]:
    """Return bad and base of every rule that has anything to judge, by centre."""
    bad: dict[tuple[int, RuleCode], int] = defaultdict(int)
    for row in findings:
        bad[row.centre_id, row.rule] += 1
    return {
        centre_id: {
            code.value: Share(min(bad[centre_id, code], base), base) for code, base in known.items()
        }
        for centre_id, known in bases(look).items()
    }  # fmt: skip
