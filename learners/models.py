"""People. One person has one row, however many centres they learn at."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from centres.models import AdminUnit, Centre, Neighbourhood
from core.crypto import SEAL_BYTES, blind_index, decrypt, encrypt
from core.dates import PartialDate
from core.models import TimeStamped, one_of
from core.text import PersonName, search_key
from learners.choices import ETHNICITIES, SchoolLevel, Sex
from learners.keys import MAX_KEY, DerivedField, given_first, link_text, middle_first
from learners.querysets import DifferentPeopleQuerySet, LearnerCentreQuerySet, LearnerQuerySet
from learners.target_groups import TargetGroup

PERSONAL_ID_PURPOSE = "learners.learner.personal_id"


class Learner(TimeStamped):
    """A person who learns, or learned. Number, phone, day and month of birth, ethnicity may be unknown."""

    # Fields of this table that are personal data in the sense of Law 91/2025, and the sensitive ones among them.
    PERSONAL_FIELDS: ClassVar[frozenset[str]] = frozenset(
        {
            "full_name", "family_middle", "given_name", "birth_year", "birth_month", "birth_day", "sex", "phone",
            "address", "neighbourhood", "unit", "search_key", "search_key_given", "search_key_middle", "phone_reversed",
            "sort_key", "code", "note",
        }
    )  # fmt: skip
    SENSITIVE_FIELDS: ClassVar[frozenset[str]] = frozenset(
        {"personal_id_sealed", "personal_id_index", "ethnicity", "target_groups"}
    )

    code = models.CharField(_("mã học viên"), max_length=20, unique=True)
    full_name = models.CharField(_("họ và tên"), max_length=120)
    family_name = models.CharField(_("họ"), max_length=40, blank=True)
    family_middle = models.CharField(_("họ đệm"), max_length=100, blank=True)
    given_name = models.CharField(_("tên"), max_length=40)
    birth_year = models.PositiveSmallIntegerField(_("năm sinh"), null=True, blank=True)
    birth_month = models.PositiveSmallIntegerField(_("tháng sinh"), null=True, blank=True)
    birth_day = models.PositiveSmallIntegerField(_("ngày sinh"), null=True, blank=True)
    sex = models.CharField(_("giới tính"), max_length=10, choices=Sex, default=Sex.UNKNOWN)
    ethnicity = models.CharField(_("dân tộc"), max_length=2, choices=ETHNICITIES, blank=True, default="")
    personal_id_sealed = models.BinaryField(_("số định danh (mã hóa)"), null=True, blank=True, editable=False)
    personal_id_index = models.CharField(max_length=64, null=True, blank=True, unique=True, editable=False)
    personal_id_tail = models.CharField(_("ba số cuối"), max_length=3, blank=True, editable=False)
    phone = models.CharField(_("điện thoại"), max_length=20, blank=True)
    unit = models.ForeignKey(
        AdminUnit, models.PROTECT, null=True, blank=True, related_name="residents", verbose_name=_("nơi ở: phường, xã")
    )
    neighbourhood = models.ForeignKey(
        Neighbourhood,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="residents",
        verbose_name=_("thôn, tổ dân phố"),
    )
    address = models.CharField(_("địa chỉ"), max_length=200, blank=True)
    note = models.CharField(_("ghi chú"), max_length=300, blank=True)
    # Groups of the city's plan the person belongs to; disability and hardship are among them.
    target_groups: models.ManyToManyField = models.ManyToManyField(
        TargetGroup, blank=True, related_name="learners", verbose_name=_("nhóm đối tượng")
    )
    search_key = models.CharField(max_length=MAX_KEY, editable=False)
    search_key_given = DerivedField(max_length=MAX_KEY, source="name_given_first")
    search_key_middle = DerivedField(max_length=MAX_KEY, source="name_middle_first", blank=True)
    # The last digits are what people remember of a telephone number.
    phone_reversed = DerivedField(max_length=20, source="phone_backwards", blank=True)
    sort_key = models.CharField(max_length=500, editable=False)
    centres: models.ManyToManyField = models.ManyToManyField(Centre, through="LearnerCentre", related_name="learners")
    # Somebody registered twice: this record was merged into that one. It keeps its code and what cannot be moved.
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="merged_from",
        verbose_name=_("đã gộp vào"),
    )

    objects: ClassVar[LearnerQuerySet] = LearnerQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("học viên")
        verbose_name_plural = _("học viên")
        ordering = ("sort_key", "pk")
        indexes: ClassVar = [
            # The operator classes make ranges by bytes work under any collation of PostgreSQL; SQLite ignores them.
            # With the primary key in it, an index answers alone.
            models.Index(
                fields=["search_key", "birth_year", "id"],
                name="learners_learner_search_idx",
                opclasses=["varchar_pattern_ops", "int2_ops", "int8_ops"],
            ),
            models.Index(
                fields=["search_key_given", "birth_year", "id"],
                name="learners_learner_given_idx",
                opclasses=["varchar_pattern_ops", "int2_ops", "int8_ops"],
            ),
            models.Index(
                fields=["search_key_middle", "birth_year", "id"],
                name="learners_learner_middle_idx",
                opclasses=["varchar_pattern_ops", "int2_ops", "int8_ops"],
            ),
            models.Index(fields=["phone"], name="learners_learner_phone_idx", opclasses=["varchar_pattern_ops"]),
            models.Index(
                fields=["phone_reversed"], name="learners_learner_tail_idx", opclasses=["varchar_pattern_ops"]
            ),
            models.Index(fields=["sort_key"], name="learners_learner_sort_idx"),
            # Few were merged: whoever was not needs no entry.
            models.Index(
                fields=["merged_into"], name="learners_learner_merged_idx", condition=Q(merged_into__isnull=False)
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(given_name=""), name="learners_learner_named"),
            models.CheckConstraint(condition=~Q(merged_into=F("pk")), name="learners_learner_not_into_itself"),
            models.CheckConstraint(condition=one_of("sex", Sex.values), name="learners_learner_sex_known"),
            models.CheckConstraint(
                condition=Q(birth_month__isnull=True) | Q(birth_year__isnull=False),
                name="learners_learner_month_needs_year",
            ),
            models.CheckConstraint(
                condition=Q(birth_day__isnull=True) | Q(birth_month__isnull=False),
                name="learners_learner_day_needs_month",
            ),
            models.CheckConstraint(
                condition=Q(birth_month__isnull=True) | Q(birth_month__range=(1, 12)),
                name="learners_learner_month_range",
            ),
            models.CheckConstraint(
                condition=Q(birth_day__isnull=True) | Q(birth_day__range=(1, 31)), name="learners_learner_day_range"
            ),
            models.CheckConstraint(
                condition=Q(personal_id_sealed__isnull=True, personal_id_index__isnull=True)
                | Q(personal_id_sealed__isnull=False, personal_id_index__isnull=False),
                name="learners_learner_id_sealed_and_indexed",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the derived columns in step with the name, here and where centres search their people."""
        self.set_name(self.name)
        known = self.pk is not None
        super().save(*args, **kwargs)
        if known:
            self.centre_links.exclude(search_text=self.link_text).update(search_text=self.link_text)

    @property
    def name_given_first(self) -> str:
        """The key that begins with the given name."""
        return given_first(self.search_key)

    @property
    def name_middle_first(self) -> str:
        """The key that begins with the middle name."""
        return middle_first(self.search_key)

    @property
    def phone_backwards(self) -> str:
        """The telephone number from its last digit on."""
        return self.phone[::-1]

    @property
    def link_text(self) -> str:
        """What the person's centres search by."""
        return link_text(self.search_key, self.birth_year, self.phone)

    @property
    def name(self) -> PersonName:
        """The name in its parts."""
        middle = self.family_middle.removeprefix(self.family_name).strip()
        return PersonName(self.family_name, middle, self.given_name)

    @property
    def present(self) -> "Learner":
        """The record that stands for the person today: itself, or what it was merged into."""
        return self.merged_into or self

    def set_name(self, name: PersonName) -> None:
        """Set the name and everything computed from it."""
        self.family_name, self.family_middle, self.given_name = name.family, name.family_middle, name.given
        self.full_name = name.full
        self.search_key = search_key(name.full)
        self.sort_key = name.sort_key

    @property
    def birth(self) -> PartialDate | None:
        """Birth date as far as it is known."""
        return PartialDate(self.birth_year, self.birth_month, self.birth_day) if self.birth_year else None

    def set_birth(self, birth: PartialDate | None) -> None:
        """Set the birth date with its precision."""
        self.birth_year = birth.year if birth else None
        self.birth_month = birth.month if birth else None
        self.birth_day = birth.day if birth else None

    def set_personal_id(self, number: str) -> None:
        """Seal the number; an empty one removes it. The caller has checked its form."""
        self.personal_id_sealed = encrypt(number, purpose=PERSONAL_ID_PURPOSE) if number else None
        self.personal_id_index = personal_id_index(number) if number else None
        self.personal_id_tail = number[-3:] if number else ""

    @property
    def personal_id_length(self) -> int:
        """How many digits the number has, known without opening it: sealing adds a fixed number of bytes."""
        return len(self.personal_id_sealed) - SEAL_BYTES if self.personal_id_sealed else 0

    def open_personal_id(self) -> str:
        """Return the number in clear. Call only through services.reveal_personal_id, which leaves a trace."""
        return decrypt(self.personal_id_sealed, purpose=PERSONAL_ID_PURPOSE) if self.personal_id_sealed else ""


