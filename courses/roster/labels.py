"""What the fields of a roster are called on the pages."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from courses.roster.header import Header

LABELS: dict[str, Promise] = {
    "ordinal": gettext_lazy("Số thứ tự"),
    "full_name": gettext_lazy("Họ và tên"),
    "family_middle": gettext_lazy("Họ đệm"),
    "given_name": gettext_lazy("Tên (riêng)"),
    "birth": gettext_lazy("Ngày sinh hoặc năm sinh"),
    "birth_day": gettext_lazy("Ngày (sinh)"),
    "birth_month": gettext_lazy("Tháng (sinh)"),
    "birth_year": gettext_lazy("Năm (sinh), khi ngày và tháng ở cột riêng"),
    "sex": gettext_lazy("Giới tính (Nam, Nữ)"),
    "female_mark": gettext_lazy("Nữ (đánh dấu x)"),
    "male_mark": gettext_lazy("Nam (đánh dấu x)"),
    "personal_id": gettext_lazy("Số CCCD, số định danh"),
    "ethnicity": gettext_lazy("Dân tộc"),
    "phone": gettext_lazy("Điện thoại"),
    "address": gettext_lazy("Địa chỉ, nơi ở"),
    "level": gettext_lazy("Bậc tốt nghiệp"),
    "literacy_now": gettext_lazy("Xóa mù chữ: đang học lớp"),
    "literacy_done": gettext_lazy("Xóa mù chữ: hoàn thành lớp"),
    "relapsed": gettext_lazy("Tái mù chữ (đánh dấu)"),
    "disabled": gettext_lazy("Khuyết tật (đánh dấu)"),
    "note": gettext_lazy("Ghi chú"),
}


def mapping_words(header: Header) -> list[tuple[str, Promise]]:
    """Return title and meaning of each column that is read, in the order of the sheet."""
    read = sorted((at, name) for name, at in header.columns.items() if name in LABELS)
    return [(header.titles.get(name) or header.all_titles[at][0] or "–", LABELS[name]) for at, name in read]


def titles_passed_over(header: Header) -> list[str]:
    """Return the titles of the columns nobody reads; the head of the household is one of them."""
    read = {at for name, at in header.columns.items() if name in LABELS}
    titles = enumerate(header.all_titles)
    return [" – ".join(part for part in title if part) for at, title in titles if title[1] and at not in read]
