"""Pages of templates: how many papers a version has, how a city officer gets to a centre, queries that do not grow."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from certificates.choices import CertificateKind
from certificates.services import issue_class
from certificates.services.templates import save_template
from certificates.wording.builtin import builtin_blocks
from tests.factories import closed_class

EDIT = {"kind": "course", "language": "vi"}


def save(by, centre=None, **changes):
    words = {"vi": builtin_blocks(CertificateKind.COURSE)["vi"] | changes}
    return save_template(
        centre=centre, kind=CertificateKind.COURSE, language="vi", blocks=words, reason="Thử", by=by, seen=None
    )


@pytest.fixture
def unprinted(monkeypatch):
    monkeypatch.setattr("certificates.jobs.render_reserved", lambda **_: [])


def papers(response):
    return {row.version: row.papers for row in response.context["versions"]}


@pytest.mark.django_db
def test_each_version_says_how_many_papers_it_has(cast, reference, unprinted, as_user):
    save(cast.tuan, lead="Bản một")
    issue_class(class_group=closed_class(cast.centre_a, passing=2, failing=0)[0], by=cast.lan)
    save(cast.tuan, lead="Bản hai")
    for centre, by in ((cast.centre_a, cast.lan), (cast.centre_b, cast.minh)):
        issue_class(class_group=closed_class(centre, passing=1, failing=0)[0], by=by)
    save(cast.duc, cast.centre_a, lead="Riêng")
    page = as_user(cast.tuan).get(reverse("certificates:city-template-edit"), EDIT)
    assert papers(page) == {2: 2, 1: 2}
    assert "Số giấy" in page.content.decode()
    own = as_user(cast.duc).get(reverse("certificates:centre-template-edit", args=[cast.centre_a.pk]), EDIT)
    assert papers(own) == {1: 0}


@pytest.mark.django_db
def test_the_city_chooses_a_centre_and_a_centre_only_itself(cast, reference, as_user):
    address = reverse("certificates:templates")
    page = as_user(cast.tuan).get(address).content.decode()
    for centre in (cast.centre_a, cast.centre_b):
        assert f'<option value="{centre.pk}">' in page
    answer = as_user(cast.tuan).get(address, {"centre": cast.centre_b.pk})
    assert answer["Location"] == reverse("certificates:centre-templates", args=[cast.centre_b.pk])
    assert as_user(cast.tuan).get(address, {"centre": 10**9}).status_code == 404
    assert as_user(cast.tuan).get(address, {"centre": "x"}).status_code == 200
    assert cast.centre_b.name not in as_user(cast.duc).get(address, {"centre": cast.centre_b.pk}).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["certificates:templates", "certificates:city-template-edit"])
def test_queries_do_not_grow_with_versions(cast, reference, as_user, name):
    client = as_user(cast.tuan)
    counts = []
    for _round in range(2):
        for number in range(5):
            save(cast.tuan, lead=f"Bản {len(counts)}.{number}")
            save(cast.duc, cast.centre_a, lead=f"Riêng {len(counts)}.{number}")
        client.get(reverse(name), EDIT)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(reverse(name), EDIT).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]
