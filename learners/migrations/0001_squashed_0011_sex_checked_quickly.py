"""All of this app's tables as one step, for a database that is empty; another goes the 11 steps it replaces.

What those did to rows that were there (RunPython) has nothing to do here; triggers and collations are the same:
tests/suite/test_migrations.py compares.
"""

import core.migrating
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from core.collation import bytewise


class Migration(migrations.Migration):

    replaces = [
        ('learners', '0001_initial'),
        ('learners', '0002_target_groups'),
        ('learners', '0003_find_people'),
        ('learners', '0004_fill_search_keys'),
        ('learners', '0005_merging'),
        ('learners', '0006_cover_keys'),
        ('learners', '0007_part_sort_keys_by_tab'),
        ('learners', '0008_lean_indexes'),
        ('learners', '0009_stated_schooling'),
        ('learners', '0010_sort_key_bytewise'),
        ('learners', '0011_sex_checked_quickly'),
    ]

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('centres', '0001_squashed_0003_bodies'),
    ]

    operations = [
        core.migrating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='LearnerCounter',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('next_number', models.PositiveIntegerField(default=1)),
                    ],
                    options={
                        'verbose_name': 'bộ đếm mã học viên',
                        'verbose_name_plural': 'bộ đếm mã học viên',
                    },
                ),
                migrations.CreateModel(
                    name='Learner',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='tạo lúc')),
                        ('updated_at', models.DateTimeField(auto_now=True, verbose_name='sửa lúc')),
                        ('code', models.CharField(max_length=20, unique=True, verbose_name='mã học viên')),
                        ('full_name', models.CharField(max_length=120, verbose_name='họ và tên')),
                        ('family_name', models.CharField(blank=True, max_length=40, verbose_name='họ')),
                        ('family_middle', models.CharField(blank=True, max_length=100, verbose_name='họ đệm')),
                        ('given_name', models.CharField(max_length=40, verbose_name='tên')),
                        ('birth_year', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='năm sinh')),
                        ('birth_month', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='tháng sinh')),
                        ('birth_day', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='ngày sinh')),
                        ('sex', models.CharField(choices=[('female', 'Nữ'), ('male', 'Nam'), ('unknown', 'Không rõ')], default='unknown', max_length=10, verbose_name='giới tính')),
                        ('ethnicity', models.CharField(blank=True, choices=[('01', 'Kinh'), ('02', 'Tày'), ('03', 'Thái'), ('04', 'Hoa'), ('05', 'Khơ-me'), ('06', 'Mường'), ('07', 'Nùng'), ('08', 'Mông'), ('09', 'Dao'), ('10', 'Gia-rai'), ('11', 'Ngái'), ('12', 'Ê-đê'), ('13', 'Ba-na'), ('14', 'Xơ-đăng'), ('15', 'Sán Chay'), ('16', 'Cơ-ho'), ('17', 'Chăm'), ('18', 'Sán Dìu'), ('19', 'Hrê'), ('20', 'Mnông'), ('21', 'Ra-glai'), ('22', 'Xtiêng'), ('23', 'Bru-Vân Kiều'), ('24', 'Thổ'), ('25', 'Giáy'), ('26', 'Cơ-tu'), ('27', 'Gié-Triêng'), ('28', 'Mạ'), ('29', 'Khơ-mú'), ('30', 'Co'), ('31', 'Ta-ôi'), ('32', 'Chơ-ro'), ('33', 'Kháng'), ('34', 'Xinh-mun'), ('35', 'Hà Nhì'), ('36', 'Chu-ru'), ('37', 'Lào'), ('38', 'La Chí'), ('39', 'La Ha'), ('40', 'Phù Lá'), ('41', 'La Hủ'), ('42', 'Lự'), ('43', 'Lô Lô'), ('44', 'Chứt'), ('45', 'Mảng'), ('46', 'Pà Thẻn'), ('47', 'Cơ Lao'), ('48', 'Cống'), ('49', 'Bố Y'), ('50', 'Si La'), ('51', 'Pu Péo'), ('52', 'Brâu'), ('53', 'Ơ-đu'), ('54', 'Rơ-măm'), ('55', 'Người nước ngoài'), ('', 'Không rõ')], default='', max_length=2, verbose_name='dân tộc')),
                        ('personal_id_sealed', models.BinaryField(blank=True, null=True, verbose_name='số định danh (mã hóa)')),
                        ('personal_id_index', models.CharField(blank=True, editable=False, max_length=64, null=True, unique=True)),
                        ('personal_id_tail', models.CharField(blank=True, editable=False, max_length=3, verbose_name='ba số cuối')),
                        ('phone', models.CharField(blank=True, max_length=20, verbose_name='điện thoại')),
                        ('address', models.CharField(blank=True, max_length=200, verbose_name='địa chỉ')),
                        ('note', models.CharField(blank=True, max_length=300, verbose_name='ghi chú')),
                        ('search_key', models.CharField(editable=False, max_length=130)),
                        ('search_key_given', models.CharField(default='', editable=False, max_length=130)),
                        ('search_key_middle', models.CharField(blank=True, default='', editable=False, max_length=130)),
                        ('phone_reversed', models.CharField(blank=True, default='', editable=False, max_length=20)),
                        ('sort_key', models.CharField(editable=False, max_length=500)),
                        ('merged_into', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged_from', to='learners.learner', verbose_name='đã gộp vào')),
                        ('neighbourhood', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='residents', to='centres.neighbourhood', verbose_name='thôn, tổ dân phố')),
                        ('unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='residents', to='centres.adminunit', verbose_name='nơi ở: phường, xã')),
                        ('centres', models.ManyToManyField(related_name='learners', through='learners.LearnerCentre', to='centres.centre')),
                        ('target_groups', models.ManyToManyField(blank=True, related_name='learners', to='learners.targetgroup', verbose_name='nhóm đối tượng')),
                    ],
                    options={
                        'verbose_name': 'học viên',
                        'verbose_name_plural': 'học viên',
                        'ordering': ('sort_key', 'pk'),
                        'indexes': [models.Index(fields=['search_key', 'birth_year', 'id'], name='learners_learner_search_idx', opclasses=['varchar_pattern_ops', 'int2_ops', 'int8_ops']), models.Index(fields=['search_key_given', 'birth_year', 'id'], name='learners_learner_given_idx', opclasses=['varchar_pattern_ops', 'int2_ops', 'int8_ops']), models.Index(fields=['search_key_middle', 'birth_year', 'id'], name='learners_learner_middle_idx', opclasses=['varchar_pattern_ops', 'int2_ops', 'int8_ops']), models.Index(fields=['phone'], name='learners_learner_phone_idx', opclasses=['varchar_pattern_ops']), models.Index(fields=['phone_reversed'], name='learners_learner_tail_idx', opclasses=['varchar_pattern_ops']), models.Index(fields=['sort_key'], name='learners_learner_sort_idx'), models.Index(condition=models.Q(('merged_into__isnull', False)), fields=['merged_into'], name='learners_learner_merged_idx')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('given_name', ''), _negated=True), name='learners_learner_named'), models.CheckConstraint(condition=models.Q(('merged_into', models.F('pk')), _negated=True), name='learners_learner_not_into_itself'), models.CheckConstraint(condition=models.Q(('sex', 'female'), ('sex', 'male'), ('sex', 'unknown'), _connector='OR'), name='learners_learner_sex_known'), models.CheckConstraint(condition=models.Q(('birth_month__isnull', True), ('birth_year__isnull', False), _connector='OR'), name='learners_learner_month_needs_year'), models.CheckConstraint(condition=models.Q(('birth_day__isnull', True), ('birth_month__isnull', False), _connector='OR'), name='learners_learner_day_needs_month'), models.CheckConstraint(condition=models.Q(('birth_month__isnull', True), ('birth_month__range', (1, 12)), _connector='OR'), name='learners_learner_month_range'), models.CheckConstraint(condition=models.Q(('birth_day__isnull', True), ('birth_day__range', (1, 31)), _connector='OR'), name='learners_learner_day_range'), models.CheckConstraint(condition=models.Q(models.Q(('personal_id_index__isnull', True), ('personal_id_sealed__isnull', True)), models.Q(('personal_id_index__isnull', False), ('personal_id_sealed__isnull', False)), _connector='OR'), name='learners_learner_id_sealed_and_indexed')],
                    },
                ),
                migrations.CreateModel(
                    name='LearnerCentre',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('since', models.DateField(default=django.utils.timezone.localdate, verbose_name='từ ngày')),
                        ('search_text', models.CharField(default='', editable=False, max_length=180)),
                        ('centre', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='learner_links', to='centres.centre', verbose_name='trung tâm')),
                        ('learner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='centre_links', to='learners.learner', verbose_name='học viên')),
                    ],
                    options={
                        'verbose_name': 'học viên của trung tâm',
                        'verbose_name_plural': 'học viên của trung tâm',
                        'indexes': [models.Index(fields=['centre', 'search_text', 'learner'], name='learners_learnercentre_text')],
                        'constraints': [models.UniqueConstraint(fields=('learner', 'centre'), name='learners_learnercentre_pair_uniq')],
                    },
                ),
                migrations.CreateModel(
                    name='PersonMerge',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('merged_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='gộp lúc')),
                        ('undone_at', models.DateTimeField(blank=True, null=True, verbose_name='tách lại lúc')),
                        ('moves', models.JSONField(default=list, verbose_name='đã chuyển')),
                        ('changes', models.JSONField(default=list, verbose_name='đã đổi')),
                        ('number_index', models.CharField(blank=True, max_length=64)),
                        ('kept', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='merges', to='learners.learner', verbose_name='hồ sơ giữ lại')),
                        ('merged_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người gộp')),
                        ('other', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='merged_by', to='learners.learner', verbose_name='hồ sơ được gộp')),
                        ('undone_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người tách lại')),
                    ],
                    options={
                        'verbose_name': 'lần gộp hồ sơ',
                        'verbose_name_plural': 'lần gộp hồ sơ',
                        'ordering': ('-merged_at', '-pk'),
                        'constraints': [models.UniqueConstraint(condition=models.Q(('undone_at__isnull', True)), fields=('other',), name='learners_merge_one_in_force'), models.CheckConstraint(condition=models.Q(models.Q(('undone_at__isnull', True), ('undone_by__isnull', True)), models.Q(('undone_at__isnull', False), ('undone_by__isnull', False)), _connector='OR'), name='learners_merge_undone_paired')],
                    },
                ),
                migrations.CreateModel(
                    name='StatedSchooling',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='tạo lúc')),
                        ('updated_at', models.DateTimeField(auto_now=True, verbose_name='sửa lúc')),
                        ('stated_on', models.DateField(verbose_name='ngày ghi')),
                        ('source', models.CharField(max_length=200, verbose_name='nguồn')),
                        ('level', models.CharField(blank=True, choices=[('none', 'chưa tốt nghiệp bậc nào'), ('primary', 'tiểu học'), ('lower_secondary', 'trung học cơ sở'), ('upper_secondary', 'trung học phổ thông'), ('above', 'trên trung học phổ thông')], max_length=20, verbose_name='bậc tốt nghiệp')),
                        ('class_now', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='lớp xóa mù chữ đang học')),
                        ('class_done', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='lớp xóa mù chữ đã hoàn thành')),
                        ('relapsed', models.BooleanField(default=False, verbose_name='tái mù chữ')),
                        ('disabled', models.BooleanField(default=False, verbose_name='khuyết tật')),
                        ('learner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='stated_schooling', to='learners.learner', verbose_name='học viên')),
                    ],
                    options={
                        'verbose_name': 'học vấn theo phiếu điều tra',
                        'verbose_name_plural': 'học vấn theo phiếu điều tra',
                        'ordering': ('-stated_on', '-pk'),
                        'constraints': [models.CheckConstraint(condition=models.Q(('class_now__isnull', True), ('class_now__lte', 5), _connector='OR'), name='learners_schooling_now_range'), models.CheckConstraint(condition=models.Q(('class_done__isnull', True), ('class_done__lte', 5), _connector='OR'), name='learners_schooling_done_range')],
                    },
                ),
                migrations.CreateModel(
                    name='TargetGroup',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('code', models.CharField(max_length=30, unique=True, verbose_name='mã')),
                        ('name', models.CharField(max_length=150, verbose_name='tên')),
                        ('name_en', models.CharField(max_length=150, verbose_name='tên tiếng Anh')),
                        ('source', models.CharField(max_length=60, verbose_name='chỗ nêu trong Kế hoạch')),
                        ('follows_from', models.CharField(blank=True, choices=[('', 'người học tự khai'), ('sex', 'giới tính'), ('ethnicity', 'dân tộc'), ('youth', 'từ đủ 16 đến 30 tuổi'), ('elderly', 'từ đủ 60 tuổi')], default='', max_length=10, verbose_name='biết được từ')),
                        ('asked_of_people', models.BooleanField(default=True, verbose_name='ghi cho từng người')),
                        ('order', models.PositiveSmallIntegerField(default=0, verbose_name='thứ tự')),
                    ],
                    options={
                        'verbose_name': 'nhóm đối tượng',
                        'verbose_name_plural': 'nhóm đối tượng',
                        'ordering': ('order', 'code'),
                        'constraints': [models.CheckConstraint(condition=models.Q(('follows_from__in', ['', 'sex', 'ethnicity', 'youth', 'elderly'])), name='learners_targetgroup_source_known'), models.CheckConstraint(condition=models.Q(('follows_from', ''), ('asked_of_people', False), _connector='OR'), name='learners_targetgroup_asked_once')],
                    },
                ),
                migrations.CreateModel(
                    name='DifferentPeople',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='tạo lúc')),
                        ('updated_at', models.DateTimeField(auto_now=True, verbose_name='sửa lúc')),
                        ('said_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='người nói')),
                        ('one', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='said_different', to='learners.learner', verbose_name='học viên')),
                        ('other', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='said_different_too', to='learners.learner', verbose_name='học viên')),
                    ],
                    options={
                        'verbose_name': 'không phải cùng một người',
                        'verbose_name_plural': 'không phải cùng một người',
                        'constraints': [models.UniqueConstraint(fields=('one', 'other'), name='learners_different_pair_uniq')],
                    },
                ),
            ],
        ),
        bytewise("learners_learner", "sort_key"),
    ]
