"""Role × page × object over two centres in two districts: no foreign row anywhere (DESIGN, rule 8)."""

import io
import zipfile

import pytest
from django.test import Client
from django.urls import reverse

from indicators.models import Figure
from tests.architecture.test_routes import ROUTES
from tests.factories import make_enrolled
from tests.matrix.excused import EXCUSED
from tests.matrix.table import OBJECT_LINES, PLAIN, TWIN
from tests.matrix.world import CANARY

ROLES = ("lan", "van", "thu", "duc", "minh", "hai", "hoa", "nam", "tuan", "oanh")
REACHES = {
    "a": {"lan", "van", "thu", "duc", "hoa", "tuan", "oanh"},
    "b": {"minh", "hai", "nam", "tuan", "oanh"},
}


def test_every_address_has_its_line():
    judged = {line.name for line in OBJECT_LINES} | set(PLAIN) | set(EXCUSED)
    named = {route.name for route in ROUTES}
    assert named - judged == set(), "new address: give it a line in tests/matrix/table.py"
    assert judged - named == set(), "this address is gone"


def signed_in(client, user):
    """A client of this person: one for the whole test, where another session would change nothing."""
    kept = vars(client).setdefault("people", {})
    if user.pk not in kept:
        kept[user.pk] = Client()
        kept[user.pk].force_login(user)
    return kept[user.pk]


def opened(client, user, method, url):
    client = signed_in(client, user)
    response = getattr(client, method)(url)
    body = b"".join(response.streaming_content) if response.streaming else response.content
    for close in response._resource_closers:
        close()
    return response.status_code, body


def test_objects(client, world):
    wrong = []
    for line in OBJECT_LINES:
        url = reverse(line.name, args=[line.pick(world.a)])
        for name in ROLES:
            status, _body = opened(client, world.cast.users[name], line.method, url)
            twin_of = next((insider for insider, twin in TWIN.items() if twin == name), None)
            if name in line.may:
                fine = status == 200
            elif name in REACHES["a"]:
                fine = status == 403 or (name == "thu" and status == 404)
            elif twin_of in line.may:
                fine = status == 404
            else:
                fine = status in (403, 404)
            if not fine:
                wrong.append((line.name, name, status))
    assert wrong == []


def test_foreign_objects_are_not_found_by_those_who_hold_the_verb(client, world):
    for line in OBJECT_LINES:
        url = reverse(line.name, args=[line.pick(world.b)])
        for name in line.may & {"lan", "duc", "hoa"}:
            assert opened(client, world.cast.users[name], line.method, url)[0] == 404, (line.name, name)


def test_nobody_is_sent_to_sign_in(client, world):
    for line in OBJECT_LINES:
        client.logout()
        response = getattr(client, line.method)(reverse(line.name, args=[line.pick(world.a)]))
        assert response.status_code == (401 if line.name.startswith("api:") else 302), line.name


def test_pages_without_object_open_for_their_roles_only(client, world):
    wrong = []
    for address, may in PLAIN.items():
        for name in ROLES:
            status, _body = opened(client, world.cast.users[name], "get", reverse(address))
            if (status == 200) != (name in may) or (name not in may and status != 403):
                wrong.append((address, name, status))
    assert wrong == []


def answers(client, user, address, queries, words_read):
    """Status and text of an address without words, then with each query (``key=value``) whose key it reads."""
    words_read.clear()
    status, body = opened(client, user, "get", reverse(address))
    yield "", status, readable(body)
    noted = list(words_read)
    for query in queries:
        if any(words.reads(query.partition("=")[0]) for words in noted):
            status, body = opened(client, user, "get", f"{reverse(address)}?{query}")
            yield query, status, readable(body)


def in_parts(rows):
    """Every third of them, each third a test of its own: two processes share the work."""
    return pytest.mark.parametrize("part", [list(rows)[start::3] for start in range(3)], ids=["1", "2", "3"])


QUERIES = ("q=Hoangyen", "search=Hoangyen", "when=later", "status=closed", "page=1")


@in_parts(PLAIN)
def test_no_canary_sings_in_a_foreign_house(client, world, words_read, part):
    """Lists, search, exports and API answers hold nothing of a centre the user does not reach."""
    heard = []
    for address in part:
        for name in PLAIN[address]:  # who may not gets 403, see above
            for query, _status, text in answers(client, world.cast.users[name], address, QUERIES, words_read):
                if query.endswith("=Hoangyen"):
                    text = text.replace('value="Hoangyen"', "").replace("“Hoangyen”", "")
                for house, word in CANARY.items():
                    if word in text and name not in REACHES[house]:
                        heard.append((address, name, query, house))
    assert heard == []


def test_the_canaries_do_sing_at_home(client, world):
    """Otherwise the test above could not fail."""
    for address in ("learners:learner-list", "courses:class-list", "certificates:register", "api:enrolment-list"):
        for name, house in (("lan", "a"), ("minh", "b"), ("hoa", "a"), ("tuan", "b")):
            _status, body = opened(client, world.cast.users[name], "get", reverse(address))
            assert CANARY[house] in body.decode(), (address, name)