def personal_id_index(number: str) -> str:
    """Return the blind index of an identity number."""
    return blind_index(number, purpose=PERSONAL_ID_PURPOSE)


class LearnerCentre(models.Model):
    """A centre knows a person: by registering or enrolling them. This is what scope goes by."""

    # The constraint and the index below begin with these two: indexes of their own would only slow writing.
    learner = models.ForeignKey(
        Learner, models.CASCADE, db_index=False, related_name="centre_links", verbose_name=_("học viên")
    )
    centre = models.ForeignKey(
        Centre, models.PROTECT, db_index=False, related_name="learner_links", verbose_name=_("trung tâm")
    )
    since = models.DateField(_("từ ngày"), default=timezone.localdate)
    # Name, birth year and phone of the person, so that a centre's search reads one stretch of one index.
    search_text = DerivedField(max_length=180, source="text_of_learner")

    PERSONAL_FIELDS: ClassVar[frozenset[str]] = frozenset({"search_text"})

    objects: ClassVar[LearnerCentreQuerySet] = LearnerCentreQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("học viên của trung tâm")
        verbose_name_plural = _("học viên của trung tâm")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["learner", "centre"], name="learners_learnercentre_pair_uniq"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["centre", "search_text", "learner"], name="learners_learnercentre_text"),
        ]

    def __str__(self) -> str:
        return f"{self.learner_id} @ {self.centre_id}"

    @property
    def text_of_learner(self) -> str:
        """The person's search text."""
        return self.learner.link_text


