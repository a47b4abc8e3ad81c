"""All of this app's tables as one step, for a database that is empty; another goes the 3 steps it replaces.

What those did to rows that were there (RunPython) has nothing to do here; triggers and collations are the same:
tests/suite/test_migrations.py compares.
"""

import core.migrating
import datetime
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from core.collation import bytewise


class Migration(migrations.Migration):

    replaces = [
        ('centres', '0001_initial'),
        ('centres', '0002_sort_keys_bytewise'),
        ('centres', '0003_bodies'),
    ]

    initial = True

    dependencies = [
        ('accounts', '__first__'),
    ]

    operations = [
        core.migrating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='AdminUnit',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('code', models.CharField(max_length=5, verbose_name='mã')),
                        ('level', models.CharField(choices=[('city', 'Thành phố'), ('district', 'Quận, huyện, thị xã'), ('commune', 'Phường, xã, thị trấn')], max_length=10, verbose_name='cấp')),
                        ('kind', models.CharField(choices=[('thanh_pho', 'Thành phố'), ('quan', 'Quận'), ('huyen', 'Huyện'), ('thi_xa', 'Thị xã'), ('phuong', 'Phường'), ('xa', 'Xã'), ('thi_tran', 'Thị trấn')], max_length=10, verbose_name='loại')),
                        ('name', models.CharField(max_length=100, verbose_name='tên')),
                        ('valid_from', models.DateField(default=datetime.date(1900, 1, 1), verbose_name='từ ngày')),
                        ('valid_to', models.DateField(blank=True, null=True, verbose_name='đến ngày')),
                        ('search_key', models.CharField(db_index=True, editable=False, max_length=120)),
                        ('sort_key', models.CharField(editable=False, max_length=255)),
                        ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='centres.adminunit', verbose_name='thuộc')),
                    ],
                    options={
                        'verbose_name': 'đơn vị hành chính',
                        'verbose_name_plural': 'đơn vị hành chính',
                        'ordering': ('level', 'sort_key', 'code'),
                        'constraints': [models.UniqueConstraint(fields=('code', 'level', 'valid_from'), name='centres_adminunit_key_uniq'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='centres_adminunit_dates_ordered'), models.CheckConstraint(condition=models.Q(models.Q(('level', 'city'), ('parent__isnull', True)), models.Q(models.Q(('level', 'city'), _negated=True), ('parent__isnull', False)), _connector='OR'), name='centres_adminunit_parent_by_level')],
                    },
                ),
                migrations.CreateModel(
                    name='Body',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('code', models.CharField(max_length=20, unique=True, verbose_name='mã')),
                        ('number', models.CharField(blank=True, max_length=5, verbose_name='số trong kế hoạch')),
                        ('name', models.CharField(max_length=200, verbose_name='tên')),
                        ('name_now', models.CharField(blank=True, max_length=200, verbose_name='nay là')),
                        ('is_units', models.BooleanField(default=False, verbose_name='là các đơn vị hành chính')),
                        ('order', models.PositiveSmallIntegerField(default=100, verbose_name='thứ tự')),
                    ],
                    options={
                        'verbose_name': 'cơ quan, tổ chức',
                        'verbose_name_plural': 'cơ quan, tổ chức',
                        'ordering': ('order', 'code'),
                        'constraints': [models.UniqueConstraint(condition=models.Q(('is_units', True)), fields=('is_units',), name='centres_body_one_units')],
                    },
                ),
                migrations.CreateModel(
                    name='Centre',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='tạo lúc')),
                        ('updated_at', models.DateTimeField(auto_now=True, verbose_name='sửa lúc')),
                        ('code', models.CharField(max_length=20, unique=True, verbose_name='mã')),
                        ('name', models.CharField(max_length=150, verbose_name='tên')),
                        ('established_on', models.DateField(verbose_name='thành lập ngày')),
                        ('closed_on', models.DateField(blank=True, null=True, verbose_name='dừng hoạt động ngày')),
                        ('phone', models.CharField(blank=True, max_length=20, verbose_name='điện thoại')),
                        ('director_name', models.CharField(blank=True, max_length=150, verbose_name='giám đốc')),
                        ('search_key', models.CharField(db_index=True, editable=False, max_length=180)),
                        ('sort_key', models.CharField(editable=False, max_length=400)),
                        ('successor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='predecessors', to='centres.centre', verbose_name='nhập vào')),
                    ],
                    options={
                        'verbose_name': 'trung tâm học tập cộng đồng',
                        'verbose_name_plural': 'trung tâm học tập cộng đồng',
                        'ordering': ('sort_key', 'code'),
                        'constraints': [models.CheckConstraint(condition=models.Q(('closed_on__isnull', True), ('closed_on__gte', models.F('established_on')), _connector='OR'), name='centres_centre_dates_ordered'), models.CheckConstraint(condition=models.Q(('successor__isnull', True), ('closed_on__isnull', False), _connector='OR'), name='centres_centre_successor_when_closed')],
                    },
                ),
                migrations.CreateModel(
                    name='CentreLocation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('address', models.CharField(blank=True, max_length=200, verbose_name='địa chỉ')),
                        ('valid_from', models.DateField(verbose_name='từ ngày')),
                        ('valid_to', models.DateField(blank=True, null=True, verbose_name='đến ngày')),
                        ('centre', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='locations', to='centres.centre', verbose_name='trung tâm')),
                        ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='locations', to='centres.adminunit', verbose_name='phường, xã')),
                    ],
                    options={
                        'verbose_name': 'địa điểm của trung tâm',
                        'verbose_name_plural': 'địa điểm của trung tâm',
                        'ordering': ('centre_id', 'valid_from'),
                        'constraints': [models.UniqueConstraint(fields=('centre', 'valid_from'), name='centres_centrelocation_from_uniq'), models.UniqueConstraint(condition=models.Q(('valid_to__isnull', True)), fields=('centre',), name='centres_centrelocation_one_open'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='centres_centrelocation_dates_ordered')],
                    },
                ),
                migrations.CreateModel(
                    name='Membership',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('role', models.CharField(choices=[('centre_staff', 'Cán bộ trung tâm'), ('registrar', 'Văn thư, giữ sổ gốc'), ('teacher', 'Giáo viên'), ('director', 'Giám đốc trung tâm'), ('area_officer', 'Cán bộ quận, huyện, xã, phường'), ('city_officer', 'Cán bộ thành phố'), ('auditor', 'Kiểm tra viên'), ('body_officer', 'Cán bộ sở, ngành, đoàn thể')], max_length=20, verbose_name='vai trò')),
                        ('valid_from', models.DateField(default=django.utils.timezone.localdate, verbose_name='từ ngày')),
                        ('valid_to', models.DateField(blank=True, null=True, verbose_name='đến ngày')),
                        ('body', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='centres.body', verbose_name='cơ quan, tổ chức')),
                        ('centre', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='centres.centre', verbose_name='trung tâm')),
                        ('unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='centres.adminunit', verbose_name='đơn vị')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL, verbose_name='người dùng')),
                    ],
                    options={
                        'verbose_name': 'phân công',
                        'verbose_name_plural': 'phân công',
                        'ordering': ('user_id', 'id'),
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('body__isnull', True), ('centre__isnull', False), ('role__in', ('centre_staff', 'registrar', 'teacher', 'director')), ('unit__isnull', True)), models.Q(('body__isnull', True), ('centre__isnull', True), ('role__in', ('area_officer', 'city_officer', 'auditor')), ('unit__isnull', False)), models.Q(('body__isnull', False), ('centre__isnull', True), ('role__in', ('body_officer',)), ('unit__isnull', True)), _connector='OR'), name='centres_membership_place_by_role'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='centres_membership_dates_ordered')],
                    },
                ),
                migrations.CreateModel(
                    name='Neighbourhood',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=100, verbose_name='tên')),
                        ('search_key', models.CharField(editable=False, max_length=120)),
                        ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='neighbourhoods', to='centres.adminunit', verbose_name='phường, xã')),
                    ],
                    options={
                        'verbose_name': 'thôn, tổ dân phố',
                        'verbose_name_plural': 'thôn, tổ dân phố',
                        'ordering': ('unit_id', 'search_key'),
                        'constraints': [models.UniqueConstraint(fields=('unit', 'search_key'), name='centres_neighbourhood_name_uniq')],
                    },
                ),
                migrations.CreateModel(
                    name='UnitLineage',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('effective_on', models.DateField(verbose_name='hiệu lực')),
                        ('old_is_split', models.BooleanField(verbose_name='bị chia')),
                        ('new', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='origins', to='centres.adminunit', verbose_name='đơn vị mới')),
                        ('old', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='successions', to='centres.adminunit', verbose_name='đơn vị cũ')),
                    ],
                    options={
                        'verbose_name': 'quan hệ kế thừa',
                        'verbose_name_plural': 'quan hệ kế thừa',
                        'ordering': ('effective_on', 'old_id', 'new_id'),
                        'constraints': [models.UniqueConstraint(fields=('effective_on', 'old', 'new'), name='centres_unitlineage_pair_uniq'), models.CheckConstraint(condition=models.Q(('old', models.F('new')), _negated=True), name='centres_unitlineage_not_itself')],
                    },
                ),
            ],
        ),
        bytewise("centres_adminunit", "sort_key"),
        bytewise("centres_centre", "sort_key"),
    ]
