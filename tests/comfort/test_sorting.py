"""Names stand in Vietnamese order: by keys of core.text, never by raw letters; people by their given name."""

import re

import pytest
from django.urls import reverse

from accounts.choices import Role
from courses.models import SurveyVisit
from courses.selectors.planning import natural_order
from learners.models import Neighbourhood
from tests.architecture.test_code import ROOT, own_python
from tests.cast import make_user
from tests.factories import make_learner

RAW = re.compile(r"order_by\([^)]*[\"'](?:-|[a-z_]+__)*(?:full_name|given_name|family_name|name|label|title)[\"']")


def test_nothing_is_sorted_by_a_raw_name():
    raw = [
        f"{path.relative_to(ROOT).as_posix()}:{number}"
        for path in own_python()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if RAW.search(line)
    ]
    assert not raw, "sort by sort_key, or in Python by core.text.sort_key"
    assert RAW.search('rows.order_by("-pk", "learner__full_name")')


@pytest.mark.django_db
def test_people_are_listed_by_given_name_in_vietnamese_order(as_user, cast, reference):
    for name in ("Trần Văn Ên", "Lê Thị Đào", "Bùi Văn Dũng", "Vũ Thị Em", "Phạm Văn Dũng"):
        make_learner(cast.centre_a, name)
        make_user(f"gv{name[0]}".lower(), name, Role.TEACHER, centre=cast.centre_a)
    order = ["Bùi Văn Dũng", "Phạm Văn Dũng", "Lê Thị Đào", "Vũ Thị Em", "Trần Văn Ên"]
    for page in ("learners:learner-list", "courses:class-add"):
        body = as_user(cast.lan).get(reverse(page)).content.decode()
        places = [body.index(name) for name in order]
        assert places == sorted(places), page


def test_neighbourhoods_stand_in_vietnamese_order_with_numbers_as_numbers():
    names = ["Thôn Đoài", "Thôn 10", "Thôn Em", "Thôn 2", "Thôn Dừa"]
    visits = [SurveyVisit(neighbourhood=Neighbourhood(name=name)) for name in names]
    assert [visit.neighbourhood.name for visit in natural_order(visits)] == [
        "Thôn 2", "Thôn 10", "Thôn Dừa", "Thôn Đoài", "Thôn Em",
    ]  # fmt: skip
