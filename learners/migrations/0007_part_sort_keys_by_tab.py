"""Sort keys of names are parted by a sign that sorts before tones: Nga before Ngà."""

from django.db import migrations
from django.db.models import Value
from django.db.models.functions import Replace


def part_by(old, new):
    def change(apps, schema_editor):
        people = apps.get_model("learners", "Learner").objects
        people.update(sort_key=Replace("sort_key", Value(old), Value(new)))

    return change


class Migration(migrations.Migration):
    dependencies = [("learners", "0006_cover_keys")]
    operations = [migrations.RunPython(part_by("|", "\t"), part_by("\t", "|"))]