class StatedSchooling(TimeStamped):
    """What a survey sheet said of somebody's schooling on a day; a later one stands beside it, nothing is changed.

    It is what people said at the door, not proof: indicators do not count it.
    """

    SENSITIVE_FIELDS: ClassVar[frozenset[str]] = frozenset({"relapsed", "disabled"})

    learner = models.ForeignKey(Learner, models.CASCADE, related_name="stated_schooling", verbose_name=_("học viên"))
    stated_on = models.DateField(_("ngày ghi"))
    source = models.CharField(_("nguồn"), max_length=200)
    level = models.CharField(_("bậc tốt nghiệp"), max_length=20, choices=SchoolLevel, blank=True)
    class_now = models.PositiveSmallIntegerField(_("lớp xóa mù chữ đang học"), null=True, blank=True)
    class_done = models.PositiveSmallIntegerField(_("lớp xóa mù chữ đã hoàn thành"), null=True, blank=True)
    relapsed = models.BooleanField(_("tái mù chữ"), default=False)
    disabled = models.BooleanField(_("khuyết tật"), default=False)

    class Meta:
        verbose_name = _("học vấn theo phiếu điều tra")
        verbose_name_plural = _("học vấn theo phiếu điều tra")
        ordering = ("-stated_on", "-pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(class_now__isnull=True) | Q(class_now__lte=5), name="learners_schooling_now_range"
            ),
            models.CheckConstraint(
                condition=Q(class_done__isnull=True) | Q(class_done__lte=5), name="learners_schooling_done_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.learner_id}, {self.stated_on}"

    @property
    def words(self) -> list[str]:
        """What was said, in words; unknown is left out."""
        said = [_("tốt nghiệp bậc: %(level)s") % {"level": self.get_level_display()}] if self.level else []
        if self.class_now is not None:
            said.append(_("đang học lớp xóa mù chữ %(n)s") % {"n": self.class_now})
        if self.class_done is not None:
            said.append(_("đã hoàn thành lớp xóa mù chữ %(n)s") % {"n": self.class_done})
        said += [
            str(words) for told, words in ((self.relapsed, _("tái mù chữ")), (self.disabled, _("khuyết tật"))) if told
        ]
        return said


class DifferentPeople(TimeStamped):
    """Somebody compared two people who look alike and said that they are not the same person."""

    one = models.ForeignKey(Learner, models.CASCADE, related_name="said_different", verbose_name=_("học viên"))
    other = models.ForeignKey(Learner, models.CASCADE, related_name="said_different_too", verbose_name=_("học viên"))
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người nói"))

    objects: ClassVar[DifferentPeopleQuerySet] = DifferentPeopleQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("không phải cùng một người")
        verbose_name_plural = _("không phải cùng một người")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["one", "other"], name="learners_different_pair_uniq"),
        ]

    def __str__(self) -> str:
        return f"{self.one_id} ≠ {self.other_id}"


