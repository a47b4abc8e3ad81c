"""Every main page with rows on it: strict policy, nothing inline, nothing from another host, under 60 kB (issue 2).

Beside the lists (test_pages_weight.py) these are the pages of one object, those of a signed-out visitor and those
that refuse: an error page is a page too.
"""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from courses.models import Course
from indicators.models import Indicator
from literacy.models import FollowUp
from tests.factories import make_certificates, make_class, make_enrolled, make_sessions

pytestmark = pytest.mark.django_db
LIMIT = 60_000
ASSETS = ("css/app.css", "js/app.js", "vendor/htmx.min.js")
POLICY = {
    "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "connect-src": "'self'",
    "base-uri": "'none'", "form-action": "'self'", "frame-ancestors": "'none'",
}  # fmt: skip
INLINE = re.compile(r"<script(?![^>]*\ssrc=)|<style\b|<[^>]+\s(?:style|on[a-z]+)=|javascript:|<[^>]+\shx-on", re.I)
# What a browser would load or send to: links for people may lead elsewhere, these may not.
LOADED = re.compile(r"\s(?:src|srcset|action|formaction|poster|data|hx-get|hx-post)=[\"']\s*(?:https?:)?//", re.I)
LINKED = re.compile(r"<link\b[^>]*\shref=[\"']\s*(?:https?:)?//", re.I)


def compressed(content):
    return len(gzip.compress(content, 9))


@pytest.fixture(scope="module")
def shared_weight():
    static = Path(settings.BASE_DIR) / "static"
    return sum(compressed((static / name).read_bytes()) for name in ASSETS)


@pytest.fixture
def addresses(cast, reference):
    """``(who, address, status)`` of the main pages, with a class of 30 running and one certified."""
    running = make_class(cast.centre_a, starts_on=timezone.localdate())
    person = make_enrolled(running, 30)[0]
    session = make_sessions(running, 10)[0]
    paper = make_certificates(cast.centre_a, passing=3, course=Course.objects.get(code="XMC-GD1"))[0]
    ended = paper.enrolment.class_group
    follow_up = FollowUp.objects.order_by("pk")[0]
    lan = [
        (name, [pk], 200)
        for name, pk in (
            ("learners:learner-detail", person.learner_id),
            ("learners:learner-edit", person.learner_id),
            ("courses:class-detail", running.pk),
            ("courses:class-edit", running.pk),
            ("courses:class-cancel", running.pk),
            ("courses:enrol", running.pk),
            ("courses:roster-upload", running.pk),
            ("courses:schedule", running.pk),
            ("courses:session-detail", session.pk),
            ("courses:results", running.pk),
            ("courses:close", running.pk),
            ("certificates:issue", ended.pk),
            ("certificates:certificate-detail", paper.pk),
            ("literacy:check-add", follow_up.pk),
            ("centres:centre-detail", cast.centre_a.pk),
        )
    ]
    lan += [("courses:close", [ended.pk], 409), ("courses:class-detail", [10**9], 404)]
    duc = [("certificates:revoke", [paper.pk], 200)]
    hoa = [("centres:unit-detail", [cast.district_a.pk], 200), ("courses:class-add", [], 403)]
    hoa += [("indicators:figure", [row.code], 200) for row in Indicator.objects.filter(code__in=("A3", "C3"))]
    found = [(who, reverse(name, args=args), status) for who, rows in (("lan", lan), ("duc", duc), ("hoa", hoa))
             for name, args, status in rows]  # fmt: skip
    visitor = (("accounts:sign-in", [], 200), ("verify-ask", [], 200), ("verify", [paper.token], 200))
    return (
        found
        + [("", reverse(name, args=args), status) for name, args, status in visitor]
        + [("", reverse("verify", args=["0" * 16]), 404)]
    )


def policy_of(response):
    parts = (part.strip().partition(" ") for part in response["Content-Security-Policy"].split(";"))
    return {name: value for name, _space, value in parts if name}


def test_every_main_page_is_strict_and_light(client, cast, addresses, shared_weight):
    faults = []
    for who, address, status in addresses:
        client.logout()
        if who:
            client.force_login(getattr(cast, who))
        response = client.get(address)
        body = response.content.decode()
        policy = policy_of(response)
        faults += [f"{address}: status {response.status_code}"] * (response.status_code != status)
        faults += [f"{address}: {key} {policy.get(key)}" for key, value in POLICY.items() if policy.get(key) != value]
        faults += [f"{address}: {key} {value}" for key, value in policy.items() if re.search(r"unsafe|\*|http", value)]
        faults += [f"{address}: {hit.group()}" for rule in (INLINE, LOADED, LINKED) for hit in rule.finditer(body)]
        weight = compressed(response.content) + shared_weight
        faults += [f"{address}: {weight} bytes"] * (weight >= LIMIT)
    assert not faults


@pytest.mark.parametrize(
    "bad",
    [
        "<script>alert(1)</script>", "<p style='color:red'>", "<STYLE>", '<a onclick="x()">', '<a href="javascript:x">',
        '<img src="//cdn.example/x.png">', '<script src="https://cdn.example/x.js">',
        '<link rel="stylesheet" href="https://fonts.example/a.css">', '<form action="http://elsewhere.example/">',
    ],
)  # fmt: skip
def test_the_rules_see_what_they_are_for(bad):
    assert any(rule.search(bad) for rule in (INLINE, LOADED, LINKED))
