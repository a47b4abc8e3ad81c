"""Names kept in both languages: on English pages the English ones, in files handed in the Vietnamese ones."""

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from core.language import in_language
from courses.models import Topic
from indicators.exports import group_table, statistics_table
from indicators.statistics.documents import document
from indicators.statistics.groups import by_target_group
from indicators.statistics.questions import Question
from indicators.statistics.selectors import statistics
from learners.target_groups import TargetGroup
from tests.factories import STARTS_ON, finished_class, make_course


def test_the_name_follows_the_page_and_falls_back():
    assert in_language("Sức khỏe", "Health") == "Sức khỏe"
    with override("en"):
        assert in_language("Sức khỏe", "Health") == "Health"
        assert in_language("Sức khỏe", "") == "Sức khỏe"


@pytest.mark.django_db
def test_topics_and_groups_are_english_on_english_pages_only(cast, reference, as_user):
    topic, group = Topic.objects.get(code="suc_khoe"), TargetGroup.objects.get(code="nong_dan")
    taught = finished_class(cast.centre_a, course=make_course(cast.centre_a, topic=topic), starts_on=STARTS_ON)
    taught.target_groups.add(group)
    client = as_user(cast.lan)
    pages = (
        reverse("courses:class-detail", args=[taught.pk]),
        reverse("courses:class-list"),
        reverse("courses:course-list"),
        reverse("courses:class-edit", args=[taught.pk]),
        reverse("indicators:statistics") + f"?from={STARTS_ON}&to={STARTS_ON.replace(month=12)}",
    )
    for page in pages:
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "vi"
        assert topic.name in client.get(page).content.decode() or group.name in client.get(page).content.decode()
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        body = client.get(page).content.decode()
        assert topic.name_en in body or group.name_en in body, page
        assert topic.name not in body
    with override("en"):
        asked = {
            "user": cast.lan,
            "centre": cast.centre_a,
            "starts_on": STARTS_ON,
            "ends_on": STARTS_ON.replace(month=12),
        }
        assert topic.name in str(list(statistics_table(statistics(**asked), []).rows))
        assert group.name in str(list(group_table(by_target_group(**asked), []).rows))
        parts = document(Question(STARTS_ON, asked["ends_on"], centre=cast.centre_a), by=cast.lan).table.more
        assert topic.name in str([list(sheet.rows) for sheet in parts])
