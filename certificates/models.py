"""The register (sổ gốc), its entries and what happened to them."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from centres.models import AdminUnit, Centre
from certificates.badges.models import Credential
from certificates.choices import (
    LIVE_STATES,
    BlankState,
    CertificateKind,
    CertificateState,
    PaperLanguage,
    ProposalState,
    ProposalStep,
)
from certificates.holder.models import HolderLink, SearchTally
from certificates.log_models import LogCheckpoint, LogCosignature, LogLeaf, LogPlace, LogSalt
from certificates.querysets import BlankQuerySet, CertificateQuerySet, ProposalQuerySet, RegisterEventQuerySet
from certificates.wording.models import CentreLogo, CertificateTemplate  # noqa: F401 - models of this app
from core.models import TimeStamped
from core.tokens import group_token
from courses.models import ClassGroup, Enrolment
from learners.models import Learner

__all__ = [
    "Blank",
    "BlankBatch",
    "Certificate",
    "Credential",
    "HolderLink",
    "LogCheckpoint",
    "LogCosignature",
    "LogLeaf",
    "LogPlace",
    "LogSalt",
    "Proposal",
    "Register",
    "RegisterEvent",
    "RegisterEventKind",
    "SearchTally",
    "SignedClaims",
]


class Register(models.Model):
    """One book per centre and year. Both counters are taken under a lock, so numbers are gapless.

    ``next_copy`` counts the copies handed out in that year (sổ cấp bản sao), of entries of any year.
    """

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="registers", verbose_name=_("trung tâm"))
    year = models.PositiveSmallIntegerField(_("năm"))
    next_number = models.PositiveIntegerField(_("số tiếp theo"), default=1)
    next_copy = models.PositiveIntegerField(_("số bản sao tiếp theo"), default=1)

    class Meta:
        verbose_name = _("sổ gốc")
        verbose_name_plural = _("sổ gốc")
        ordering = ("-year", "centre_id")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["centre", "year"], name="certificates_register_year_uniq"),
            models.CheckConstraint(condition=Q(next_number__gte=1), name="certificates_register_number_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.centre} {self.year}"

    @property
    def entries(self) -> int:
        """How many numbers were taken."""
        return self.next_number - 1

    @property
    def copies(self) -> int:
        """How many lines the year's book of copies has."""
        return self.next_copy - 1


def pdf_folder(centre_id: int, year: int) -> str:
    """Where the frozen PDF of a book are kept."""
    return f"certificates/{centre_id}/{year}"


def certificate_pdf_path(certificate: "Certificate", name: str) -> str:
    """Where the frozen PDF is kept."""
    return f"{pdf_folder(certificate.centre_id, certificate.register.year)}/{name}"


