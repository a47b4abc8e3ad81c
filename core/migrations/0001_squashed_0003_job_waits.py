"""All of this app's tables as one step, for a database that is empty; another goes the 3 steps it replaces.

What those did to rows that were there (RunPython) has nothing to do here; triggers and collations are the same:
tests/suite/test_migrations.py compares.
"""

import core.migrating
import core.models
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from core.triggers import append_only


class Migration(migrations.Migration):

    replaces = [
        ('core', '0001_initial'),
        ('core', '0002_append_only_audit'),
        ('core', '0003_job_waits'),
    ]

    initial = True

    dependencies = [
        ('accounts', '__first__'),
    ]

    operations = [
        core.migrating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='DatedSetting',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('key', models.CharField(max_length=80, verbose_name='khóa')),
                        ('valid_from', models.DateField(verbose_name='áp dụng từ')),
                        ('value', models.JSONField(verbose_name='giá trị')),
                        ('source', models.CharField(blank=True, max_length=200, verbose_name='căn cứ')),
                    ],
                    options={
                        'verbose_name': 'thiết lập theo ngày',
                        'verbose_name_plural': 'thiết lập theo ngày',
                        'ordering': ('key', '-valid_from'),
                        'constraints': [models.UniqueConstraint(fields=('key', 'valid_from'), name='core_datedsetting_key_from_uniq')],
                    },
                ),
                migrations.CreateModel(
                    name='AuditEvent',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, verbose_name='lúc')),
                        ('actor_name', models.CharField(blank=True, max_length=150, verbose_name='tên người làm')),
                        ('verb', models.CharField(db_index=True, max_length=60, verbose_name='việc')),
                        ('object_type', models.CharField(max_length=60, verbose_name='loại')),
                        ('object_id', models.CharField(max_length=40, verbose_name='mã')),
                        ('object_label', models.CharField(blank=True, max_length=200, verbose_name='tên')),
                        ('centre_id', models.BigIntegerField(blank=True, null=True, verbose_name='trung tâm')),
                        ('data', models.JSONField(blank=True, default=dict, verbose_name='chi tiết')),
                        ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người làm')),
                    ],
                    options={
                        'verbose_name': 'dòng nhật ký',
                        'verbose_name_plural': 'nhật ký',
                        'ordering': ('-at', '-id'),
                        'indexes': [models.Index(fields=['object_type', 'object_id'], name='core_audit_object_idx'), models.Index(fields=['centre_id', '-at'], name='core_audit_centre_idx')],
                    },
                ),
                migrations.CreateModel(
                    name='Job',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='tạo lúc')),
                        ('updated_at', models.DateTimeField(auto_now=True, verbose_name='sửa lúc')),
                        ('kind', models.CharField(max_length=60, verbose_name='việc')),
                        ('title', models.CharField(max_length=200, verbose_name='tên')),
                        ('status', models.CharField(choices=[('queued', 'đang chờ'), ('running', 'đang chạy'), ('waiting', 'đang đợi'), ('done', 'xong'), ('failed', 'không xong')], default='queued', max_length=10, verbose_name='trạng thái')),
                        ('params', models.JSONField(blank=True, default=dict, verbose_name='tham số')),
                        ('result', models.JSONField(blank=True, default=dict, verbose_name='kết quả')),
                        ('progress_done', models.PositiveIntegerField(default=0, verbose_name='đã làm')),
                        ('progress_total', models.PositiveIntegerField(default=0, verbose_name='tổng')),
                        ('message', models.CharField(blank=True, max_length=300, verbose_name='lời nhắn')),
                        ('log', models.TextField(blank=True, verbose_name='nhật ký')),
                        ('file', models.FileField(blank=True, max_length=300, upload_to=core.models.job_file_path, verbose_name='tệp')),
                        ('file_name', models.CharField(blank=True, max_length=200, verbose_name='tên tệp khi tải')),
                        ('centre_id', models.BigIntegerField(blank=True, null=True, verbose_name='trung tâm')),
                        ('started_at', models.DateTimeField(blank=True, null=True, verbose_name='bắt đầu lúc')),
                        ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='kết thúc lúc')),
                        ('dedupe_key', models.CharField(blank=True, max_length=120, null=True, unique=True, verbose_name='khóa chống trùng')),
                        ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='jobs', to=settings.AUTH_USER_MODEL, verbose_name='người yêu cầu')),
                    ],
                    options={
                        'verbose_name': 'công việc',
                        'verbose_name_plural': 'công việc',
                        'ordering': ('-created_at', '-id'),
                        'indexes': [models.Index(fields=['requested_by', '-created_at'], name='core_job_owner_idx')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['queued', 'running', 'waiting', 'done', 'failed'])), name='core_job_status_known')],
                    },
                ),
            ],
        ),
        append_only("core_auditevent"),
    ]
