"""Small random cities whose communes were merged, divided and kept on 1 July 2025, and the figures by plain SQL."""

import datetime as dt
import random
from collections import defaultdict
from types import SimpleNamespace

from django.db import connection
from django.utils import timezone

from accounts.choices import Role
from centres.choices import BEGINNING, UnitKind
from centres.models import AdminUnit, Centre, CentreLocation, Neighbourhood, UnitLineage
from certificates.choices import CertificateKind, CertificateState
from certificates.models import Certificate, Register
from courses.models import ClassGroup, Course, Enrolment, Session, Topic
from indicators.models import NeighbourhoodPlace, Weight, WeightTable
from learners.models import Learner
from tests.cast import NEW_START, OLD_END, make_user

FROM, TO = dt.date(2025, 1, 1), dt.date(2025, 12, 31)
TIMES = ((dt.time(18), dt.time(20, 30)), (dt.time(8), dt.time(9, 15)), (None, None))


def unit(code, level, name, parent, *, new=False, closed=False):
    """A unit of one side of the change (or of both)."""
    return AdminUnit.objects.create(
        code=code, level=level, kind=UnitKind.XA if level == "commune" else UnitKind.HUYEN, name=name, parent=parent,
        valid_from=NEW_START if new else BEGINNING, valid_to=OLD_END if closed else None,
    )  # fmt: skip


def make_world(seed):
    """Two districts, five old communes, three new ones; lineage, centres, classes, people and papers at random."""
    rng = random.Random(seed)
    city = AdminUnit.objects.create(code="01", level="city", kind=UnitKind.THANH_PHO, name="Hà Nội")
    districts = [unit(f"00{n}", "district", f"Huyện {n}", city, closed=True) for n in (1, 2)]
    olds = [unit(f"1000{n}", "commune", f"Xã cũ {n}", rng.choice(districts), closed=True) for n in range(5)]
    news = [unit(f"2000{n}", "commune", f"Xã mới {n}", city, new=True) for n in range(3)]
    pairs = {}
    for old in olds:
        pairs[old] = rng.sample(news, rng.choice([1, 1, 2, 3]))
        for new in pairs[old]:
            UnitLineage.objects.create(effective_on=NEW_START, old=old, new=new, old_is_split=len(pairs[old]) > 1)
    world = SimpleNamespace(city=city, districts=districts, olds=olds, news=news, pairs=pairs, rng=rng)
    world.tuan = make_user("tuan", "Đặng Anh Tuấn", Role.CITY_OFFICER, unit=city)
    world.villages = {
        place: [Neighbourhood.objects.create(unit=place, name=f"Thôn {n}") for n in range(2)]
        for place in (*olds, *news)
    }
    lay_down(world)
    topics = [Topic.objects.create(code=f"t{n}", name=f"Lĩnh vực {n}", name_en=f"Topic {n}") for n in range(2)]
    world.centres = [teach(world, number, topics) for number in range(6)]
    return world


def lay_down(world):
    """Some neighbourhoods get a place on the other map, some divided units get weights."""
    rng, backwards = world.rng, defaultdict(list)
    for old, targets in world.pairs.items():
        for new in targets:
            backwards[new].append(old)
    for source, targets in (*world.pairs.items(), *backwards.items()):
        if len(targets) < 2:
            continue
        for village in world.villages[source]:
            if rng.random() < 0.5:
                NeighbourhoodPlace.objects.create(
                    neighbourhood=village, unit=rng.choice(targets), document="QĐ 1", entered_by=world.tuan
                )
        for measure in ("", "people", "teaching"):
            if rng.random() < 0.3:
                table = WeightTable.objects.create(
                    source=source, measure=measure, document="CV 1", entered_by=world.tuan
                )
                cuts = sorted(rng.randrange(1_000_001) for _ in targets[1:])
                for row, start, end in zip(targets, [0, *cuts], [*cuts, 1_000_000], strict=True):
                    Weight.objects.create(table=table, unit=row, millionths=end - start)