class Certificate(TimeStamped):
    """One numbered entry of a register. Content, PDF and hash are frozen at issue (DESIGN, rule 6)."""

    # Merging two records of a person does not touch the register: an entry stays with the record it was issued to.
    STAYS_WHEN_MERGED: ClassVar[bool] = True

    register = models.ForeignKey(Register, models.PROTECT, related_name="certificates", verbose_name=_("sổ gốc"))
    number = models.PositiveIntegerField(_("số thứ tự"))
    register_number = models.CharField(_("số vào sổ"), max_length=20)
    token = models.CharField(_("mã tra cứu"), max_length=16, unique=True)
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="certificates", verbose_name=_("trung tâm"))
    unit = models.ForeignKey(AdminUnit, models.PROTECT, related_name="certificates", verbose_name=_("phường, xã"))
    learner = models.ForeignKey(Learner, models.PROTECT, related_name="certificates", verbose_name=_("học viên"))
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="certificates", verbose_name=_("ghi danh"))
    kind = models.CharField(_("loại"), max_length=20, choices=CertificateKind)
    state = models.CharField(
        _("trạng thái"), max_length=10, choices=CertificateState, default=CertificateState.RESERVED
    )
    # What stands on the paper, word for word: names, birth date, course, dates, signer.
    content = models.JSONField(_("nội dung"))
    template_version = models.CharField(_("mẫu"), max_length=40)
    issued_on = models.DateField(_("ngày cấp"))
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người cấp")
    )
    signer_name = models.CharField(_("người ký"), max_length=150, blank=True)
    pdf = models.FileField(_("bản PDF"), upload_to=certificate_pdf_path, blank=True, max_length=300)
    pdf_sha256 = models.CharField(max_length=64, blank=True)
    lookups = models.PositiveIntegerField(_("số lần tra cứu"), default=0)
    search_key = models.CharField(max_length=180, editable=False)

    objects: ClassVar[CertificateQuerySet] = CertificateQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("chứng nhận")
        verbose_name_plural = _("chứng nhận")
        ordering = ("-register__year", "-number")
        indexes: ClassVar = [
            models.Index(fields=["centre", "state"], name="certificates_cert_centre_idx"),
            models.Index(fields=["unit", "issued_on"], name="certificates_cert_unit_idx"),
            models.Index(fields=["search_key"], name="certificates_cert_search_idx"),
            models.Index(fields=["-issued_on", "-id"], name="certificates_cert_recent_idx"),
            models.Index(fields=["state", "token"], name="certificates_cert_state_idx"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["register", "number"], name="certificates_certificate_number_uniq"),
            models.UniqueConstraint(
                fields=["enrolment"], condition=Q(state__in=LIVE_STATES), name="certificates_certificate_one_live"
            ),
            models.CheckConstraint(
                condition=Q(state__in=CertificateState.values), name="certificates_certificate_state_known"
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="certificates_certificate_number_positive"),
            models.CheckConstraint(
                condition=Q(state__in=[CertificateState.RESERVED, CertificateState.VOIDED]) | ~Q(pdf_sha256=""),
                name="certificates_certificate_issued_has_pdf",
            ),
        ]

    def __str__(self) -> str:
        return self.register_number

    @property
    def printed_token(self) -> str:
        """``ABCD-EFGH-JKMN-PQRS``."""
        return group_token(self.token)

    @property
    def verify_url(self) -> str:
        """The address in the QR: upper case, so that the symbol stays small (alphanumeric mode)."""
        return f"{settings.PUBLIC_BASE_URL.upper()}/C/{self.token}"


class RegisterEventKind(models.TextChoices):
    """What happened to an entry."""

    RESERVED = "reserved", _("giữ số")
    ISSUED = "issued", _("cấp")
    CORRECTED = "corrected", _("chỉnh sửa")
    REPLACED = "replaced", _("cấp lại")
    REVOKED = "revoked", _("thu hồi")
    VOIDED = "voided", _("hủy số")
    COPIED = "copied", _("cấp bản sao")
    ERASED = "erased", _("xóa liên kết với người học khỏi nhật ký công khai")


