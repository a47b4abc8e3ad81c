"""Codes for people."""

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Sex(models.TextChoices):
    """Sex as the forms ask for it; unknown is not no."""

    FEMALE = "female", _("Nữ")
    MALE = "male", _("Nam")
    UNKNOWN = "unknown", _("Không rõ")


class SchoolLevel(models.TextChoices):
    """The level of general education somebody finished."""

    NONE = "none", _("chưa tốt nghiệp bậc nào")
    PRIMARY = "primary", _("tiểu học")
    LOWER_SECONDARY = "lower_secondary", _("trung học cơ sở")
    UPPER_SECONDARY = "upper_secondary", _("trung học phổ thông")
    ABOVE = "above", _("trên trung học phổ thông")


# Names of peoples stay as they are in every language.
# The statistics office's list of ethnic groups (Decision 421/1979 of the General Statistics Office), by code.
ETHNICITIES: tuple[tuple[str, str | Promise], ...] = (
    ("01", "Kinh"), ("02", "Tày"), ("03", "Thái"), ("04", "Hoa"), ("05", "Khơ-me"), ("06", "Mường"), ("07", "Nùng"),
    ("08", "Mông"), ("09", "Dao"), ("10", "Gia-rai"), ("11", "Ngái"), ("12", "Ê-đê"), ("13", "Ba-na"),
    ("14", "Xơ-đăng"), ("15", "Sán Chay"), ("16", "Cơ-ho"), ("17", "Chăm"), ("18", "Sán Dìu"), ("19", "Hrê"),
    ("20", "Mnông"), ("21", "Ra-glai"), ("22", "Xtiêng"), ("23", "Bru-Vân Kiều"), ("24", "Thổ"), ("25", "Giáy"),
    ("26", "Cơ-tu"), ("27", "Gié-Triêng"), ("28", "Mạ"), ("29", "Khơ-mú"), ("30", "Co"), ("31", "Ta-ôi"),
    ("32", "Chơ-ro"), ("33", "Kháng"), ("34", "Xinh-mun"), ("35", "Hà Nhì"), ("36", "Chu-ru"), ("37", "Lào"),
    ("38", "La Chí"), ("39", "La Ha"), ("40", "Phù Lá"), ("41", "La Hủ"), ("42", "Lự"), ("43", "Lô Lô"),
    ("44", "Chứt"), ("45", "Mảng"), ("46", "Pà Thẻn"), ("47", "Cơ Lao"), ("48", "Cống"), ("49", "Bố Y"),
    ("50", "Si La"), ("51", "Pu Péo"), ("52", "Brâu"), ("53", "Ơ-đu"), ("54", "Rơ-măm"),
    ("55", _("Người nước ngoài")), ("", _("Không rõ")),
)  # fmt: skip
KINH = "01"
FOREIGN = "55"
UNKNOWN_ETHNICITY = ""
# Minority: a known group other than Kinh; foreigners and unknown are counted apart.
MINORITY_CODES = tuple(code for code, _name in ETHNICITIES if code not in (KINH, FOREIGN, UNKNOWN_ETHNICITY))