def teach(world, number, topics):
    """A centre that stayed, moved with the map, or moved its house; with classes across the change."""
    rng = world.rng
    old = rng.choice(world.olds)
    new = rng.choice(world.pairs[old])
    centre = Centre.objects.create(code=f"C{number}", name=f"Trung tâm {number}", established_on=dt.date(2010, 1, 1))
    addresses = rng.choice([("", ""), ("Số 1 phố Chợ", "số 1, phố chợ"), ("Số 1", "Số 2")])
    CentreLocation.objects.create(
        centre=centre, unit=old, address=addresses[0], valid_from=dt.date(2010, 1, 1), valid_to=OLD_END
    )
    starts = rng.choice([NEW_START, NEW_START, dt.date(2025, 7, 20)])
    CentreLocation.objects.create(centre=centre, unit=new, address=addresses[1], valid_from=starts)
    people = Learner.objects.bulk_create(
        Learner(
            code=f"HV{number}{n}", full_name="Nguyễn Thị Mẫu", given_name="Mẫu", search_key="x", sort_key="x",
            sex=rng.choice(["female", "male", "unknown"]), ethnicity=rng.choice(["01", "06", "", "55"]),
            birth_year=rng.choice([None, 1950, 1990, 2012]), unit=new,
        ) for n in range(5)
    )  # fmt: skip
    world.people = [*getattr(world, "people", []), *people]
    for k in range(2):
        course = Course.objects.create(
            centre=centre, code=f"K{k}", name="Khóa", topic=rng.choice(topics), search_key="x"
        )
        role = rng.choice(["led", "took_part"])
        group = ClassGroup.objects.create(
            centre=centre, unit=old, course=course, code=f"L{number}-{k}", name="Lớp", starts_on=FROM, ends_on=TO,
            organiser_role=role, partner="Trạm y tế" if role == "took_part" else "", search_key="x",
        )  # fmt: skip
        for n in range(rng.randint(0, 4)):
            held_on = rng.choice([dt.date(2025, 3, 3), dt.date(2025, 6, 30), NEW_START, dt.date(2025, 9, 1)])
            starts_at, ends_at = rng.choice(TIMES)
            status = rng.choice(["held", "held", "planned"])
            Session.objects.create(
                class_group=group, number=n + 1, held_on=held_on, starts_at=starts_at, ends_at=ends_at,
                status=status, marked_at=timezone.now() if status == "held" else None,
                unit=old if held_on <= OLD_END else new,
            )  # fmt: skip
        for learner in rng.sample(world.people, min(len(world.people), rng.randint(1, 6))):
            gone = rng.random() < 0.25
            row = Enrolment.objects.create(
                class_group=group, learner=learner, enrolled_on=FROM, status="withdrawn" if gone else "active",
                withdrawn_on=TO if gone else None, withdraw_reason="chuyển nhà" if gone else "",
                neighbourhood=rng.choice([None, *world.villages[old], *world.villages[new]]),
            )  # fmt: skip
            if rng.random() < 0.4:
                certify(world, row, rng.choice([(dt.date(2025, 5, 5), old), (dt.date(2025, 8, 8), new)]))
    return centre


def certify(world, row, when):
    """Hand out a paper, perhaps one that was taken back since."""
    book, _made = Register.objects.get_or_create(centre=row.class_group.centre, year=2025)
    state = world.rng.choice([CertificateState.ISSUED, CertificateState.REVOKED])
    Certificate.objects.create(
        register=book, number=book.next_number, register_number=f"{book.next_number:06d}/2025",
        token=f"{row.pk:016d}", centre=row.class_group.centre, unit=when[1], learner=row.learner, enrolment=row,
        kind=CertificateKind.COURSE, state=state, content={}, template_version="t", issued_on=when[0],
        issued_by=world.tuan, pdf_sha256="0" * 64, search_key="x",
    )  # fmt: skip
    book.next_number += 1
    book.save()


# The map: where an event of a unit, at a centre, lies; minus the unit where that is not known.
MAP = """
pair AS (SELECT {source} AS src, {target} AS dst FROM centres_unitlineage),
here AS (SELECT id FROM centres_adminunit WHERE valid_from <= '{day}' AND (valid_to IS NULL OR valid_to >= '{day}')),
single AS (SELECT src, MIN(dst) AS dst FROM pair GROUP BY src HAVING COUNT(*) = 1),
stayed AS (
  SELECT o.centre_id, {stayed_src} AS src, {stayed_dst} AS dst
  FROM centres_centrelocation o JOIN centres_centrelocation n ON n.centre_id = o.centre_id
  JOIN pair ON pair.src = {stayed_src} AND pair.dst = {stayed_dst}
  WHERE o.valid_to = '2025-06-30' AND n.valid_from = '2025-07-01' AND NOT (o.address = 'Số 1' AND n.address = 'Số 2')
)
"""
PLACE = """COALESCE((SELECT here.id FROM here WHERE here.id = {unit}), (SELECT dst FROM single WHERE src = {unit}),
  (SELECT dst FROM stayed WHERE stayed.src = {unit} AND stayed.centre_id = {centre}), -{unit})"""
PERSON = """CASE WHEN {place} < 0 THEN COALESCE((SELECT np.unit_id FROM indicators_neighbourhoodplace np
  JOIN pair ON pair.src = -{place} AND pair.dst = np.unit_id WHERE np.neighbourhood_id = {village}), {place})
  ELSE {place} END"""