class RegisterEvent(models.Model):
    """One line of an entry's history. Append-only: triggers refuse update and delete."""

    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="events", verbose_name=_("chứng nhận"))
    kind = models.CharField(_("việc"), max_length=10, choices=RegisterEventKind)
    at = models.DateTimeField(_("lúc"), default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người làm"))
    # The second person: somebody of the centre, or who worked at the server (the name of that sign-in).
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("người xác nhận"),
    )  # fmt: skip
    operator = models.CharField(_("người vận hành máy chủ"), max_length=60, blank=True)
    reason = models.CharField(_("lý do"), max_length=300, blank=True)
    decision_number = models.CharField(_("số quyết định"), max_length=60, blank=True)
    decided_on = models.DateField(_("ngày quyết định"), null=True, blank=True)
    decision_signer = models.CharField(_("người ký quyết định"), max_length=150, blank=True)
    related = models.ForeignKey(
        Certificate, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("mục liên quan")
    )
    # Of a copy handed out: its number in the year's book of copies, how many sheets, to whom.
    copy_number = models.CharField(_("số vào sổ cấp bản sao"), max_length=20, blank=True)
    copies = models.PositiveSmallIntegerField(_("số bản"), default=0)
    recipient = models.CharField(_("người nhận"), max_length=150, blank=True)

    objects: ClassVar[RegisterEventQuerySet] = RegisterEventQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("sự kiện sổ gốc")
        verbose_name_plural = _("sự kiện sổ gốc")
        ordering = ("at", "pk")
        indexes: ClassVar = [models.Index(fields=["certificate", "at"], name="certificates_event_cert_idx")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(kind__in=["corrected", "replaced", "revoked", "voided"]) | ~Q(reason=""),
                name="certificates_event_reasoned",
            ),
            models.CheckConstraint(
                condition=~Q(kind="revoked") | Q(confirmed_by__isnull=False) | ~Q(operator=""),
                name="certificates_event_revoked_by_two",
            ),
            models.CheckConstraint(
                condition=~Q(kind="copied") | Q(copies__gte=1) & ~Q(copy_number="") & ~Q(recipient=""),
                name="certificates_event_copy_counted",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("by")),
                name="certificates_event_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.certificate_id} {self.kind}"


class BlankBatch(TimeStamped):
    """Printed blank forms (phôi) that a centre received: consecutive serials of one series, each a ``Blank``."""

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="blank_batches", verbose_name=_("trung tâm"))
    series = models.CharField(_("ký hiệu"), max_length=12, blank=True)
    first = models.PositiveIntegerField(_("từ số"))
    last = models.PositiveIntegerField(_("đến số"))
    received_on = models.DateField(_("ngày nhận"), default=timezone.localdate)
    document = models.CharField(_("giấy giao nhận"), max_length=120, blank=True)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người nhận")
    )

    class Meta:
        verbose_name = _("lần nhận phôi")
        verbose_name_plural = _("lần nhận phôi")
        ordering = ("-received_on", "-pk")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(first__gte=1, last__gte=F("first")), name="certificates_blanks_range"),
        ]

    def __str__(self) -> str:
        return f"{self.series} {self.first}–{self.last}".strip()

    @property
    def count(self) -> int:
        """How many forms came."""
        return self.last - self.first + 1


