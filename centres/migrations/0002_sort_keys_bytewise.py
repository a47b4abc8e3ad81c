from django.db import migrations

from core.collation import bytewise


class Migration(migrations.Migration):
    dependencies = [("centres", "0001_initial")]

    operations = [bytewise("centres_adminunit", "sort_key"), bytewise("centres_centre", "sort_key")]
