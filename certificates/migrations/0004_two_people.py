"""Two people for revoking and late dates; who signed a decision; copies with a number of their own."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from core.triggers import append_only, lift_append_only

EVENTS = "certificates_registerevent"


def before_the_rule(apps, schema_editor):
    """Say of entries revoked before the rule that one person did it: nobody's name is invented."""
    events = apps.get_model("certificates", "RegisterEvent").objects.filter(kind="revoked", confirmed_by=None)
    events.update(operator="trước quy tắc hai người")


class Migration(migrations.Migration):
    """SQLite builds the table of events anew and drops its triggers, so the guard is lifted first and put back last."""

    dependencies = [
        ('centres', '0002_sort_keys_bytewise'),
        ('certificates', '0003_recent_first'),
        ('courses', '0012_roster_mappings'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        lift_append_only(EVENTS),
        migrations.CreateModel(
            name='Proposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.CharField(choices=[('revoke', 'thu hồi'), ('backdate', 'cấp với ngày lùi lại')], max_length=10, verbose_name='việc')),
                ('reason', models.CharField(max_length=300, verbose_name='lý do')),
                ('decision_number', models.CharField(blank=True, max_length=60, verbose_name='số quyết định')),
                ('decided_on', models.DateField(blank=True, null=True, verbose_name='ngày quyết định')),
                ('decision_signer', models.CharField(blank=True, max_length=150, verbose_name='người ký quyết định')),
                ('issued_on', models.DateField(blank=True, null=True, verbose_name='ngày cấp')),
                ('signer_name', models.CharField(blank=True, max_length=150, verbose_name='người ký chứng nhận')),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='đề nghị lúc')),
                ('state', models.CharField(choices=[('waiting', 'chờ xác nhận'), ('confirmed', 'đã xác nhận'), ('refused', 'bị từ chối'), ('withdrawn', 'đã rút lại')], default='waiting', max_length=10, verbose_name='trạng thái')),
                ('settled_at', models.DateTimeField(blank=True, null=True, verbose_name='trả lời lúc')),
                ('answer', models.CharField(blank=True, max_length=300, verbose_name='ý kiến')),
            ],
            options={
                'verbose_name': 'đề nghị',
                'verbose_name_plural': 'đề nghị',
                'ordering': ('-asked_at', '-pk'),
            },
        ),
        migrations.AddField(
            model_name='register',
            name='next_copy',
            field=models.PositiveIntegerField(default=1, verbose_name='số bản sao tiếp theo'),
        ),
        migrations.AddField(
            model_name='registerevent',
            name='confirmed_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người xác nhận'),
        ),
        migrations.AddField(
            model_name='registerevent',
            name='copies',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='số bản'),
        ),
        migrations.AddField(
            model_name='registerevent',
            name='copy_number',
            field=models.CharField(blank=True, max_length=20, verbose_name='số vào sổ cấp bản sao'),
        ),
        migrations.AddField(
            model_name='registerevent',
            name='decision_signer',
            field=models.CharField(blank=True, max_length=150, verbose_name='người ký quyết định'),
        ),
        migrations.AddField(
            model_name='registerevent',
            name='operator',
            field=models.CharField(blank=True, max_length=60, verbose_name='người vận hành máy chủ'),
        ),
        migrations.AddField(
            model_name='registerevent',
            name='recipient',
            field=models.CharField(blank=True, max_length=150, verbose_name='người nhận'),
        ),
        migrations.RunPython(before_the_rule, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='registerevent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'revoked'), _negated=True), ('confirmed_by__isnull', False), models.Q(('operator', ''), _negated=True), _connector='OR'), name='certificates_event_revoked_by_two'),
        ),
        migrations.AddConstraint(
            model_name='registerevent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'copied'), _negated=True), models.Q(('copies__gte', 1), models.Q(('copy_number', ''), _negated=True), models.Q(('recipient', ''), _negated=True)), _connector='OR'), name='certificates_event_copy_counted'),
        ),
        migrations.AddConstraint(
            model_name='registerevent',
            constraint=models.CheckConstraint(condition=models.Q(('confirmed_by__isnull', True), models.Q(('confirmed_by', models.F('by')), _negated=True), _connector='OR'), name='certificates_event_two_people'),
        ),
        migrations.AddField(
            model_name='proposal',
            name='asked_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người đề nghị'),
        ),
        migrations.AddField(
            model_name='proposal',
            name='centre',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='register_proposals', to='centres.centre', verbose_name='trung tâm'),
        ),
        migrations.AddField(
            model_name='proposal',
            name='certificate',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to='certificates.certificate', verbose_name='chứng nhận'),
        ),
        migrations.AddField(
            model_name='proposal',
            name='class_group',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='register_proposals', to='courses.classgroup', verbose_name='lớp'),
        ),
        migrations.AddField(
            model_name='proposal',
            name='settled_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người trả lời'),
        ),
        migrations.AddIndex(
            model_name='proposal',
            index=models.Index(fields=['centre', 'state'], name='certificates_proposal_idx'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('certificate__isnull', False), ('class_group__isnull', True), ('step', 'revoke')), models.Q(('certificate__isnull', True), ('class_group__isnull', False), ('issued_on__isnull', False), ('step', 'backdate')), _connector='OR'), name='certificates_proposal_about_one'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='certificates_proposal_reasoned'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('settled_by__isnull', True), ('state', 'waiting')), models.Q(models.Q(('state', 'waiting'), _negated=True), ('settled_by__isnull', False)), _connector='OR'), name='certificates_proposal_settled'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'confirmed'), _negated=True), models.Q(('settled_by', models.F('asked_by')), _negated=True), _connector='OR'), name='certificates_proposal_two_people'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('certificate',), name='certificates_proposal_one_paper'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('class_group',), name='certificates_proposal_one_class'),
        ),
        append_only(EVENTS),
    ]