class Blank(models.Model):
    """One printed form with its serial (số hiệu). free → used | spoiled; used → spoiled, or free when taken back."""

    batch = models.ForeignKey(BlankBatch, models.PROTECT, related_name="blanks", verbose_name=_("lần nhận phôi"))
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="blanks", verbose_name=_("trung tâm"))
    number = models.PositiveIntegerField(_("số"))
    serial = models.CharField(_("số hiệu"), max_length=24)
    state = models.CharField(_("trạng thái"), max_length=8, choices=BlankState, default=BlankState.FREE)
    certificate = models.ForeignKey(
        Certificate, models.PROTECT, null=True, blank=True, related_name="blanks", verbose_name=_("chứng nhận")
    )
    reason = models.CharField(_("lý do hỏng"), max_length=300, blank=True)

    objects: ClassVar[BlankQuerySet] = BlankQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("phôi")
        verbose_name_plural = _("phôi")
        ordering = ("centre_id", "serial")
        indexes: ClassVar = [models.Index(fields=["centre", "state", "serial"], name="certificates_blank_free_idx")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["centre", "serial"], name="certificates_blank_serial_uniq"),
            models.UniqueConstraint(
                fields=["certificate"], condition=Q(state="used"), name="certificates_blank_one_a_paper"
            ),
            models.CheckConstraint(
                condition=Q(state="free", certificate__isnull=True, reason="")
                | Q(state="used", certificate__isnull=False, reason="")
                | Q(state="spoiled") & ~Q(reason=""),
                name="certificates_blank_state_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.serial


class Proposal(models.Model):
    """A step that two people do: asked by one, confirmed (and only then carried out) by another (ASVS 5.0, 2.3.5)."""

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="register_proposals", verbose_name=_("trung tâm"))
    step = models.CharField(_("việc"), max_length=10, choices=ProposalStep)
    certificate = models.ForeignKey(
        Certificate, models.PROTECT, null=True, blank=True, related_name="proposals", verbose_name=_("chứng nhận")
    )
    class_group = models.ForeignKey(
        ClassGroup, models.PROTECT, null=True, blank=True, related_name="register_proposals", verbose_name=_("lớp")
    )
    reason = models.CharField(_("lý do"), max_length=300)
    decision_number = models.CharField(_("số quyết định"), max_length=60, blank=True)
    decided_on = models.DateField(_("ngày quyết định"), null=True, blank=True)
    decision_signer = models.CharField(_("người ký quyết định"), max_length=150, blank=True)
    issued_on = models.DateField(_("ngày cấp"), null=True, blank=True)
    signer_name = models.CharField(_("người ký chứng nhận"), max_length=150, blank=True)
    recognition = models.CharField(_("quyết định công nhận"), max_length=100, blank=True)
    language = models.CharField(_("ngôn ngữ"), max_length=5, choices=PaperLanguage, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người đề nghị")
    )
    asked_at = models.DateTimeField(_("đề nghị lúc"), default=timezone.now)
    state = models.CharField(_("trạng thái"), max_length=10, choices=ProposalState, default=ProposalState.WAITING)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("người trả lời"),
    )  # fmt: skip
    settled_at = models.DateTimeField(_("trả lời lúc"), null=True, blank=True)
    answer = models.CharField(_("ý kiến"), max_length=300, blank=True)

    objects: ClassVar[ProposalQuerySet] = ProposalQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("đề nghị")
        verbose_name_plural = _("đề nghị")
        ordering = ("-asked_at", "-pk")
        indexes: ClassVar = [models.Index(fields=["centre", "state"], name="certificates_proposal_idx")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(step="revoke", certificate__isnull=False, class_group__isnull=True)
                | Q(step="backdate", certificate__isnull=True, class_group__isnull=False, issued_on__isnull=False),
                name="certificates_proposal_about_one",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="certificates_proposal_reasoned"),
            models.CheckConstraint(
                condition=Q(state="waiting", settled_by__isnull=True)
                | ~Q(state="waiting") & Q(settled_by__isnull=False),
                name="certificates_proposal_settled",
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed") | ~Q(settled_by=F("asked_by")), name="certificates_proposal_two_people"
            ),
            models.UniqueConstraint(
                fields=["certificate"], condition=Q(state="waiting"), name="certificates_proposal_one_paper"
            ),
            models.UniqueConstraint(
                fields=["class_group"], condition=Q(state="waiting"), name="certificates_proposal_one_class"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_step_display()}: {self.certificate or self.class_group}"


class SignedClaims(models.Model):
    """What was signed for an entry, as its QR shows it. Written once, with the step that sets the entry in force.

    Append-only: triggers refuse update and delete. A copy is printed from it, letter for letter, whatever became of
    the key since.
    """

    PERSONAL_FIELDS: ClassVar[frozenset[str]] = frozenset({"fragment"})  # name and birth year are in it

    certificate = models.OneToOneField(
        Certificate, models.PROTECT, related_name="signed_claims", verbose_name=_("chứng nhận")
    )
    kid = models.CharField(_("khóa ký"), max_length=8)
    fragment = models.TextField(_("nội dung đã ký"))
    at = models.DateTimeField(_("lúc"), default=timezone.now)

    class Meta:
        verbose_name = _("chữ ký trong mã QR")
        verbose_name_plural = _("chữ ký trong mã QR")
        ordering = ("pk",)
        indexes: ClassVar = [models.Index(fields=["kid", "at"], name="certificates_signed_kid_idx")]

    def __str__(self) -> str:
        return f"{self.certificate_id} {self.kid}"
