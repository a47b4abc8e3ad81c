"""Components as pages get them: what a person with a screen reader, without script or without rights relies on."""

import re
from types import SimpleNamespace

import pytest
from django import forms
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from clc_manager import views
from clc_manager.navigation import navigation


class SampleForm(forms.Form):
    """One field of each shape."""

    name = forms.CharField(label="Họ và tên", help_text="Như trên giấy khai sinh")
    sex = forms.ChoiceField(label="Giới tính", choices=[("f", "Nữ")], widget=forms.RadioSelect, help_text="Một")
    days = forms.MultipleChoiceField(label="Ngày", choices=[("2", "Thứ 2")], widget=forms.CheckboxSelectMultiple)
    sure = forms.BooleanField(label="Đã xem lại")
    paper = forms.FileField(label="Tệp")
    note = forms.CharField(label="Ghi chú", widget=forms.Textarea, required=False)
    stamp = forms.CharField(widget=forms.HiddenInput, required=False)


def render_form(form: forms.Form) -> str:
    """The summary and every field."""
    fields = [render_to_string("components/field.html", {"field": field}) for field in form]
    return render_to_string("components/form_errors.html", {"form": form}) + "".join(fields)


@pytest.mark.parametrize("data", [None, {}], ids=["fresh", "wrong"])
def test_every_reference_inside_a_form_has_its_target(data: dict[str, str] | None) -> None:
    html = render_form(SampleForm(data))
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    named = [name for names in re.findall(r'aria-describedby="([^"]+)"', html) for name in names.split()]
    named += re.findall(r'<label for="([^"]+)"', html) + re.findall(r'href="#([^"]*)"', html)
    assert named
    assert set(named) <= set(ids)


def test_the_summary_links_to_every_wrong_field() -> None:
    html = render_to_string("components/form_errors.html", {"form": SampleForm({})})
    assert 'role="alert"' in html
    assert re.findall(r'href="#([^"]*)"', html) == ["id_name", "id_sex", "id_days", "id_sure", "id_paper"]
    assert "stamp" not in html


def test_a_hidden_field_shows_no_label() -> None:
    html = render_to_string("components/field.html", {"field": SampleForm()["stamp"]})
    assert "<label" not in html
    assert 'type="hidden"' in html


def test_only_what_may_be_left_out_says_so() -> None:
    form = SampleForm()
    assert "không bắt buộc" in render_to_string("components/field.html", {"field": form["note"]})
    assert "không bắt buộc" not in render_to_string("components/field.html", {"field": form["name"]})


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_bar_is_drawn_with_a_decimal_point_in_every_language(language: str) -> None:
    with translation.override(language):
        html = render_to_string(
            "components/bar.html", {"value": 91.8, "target_a": 95, "target_b": 99.6, "tone": "warn", "label": "A3"}
        )
    assert 'width="91.8%"' in html
    assert 'x1="99.6%"' in html


def test_a_bar_without_figure_is_empty() -> None:
    html = render_to_string("components/bar.html", {"value": None, "target_a": 50, "target_b": None, "label": "D1"})
    assert 'class="fill' not in html
    assert "mark-b" not in html


@pytest.mark.parametrize(("status", "polls"), [("queued", True), ("running", True), ("done", False), ("failed", False)])
def test_progress_asks_until_the_job_is_finished(status: str, polls: bool) -> None:
    job = SimpleNamespace(
        pk=7, title="In", status=status, is_finished=not polls, percent=40, progress_done=4, progress_total=10,
        message="", file="", get_status_display=status,
    )  # fmt: skip
    html = render_to_string("components/progress.html", {"job": job})
    assert ("hx-trigger" in html) is polls
    assert (f'<a href="{reverse("job-status", args=[7])}"' in html) is polls


def test_the_longest_address_wins_in_the_navigation(cast, monkeypatch: pytest.MonkeyPatch) -> None:
    addresses = {"home": "/", "search": "/search/", "indicators:plan": "/plan/", "indicators:statistics": "/plan/s/"}
    monkeypatch.setattr("clc_manager.navigation.reverse", lambda name: addresses.get(name, f"/{name}/"))

    def current(path: str) -> list[str]:
        request = RequestFactory().get(path)
        request.user = cast.duc
        return [item["url"] for item in navigation(request)["nav"] if item["current"]]

    assert current("/plan/s/export/") == ["/plan/s/"]
    assert current("/plan/A3/") == ["/plan/"]
    assert current("/") == ["/"]
    assert current("/accounts/profile/") == []


def test_an_old_page_is_told_so_in_vietnamese(cast) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post(reverse("accounts:sign-in"), {"username": "lan", "password": "x"})
    assert answer.status_code == 403
    assert "Chưa có gì được lưu" in answer.content.decode()


def test_the_page_for_broken_systems_needs_no_database() -> None:
    class Broken:
        @property
        def is_authenticated(self) -> bool:
            raise ConnectionError("the database is away")

    request = RequestFactory().get("/")
    request.user = Broken()
    answer = views.server_error(request)
    assert answer.status_code == 500
    assert "chưa được lưu" in answer.content.decode()
