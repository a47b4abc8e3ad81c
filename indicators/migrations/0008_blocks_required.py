"""What 0007 filled becomes required. On its own: PostgreSQL alters no table whose rows changed in the transaction."""

import django.db.models.deletion
from django.db import migrations, models

from core.triggers import append_only


class Migration(migrations.Migration):

    dependencies = [
        ('indicators', '0007_blocks_filled'),
    ]

    operations = [
        migrations.AlterField(
            model_name='indicator',
            name='block',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='indicators', to='indicators.block', verbose_name='mục'),
        ),
        migrations.RemoveField(
            model_name='indicator',
            name='block_code',
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(('is_default', False), ('state', 'in_force'), _connector='OR'), name='indicators_plan_default_in_force'),
        ),
        migrations.AddConstraint(
            model_name='target',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('comparator__in', ['status', 'milestone']), ('high__isnull', True), ('low__isnull', True), models.Q(('status', ''), _negated=True)), models.Q(('comparator', 'range'), ('high__isnull', False), ('low__isnull', False), ('status', '')), models.Q(('comparator__in', ['>=', '>', '=']), ('high__isnull', True), ('low__isnull', False), ('status', '')), _connector='OR'), name='indicators_target_value_by_comparator'),
        ),
        migrations.AddConstraint(
            model_name='indicator',
            constraint=models.CheckConstraint(condition=models.Q(('source', 'reported'), models.Q(('formula', ''), _negated=True), _connector='OR'), name='indicators_indicator_formula_by_source'),
        ),
        append_only("indicators_taskupdate"),
        append_only("indicators_contributionevent"),
    ]
