"""Kinds and states of certificates."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CertificateKind(models.TextChoices):
    """What is certified. A centre issues confirmations and attestations, not a national chứng chỉ."""

    LITERACY_PHASE_1 = "literacy_phase_1", _("Giấy xác nhận hoàn thành Chương trình xóa mù chữ giai đoạn 1")
    LITERACY_PHASE_2 = "literacy_phase_2", _("Giấy xác nhận hoàn thành Chương trình xóa mù chữ giai đoạn 2")
    COURSE = "course", _("Giấy chứng nhận hoàn thành khóa học")
    ATTENDANCE = "attendance", _("Giấy chứng nhận tham gia")


# Their achievement says it all; the name of the course would only repeat it.
LITERACY_KINDS = (CertificateKind.LITERACY_PHASE_1, CertificateKind.LITERACY_PHASE_2)


class PaperLanguage(models.TextChoices):
    """What a paper is written in. Vietnamese always comes first."""

    VI = "vi", _("Tiếng Việt")
    VI_EN = "vi_en", _("Tiếng Việt và tiếng Anh")


class CertificateState(models.TextChoices):
    """reserved → issued → corrected | replaced | revoked | voided; each step is a RegisterEvent."""

    RESERVED = "reserved", _("đã giữ số, đang in")
    ISSUED = "issued", _("có hiệu lực")
    CORRECTED = "corrected", _("đã chỉnh sửa")
    REPLACED = "replaced", _("đã cấp lại")
    REVOKED = "revoked", _("đã thu hồi")
    VOIDED = "voided", _("đã hủy số")


class BlankState(models.TextChoices):
    """Where a printed form is."""

    FREE = "free", _("chưa dùng")
    USED = "used", _("đã dùng")
    SPOILED = "spoiled", _("hỏng")


class ProposalStep(models.TextChoices):
    """What two people do together: one asks, another confirms."""

    REVOKE = "revoke", _("thu hồi")
    BACKDATE = "backdate", _("cấp với ngày lùi lại")


class ProposalState(models.TextChoices):
    """waiting → confirmed | refused | withdrawn; nothing back."""

    WAITING = "waiting", _("chờ xác nhận")
    CONFIRMED = "confirmed", _("đã xác nhận")
    REFUSED = "refused", _("bị từ chối")
    WITHDRAWN = "withdrawn", _("đã rút lại")


# States in which an enrolment already has its certificate, so that no second one may be made.
LIVE_STATES = (CertificateState.RESERVED, CertificateState.ISSUED)
# States that keep an enrolment out of issuing: what a director revoked is not issued again by a click of somebody else.
SETTLED_STATES = (*LIVE_STATES, CertificateState.REVOKED)
# A certificate dated further back than this takes two people (ASVS 5.0, 2.3.5: high-value steps take a second one), and
# the public page says that it was entered late.
LATE_DAYS = 7
