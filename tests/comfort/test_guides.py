"""The guides: every page leads to what explains it, in the guide of the reader's role; pictures are small."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from clc_manager.help import BY_APP, BY_PAGE, GUIDES
from tests.architecture.test_routes import ROUTES
from tests.matrix.table import PLAIN

PICTURES = Path(settings.BASE_DIR) / "static/img/help"


@pytest.mark.django_db
def test_every_page_leads_to_its_section_in_the_guide_of_the_role(as_user, cast, reference):
    missing = []
    for who, guide in (("lan", "nhan-vien"), ("thu", "giao-vien"), ("duc", "giam-doc"), ("hoa", "can-bo"),
                       ("tuan", "can-bo"), ("oanh", "thanh-tra")):  # fmt: skip
        client = as_user(getattr(cast, who))
        sections = set(re.findall(r'id="([a-z-]+)"', client.get(reverse("help", args=[guide])).content.decode()))
        for name, may in PLAIN.items():
            if who not in may or name.startswith("api:"):
                continue
            response = client.get(reverse(name))
            for close in response._resource_closers:
                close()
            if not response["Content-Type"].startswith("text/html"):
                continue
            found = re.search(r'class="help[^"]*" href="/help/([a-z-]+)/#([a-z-]+)"', response.content.decode())
            if not found or found[1] != guide or found[2] not in sections:
                missing.append((who, name, found and found.groups()))
    assert missing == []


def test_each_section_is_there_in_both_languages_with_the_same_anchor_and_pictures():
    folder = Path(settings.BASE_DIR) / "templates/help"
    vietnamese, english = (
        {path.name: path.read_text(encoding="utf-8") for path in (folder / language).iterdir()}
        for language in ("vi", "en")
    )
    assert set(vietnamese) == set(english) == {f"{name}.html" for guide in GUIDES.values() for name in guide.sections}
    for name, text in vietnamese.items():
        for what in (r'id="([a-z-]+)"', r"img/help/([a-z-]+\.png)", r"<li>"):
            assert len(re.findall(what, text)) == len(re.findall(what, english[name])), name
        assert re.findall(r'id="([a-z-]+)"', text) == re.findall(r'id="([a-z-]+)"', english[name])


@pytest.mark.django_db
@pytest.mark.parametrize("topic", GUIDES)
def test_each_guide_is_in_the_language_of_the_page(as_user, cast, topic):
    client = as_user(cast.lan)
    assert "Dùng chung" in client.get(reverse("help", args=[topic])).content.decode()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    body = client.get(reverse("help", args=[topic])).content.decode()
    assert '<html lang="en"' in body
    assert "For everybody" in body
    assert "Dùng chung" not in body


@pytest.mark.django_db
@pytest.mark.parametrize("topic", GUIDES)
def test_each_guide_shows_only_pictures_that_are_there(as_user, cast, topic):
    body = as_user(cast.lan).get(reverse("help", args=[topic])).content.decode()
    assert body.count("<section") >= 5
    for name in re.findall(r'src="/static/img/help/([a-z-]+\.png)"', body):
        assert (PICTURES / name).is_file()
        assert (PICTURES / name).stat().st_size < 80_000


@pytest.mark.django_db
def test_an_unknown_guide_is_not_found_and_strangers_sign_in_first(client, as_user, cast):
    assert client.get(reverse("help", args=["nhan-vien"])).status_code == 302
    assert as_user(cast.lan).get(reverse("help", args=["khong-co"])).status_code == 404


def test_the_map_names_pages_that_are_there():
    names = {route.name for route in ROUTES}
    assert set(BY_PAGE) <= names
    assert set(BY_APP) <= {name.partition(":")[0] for name in names}