def readable(body):
    """The text of a body; a spreadsheet is unzipped, or its words could not be found."""
    if not body.startswith(b"PK"):
        return body.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        return "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))


def test_exports_hold_own_rows_only(client, world):
    codes = {"a": world.cast.centre_a.code, "b": world.cast.centre_b.code}
    for kind in ("csv", "xlsx"):
        for name, house, other in (("hoa", "a", "b"), ("nam", "b", "a"), ("lan", "a", "b"), ("minh", "b", "a")):
            url = reverse("indicators:statistics-export") + f"?format={kind}&preset=plan"
            status, body = opened(client, world.cast.users[name], "get", url)
            assert status == 200
            assert codes[house] in readable(body), (kind, name)
            assert codes[other] not in readable(body), (kind, name)


@in_parts(PLAIN)
def test_filters_by_foreign_keys_open_nothing(client, world, words_read, part):
    """Ids and codes of the other house in every filter we know; staff names are canaries too."""
    cast, heard = world.cast, []
    cast.hai.full_name, cast.duc.full_name = f"{CANARY['b']} Hải", f"{CANARY['a']} Đức"
    cast.hai.save()
    cast.duc.save()
    for house, rows, centre, unit in (
        ("b", world.b, cast.centre_b, cast.commune_b),
        ("a", world.a, cast.centre_a, cast.commune_a),
    ):
        queries = [
            f"centre={centre.pk}", f"centre={centre.code}", f"unit={unit.pk}", f"unit={unit.code}",
            f"course={rows.course.pk}", f"class_code={rows.open_class.code}", f"learner={rows.learner.code}",
            f"q={rows.certificate.token}", f"q={rows.learner.code}", "ordering=-centre",
        ]  # fmt: skip
        for address in part:
            for name in PLAIN[address] - REACHES[house]:
                for query, status, text in answers(client, cast.users[name], address, queries, words_read):
                    if status >= 500 or CANARY[house] in text:
                        heard.append((address, name, query, status))
    assert heard == []


def test_somebody_known_to_both_shows_each_house_its_own_side(client, world):
    learner = world.a.learner
    make_enrolled(world.b.open_class, [learner])
    for line in OBJECT_LINES:
        for name in ("lan", "duc", "hoa", "thu", "van"):
            _status, body = opened(
                client, world.cast.users[name], line.method, reverse(line.name, args=[line.pick(world.a)])
            )
            assert CANARY["b"] not in readable(body), (line.name, name)
    for panel in ("courses", "literacy", "certificates"):
        url = reverse(f"{panel}:panel-learner", args=[learner.pk])
        for name in ("minh", "nam"):
            status, body = opened(client, world.cast.users[name], "get", url)
            assert status == 200
            assert f"Lớp {CANARY['a']}" not in readable(body)


def test_units(client, world):
    cast = world.cast
    for name, unit, status in (
        ("hoa", cast.district_a, 200), ("hoa", cast.old_commune_a, 200), ("hoa", cast.district_b, 404),
        ("hoa", cast.commune_b, 404), ("nam", cast.commune_b, 200), ("nam", cast.commune_a, 404),
        ("tuan", cast.city, 200), ("oanh", cast.commune_b, 200), ("lan", cast.commune_b, 404), ("thu", cast.city, 403),
    ):  # fmt: skip
        for address in ("centres:unit-detail", "api:unit-detail"):
            found = opened(client, cast.users[name], "get", reverse(address, args=[unit.pk]))[0]
            assert found == status, (address, name, unit)
    figure = Figure.objects.get(unit=cast.commune_b)
    for name, status in (("nam", 200), ("tuan", 200), ("hoa", 404), ("lan", 404), ("minh", 404), ("thu", 403)):
        url = reverse("api:figure-detail", args=[figure.pk])
        assert opened(client, cast.users[name], "get", url)[0] == status, name


def test_posts_on_foreign_rows_change_nothing(client, world):
    cast, rows = world.cast, world.a
    for row in (rows.open_class, rows.certificate, rows.roster):
        row.refresh_from_db()
    before = (rows.open_class.status, rows.certificate.state, rows.roster.status)
    for name in ("minh", "hai", "nam"):
        for line in OBJECT_LINES:
            if line.name.startswith("api:"):
                continue
            status = opened(client, cast.users[name], "post", reverse(line.name, args=[line.pick(rows)]))[0]
            assert status in (403, 404, 405), (line.name, name, status)
        for address, row in (
            ("courses:roster-discard", rows.roster),
            ("courses:roster-undo", rows.roster),
            ("courses:waitlist-place", rows.waiting),
            ("courses:waitlist-leave", rows.waiting),
        ):
            url = reverse(address, args=[row.pk])
            assert opened(client, cast.users[name], "post", url)[0] in (403, 404), address
    for row in (rows.open_class, rows.certificate, rows.roster):
        row.refresh_from_db()
    assert (rows.open_class.status, rows.certificate.state, rows.roster.status) == before
