"""Compute the keys of people who were registered before there were such keys."""

from django.db import migrations

from learners.keys import given_first, link_text, middle_first

BATCH = 500


def fill(apps, schema_editor):
    learners = apps.get_model("learners", "Learner")
    links = apps.get_model("learners", "LearnerCentre")
    last = 0
    while people := list(learners.objects.filter(pk__gt=last).order_by("pk")[:BATCH]):
        last = people[-1].pk
        for person in people:
            person.search_key_given = given_first(person.search_key)
            person.search_key_middle = middle_first(person.search_key)
            person.phone_reversed = person.phone[::-1]
        learners.objects.bulk_update(people, ["search_key_given", "search_key_middle", "phone_reversed"])
        texts = {row.pk: link_text(row.search_key, row.birth_year, row.phone) for row in people}
        rows = list(links.objects.filter(learner_id__in=texts))
        for row in rows:
            row.search_text = texts[row.learner_id]
        links.objects.bulk_update(rows, ["search_text"])


class Migration(migrations.Migration):
    dependencies = [("learners", "0003_find_people")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
