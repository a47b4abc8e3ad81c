from django.db import migrations

from core.collation import bytewise


class Migration(migrations.Migration):
    dependencies = [("learners", "0009_stated_schooling")]

    operations = [bytewise("learners_learner", "sort_key")]
