"""Pages: strict CSP, nothing inline or from elsewhere, light; lists cost the same for few rows and many."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import closed_class, make_class, make_enrolled, make_learner, make_sessions

PAGES = (
    "home", "search", "learners:learner-list", "learners:learner-add", "courses:class-list", "courses:class-add",
    "courses:course-list", "literacy:followup-list", "certificates:register", "certificates:log", "indicators:plan",
    "indicators:unit-map", "indicators:unit-ranking", "indicators:calendar",
    "literacy:cohort-list", "indicators:declare", "courses:programme", "courses:returner-list",
    "literacy:relapse-list", "literacy:register", "literacy:mobilisation", "literacy:survey-upload",
    "indicators:statistics", "centres:centre-list", "centres:unit-list", "centres:audit-list", "accounts:profile",
    "indicators:statistics-units", "indicators:divided-list", "indicators:statistics-profile",
    "indicators:centre-year", "indicators:annual-list", "indicators:form-list", "indicators:schedule-list",
    "indicators:evaluation-list", "indicators:rubric-list", "indicators:year-form", "indicators:community-list",
    "api:docs", "api:keys", "certificates:templates", "literacy:phone", "literacy:phone-pick", "literacy:held",
    "literacy:instrument", "literacy:standards", "literacy:year-closing",
)  # fmt: skip
LIMIT = 60_000


def compressed(text: bytes) -> int:
    return len(gzip.compress(text, 9))


def shared_weight() -> int:
    static = Path(settings.BASE_DIR) / "static"
    return sum(compressed((static / name).read_bytes()) for name in ("css/app.css", "js/app.js", "vendor/htmx.min.js"))


def fill(cast, rounds):
    for _ in range(rounds):
        make_learner(cast.centre_a)
        group = make_class(cast.centre_a)
        make_enrolled(group, 2)
        make_sessions(group, 2)
        closed_class(cast.centre_a, passing=1, failing=0)


@pytest.fixture
def busy(cast, reference):
    fill(cast, 2)
    return cast


def test_pages_are_strict_whole_and_light(as_user, busy):
    client = as_user(busy.duc)
    shared = shared_weight()
    for name in PAGES:
        response = client.get(reverse(name))
        body = response.content.decode()
        assert response.status_code == 200, name
        policy = response["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert not re.search(r"<script(?![^>]*\bsrc=)", body), name
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=", body), name
        hosts = re.findall(r"(?:src|href|action)=[\"'](?:https?:)?//([^/\"']+)", body)
        assert hosts == [], name
        assert compressed(response.content) + shared < LIMIT, name


LISTS = (
    "home", "search", "learners:learner-list", "courses:class-list", "courses:course-list", "literacy:followup-list",
    "certificates:register", "indicators:plan", "indicators:statistics", "centres:centre-list", "centres:unit-list",
    "centres:audit-list",
)  # fmt: skip


def test_lists_cost_the_same_for_few_and_many(as_user, busy):
    client = as_user(busy.duc)

    def queries():
        found = {}
        for name in LISTS:
            with CaptureQueriesContext(connection) as log:
                client.get(reverse(name), {"q": "lop"} if name == "search" else {})
            found[name] = len(log)
        return found

    queries()
    few = queries()
    fill(busy, 6)
    many = queries()
    assert few == many
    # The start page of a director brings together what a dozen pages know.
    assert many.pop("home") < 45
    assert max(many.values()) < 30
