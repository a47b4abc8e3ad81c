"""Printed blank forms: received, used, spoiled, counted; the decision on results waits with a late issue."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('centres', '0002_sort_keys_bytewise'),
        ('certificates', '0005_signed_claims'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='proposal',
            name='recognition',
            field=models.CharField(blank=True, max_length=100, verbose_name='quyết định công nhận'),
        ),
        migrations.CreateModel(
            name='BlankBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='tạo lúc')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='sửa lúc')),
                ('series', models.CharField(blank=True, max_length=12, verbose_name='ký hiệu')),
                ('first', models.PositiveIntegerField(verbose_name='từ số')),
                ('last', models.PositiveIntegerField(verbose_name='đến số')),
                ('received_on', models.DateField(default=django.utils.timezone.localdate, verbose_name='ngày nhận')),
                ('document', models.CharField(blank=True, max_length=120, verbose_name='giấy giao nhận')),
                ('centre', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='blank_batches', to='centres.centre', verbose_name='trung tâm')),
                ('received_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người nhận')),
            ],
            options={
                'verbose_name': 'lần nhận phôi',
                'verbose_name_plural': 'lần nhận phôi',
                'ordering': ('-received_on', '-pk'),
            },
        ),
        migrations.CreateModel(
            name='Blank',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='số')),
                ('serial', models.CharField(max_length=24, verbose_name='số hiệu')),
                ('state', models.CharField(choices=[('free', 'chưa dùng'), ('used', 'đã dùng'), ('spoiled', 'hỏng')], default='free', max_length=8, verbose_name='trạng thái')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='lý do hỏng')),
                ('centre', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='blanks', to='centres.centre', verbose_name='trung tâm')),
                ('certificate', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='blanks', to='certificates.certificate', verbose_name='chứng nhận')),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='blanks', to='certificates.blankbatch', verbose_name='lần nhận phôi')),
            ],
            options={
                'verbose_name': 'phôi',
                'verbose_name_plural': 'phôi',
                'ordering': ('centre_id', 'serial'),
            },
        ),
        migrations.AddConstraint(
            model_name='blankbatch',
            constraint=models.CheckConstraint(condition=models.Q(('first__gte', 1), ('last__gte', models.F('first'))), name='certificates_blanks_range'),
        ),
        migrations.AddIndex(
            model_name='blank',
            index=models.Index(fields=['centre', 'state', 'serial'], name='certificates_blank_free_idx'),
        ),
        migrations.AddConstraint(
            model_name='blank',
            constraint=models.UniqueConstraint(fields=('centre', 'serial'), name='certificates_blank_serial_uniq'),
        ),
        migrations.AddConstraint(
            model_name='blank',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'used')), fields=('certificate',), name='certificates_blank_one_a_paper'),
        ),
        migrations.AddConstraint(
            model_name='blank',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('certificate__isnull', True), ('reason', ''), ('state', 'free')), models.Q(('certificate__isnull', False), ('reason', ''), ('state', 'used')), models.Q(('state', 'spoiled'), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='certificates_blank_state_whole'),
        ),
    ]