def ask(sql, boundaries):
    """Run a query with the map of the boundaries in front of it; return rows as tuples of numbers by place."""
    new = boundaries == "new"
    names = {
        "day": "2025-07-01" if new else "2025-06-30",
        "source": "old_id" if new else "new_id", "target": "new_id" if new else "old_id",
        "stayed_src": "o.unit_id" if new else "n.unit_id", "stayed_dst": "n.unit_id" if new else "o.unit_id",
    }  # fmt: skip
    text = "WITH " + MAP.format(**names) + sql
    if boundaries == "then":
        text = (
            "WITH pair AS (SELECT 0 AS src, 0 AS dst), here AS (SELECT id FROM centres_adminunit), "  # noqa: S608
            "single AS (SELECT src, dst FROM pair), stayed AS (SELECT 0 AS centre_id, src, dst FROM pair)" + sql
        )
    with connection.cursor() as cursor:
        cursor.execute(text)
        return {row[0]: tuple(int(value or 0) for value in row[1:]) for row in cursor.fetchall()}


EVENT = f""", event AS (
  SELECT s.class_group_id AS class, s.starts_at, s.ends_at, g.organiser_role AS role,
    {PLACE.format(unit="s.unit_id", centre="g.centre_id")} AS place
  FROM courses_session s JOIN courses_classgroup g ON g.id = s.class_group_id
  WHERE s.status = 'held' AND s.held_on BETWEEN '{FROM}' AND '{TO}'
)"""  # noqa: S608
PERSONS = f""", person AS (
  SELECT DISTINCT e.id, e.learner_id, l.sex, l.ethnicity, l.birth_year,
    {PERSON.format(place="event.place", village="e.neighbourhood_id")} AS place
  FROM courses_enrolment e JOIN event ON event.class = e.class_group_id JOIN learners_learner l ON l.id = e.learner_id
  WHERE e.status <> 'withdrawn'
)"""  # noqa: S608
CLASSES = """ SELECT place, COUNT(DISTINCT CASE WHEN role = 'led' THEN class END),
  COUNT(DISTINCT CASE WHEN role <> 'led' THEN class END), COUNT(*),
  SUM(CASE WHEN starts_at IS NULL THEN 1 ELSE 0 END),
  SUM(CASE starts_at WHEN '18:00:00' THEN 150 WHEN '08:00:00' THEN 75 ELSE 0 END) FROM event GROUP BY place"""
PEOPLE = """ SELECT place, COUNT(*), COUNT(DISTINCT learner_id),
  COUNT(DISTINCT CASE WHEN sex = 'female' THEN learner_id END),
  COUNT(DISTINCT CASE WHEN sex = 'unknown' THEN learner_id END),
  COUNT(DISTINCT CASE WHEN ethnicity = '06' THEN learner_id END),
  COUNT(DISTINCT CASE WHEN ethnicity = '' THEN learner_id END),
  COUNT(DISTINCT CASE WHEN birth_year = 2012 THEN learner_id END),
  COUNT(DISTINCT CASE WHEN birth_year = 1990 THEN learner_id END),
  COUNT(DISTINCT CASE WHEN birth_year = 1950 THEN learner_id END),
  COUNT(DISTINCT CASE WHEN birth_year IS NULL THEN learner_id END) FROM person GROUP BY place"""
PAPERS = f""", paper AS (
  SELECT c.state, c.place AS at, {PERSON.format(place="c.place", village="c.neighbourhood_id")} AS place FROM (
    SELECT p.state, e.neighbourhood_id, {PLACE.format(unit="p.unit_id", centre="p.centre_id")} AS place
    FROM certificates_certificate p JOIN courses_enrolment e ON e.id = p.enrolment_id
    WHERE p.issued_on BETWEEN '{FROM}' AND '{TO}') c
) SELECT place, COUNT(*), SUM(CASE WHEN state = 'revoked' THEN 1 ELSE 0 END) FROM paper GROUP BY place"""  # noqa: S608
CLASS_NAMES = ("classes_led", "classes_took_part", "sessions", "untimed", "minutes")
PEOPLE_NAMES = (
    "participations", "learners", "women", "sex_unknown", "minorities", "ethnicity_unknown", "under_15", "age_26_35",
    "over_60", "age_unknown",
)  # fmt: skip
PAPER_NAMES = ("certificates", "revoked")


def by_sql(boundaries):
    """Every figure but the number of centres, by place, before weights."""
    found = defaultdict(dict)
    for names, sql in ((CLASS_NAMES, EVENT + CLASSES), (PEOPLE_NAMES, EVENT + PERSONS + PEOPLE), (PAPER_NAMES, PAPERS)):
        for place, values in ask(sql, boundaries).items():
            found[place] |= dict(zip(names, values, strict=True))
    return found


def weights_by_sql(boundaries):
    """Shares in millionths: {(unit, measure): [(target, share)]}."""
    side = "valid_to IS NOT NULL" if boundaries == "new" else f"valid_from = '{NEW_START}'"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT t.source_id, t.measure, w.unit_id, w.millionths FROM indicators_weight w
            JOIN indicators_weighttable t ON t.id = w.table_id JOIN centres_adminunit u ON u.id = t.source_id
            WHERE u.{side} ORDER BY w.unit_id"""  # noqa: S608
        )
        found = defaultdict(list)
        for source, measure, target, share in cursor.fetchall():
            found[source, measure].append((target, share))
    return found