class LearnerCounter(models.Model):
    """The next running number of learner codes; one row."""

    next_number = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("bộ đếm mã học viên")
        verbose_name_plural = _("bộ đếm mã học viên")

    def __str__(self) -> str:
        return str(self.next_number)


class PersonMerge(models.Model):
    """Two records of one person became one; everything that was moved or changed is written down, to be undone."""

    # Rows of this table tell what happened; merging does not move them along.
    STAYS_WHEN_MERGED: ClassVar[bool] = True
    PERSONAL_FIELDS: ClassVar[frozenset[str]] = frozenset({"moves", "changes"})
    SENSITIVE_FIELDS: ClassVar[frozenset[str]] = frozenset({"number_index"})

    # What followed in other apps, in words; known to who has just merged, not kept.
    notes: list[str]

    kept = models.ForeignKey(Learner, models.PROTECT, related_name="merges", verbose_name=_("hồ sơ giữ lại"))
    other = models.ForeignKey(Learner, models.PROTECT, related_name="merged_by", verbose_name=_("hồ sơ được gộp"))
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người gộp")
    )
    merged_at = models.DateTimeField(_("gộp lúc"), default=timezone.now)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("người tách lại"),
    )
    undone_at = models.DateTimeField(_("tách lại lúc"), null=True, blank=True)
    # [table, column, [keys of the rows that changed hands]]
    moves = models.JSONField(_("đã chuyển"), default=list)
    # [table, key, {column: [before, after]}]
    changes = models.JSONField(_("đã đổi"), default=list)
    # Set when the two records exchanged their identity numbers: the blind index of what the kept one got.
    number_index = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("lần gộp hồ sơ")
        verbose_name_plural = _("lần gộp hồ sơ")
        ordering = ("-merged_at", "-pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["other"], condition=Q(undone_at__isnull=True), name="learners_merge_one_in_force"
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="learners_merge_undone_paired",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.other_id} → {self.kept_id}"
