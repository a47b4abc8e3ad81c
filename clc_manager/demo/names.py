"""Names, places and courses of the demo city."""

import random
from dataclasses import dataclass

from core.dates import PartialDate
from learners.choices import Sex

FAMILIES = (
    "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Phan", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý", "Đinh",
    "Quách", "Bạch", "Triệu", "Hà", "Phùng",
)  # fmt: skip
MIDDLES = {
    Sex.FEMALE: ("Thị", "Thu", "Ngọc", "Thanh", "Minh", "Kim", "Hồng", "Bích", "Thị Thu", "Thị Kim"),
    Sex.MALE: ("Văn", "Đức", "Quang", "Minh", "Xuân", "Hữu", "Đình", "Công", "Thế", "Văn Minh"),
}
GIVENS = {
    Sex.FEMALE: (
        "Nga", "Lan", "Hoa", "Mai", "Liên", "Hương", "Tuyết", "Hạnh", "Yến", "Thủy", "Quyên", "Ánh", "Đào", "Vân",
        "Phượng", "Thảo", "Ngà", "Uyên", "Châu",
    ),
    Sex.MALE: (
        "Tuấn", "Dũng", "Hùng", "Cường", "Đạt", "Thắng", "Bình", "Khải", "Phúc", "Giang", "Hiếu", "Quý", "Mạnh", "Ưng",
        "An", "Tâm", "Đức", "Sơn", "Nghĩa", "Hòa",
    ),
}  # fmt: skip
# Mường and Dao live around Ba Vì; elsewhere nearly everybody is Kinh.
HIGHLAND_GROUPS = (("01", 45), ("06", 38), ("09", 15), ("", 2))
LOWLAND_GROUPS = (("01", 96), ("02", 1), ("06", 1), ("", 2))


@dataclass(frozen=True)
class Person:
    """What the enrolment desk would be told about somebody."""

    full_name: str
    sex: Sex
    birth: PartialDate | None
    ethnicity: str
    personal_id: str
    phone: str
    neighbourhood: str


def make_person(rng: random.Random, *, year: int, highland: bool, old: tuple[int, int] = (18, 66)) -> Person:
    """Invent a person; about one in six is known by birth year only, one in five has no identity number."""
    sex = Sex.FEMALE if rng.random() < 0.62 else Sex.MALE
    name = f"{rng.choice(FAMILIES)} {rng.choice(MIDDLES[sex])} {rng.choice(GIVENS[sex])}"
    born = year - rng.randint(*old)
    draw = rng.random()
    birth: PartialDate | None = PartialDate(born, rng.randint(1, 12), rng.randint(1, 28))
    if draw < 0.16:
        birth = PartialDate(born)
    elif draw < 0.18:
        birth = None
    groups = HIGHLAND_GROUPS if highland else LOWLAND_GROUPS
    ethnicity = rng.choices([code for code, _weight in groups], [weight for _code, weight in groups])[0]
    century = (2 if born >= 2000 else 0) + (1 if sex == Sex.FEMALE else 0)
    number = f"001{century}{born % 100:02d}{rng.randint(0, 999999):06d}" if rng.random() < 0.8 else ""
    phone = f"09{rng.randint(10_000_000, 99_999_999)}" if rng.random() < 0.75 else ""
    place = f"Thôn {rng.randint(1, 12)}" if highland else f"Tổ dân phố {rng.randint(1, 20)}"
    return Person(name, sex, birth, ethnicity, number, phone, place)


@dataclass(frozen=True)
class Subject:
    """A course of the demo: code, name, topic code, sessions, attendance rule, whether certificates are given."""

    code: str
    name: str
    topic: str
    sessions: int
    percent: int = 70
    certified: bool = False
    partner: str = ""


SUBJECTS = (
    Subject("KNS", "Kỹ năng số cơ bản", "ky_nang_so", 6, 80, True),
    Subject("VNEID", "Sử dụng VNeID và dịch vụ công trực tuyến", "ky_nang_so", 2, 50, partner="Công an phường, xã"),
    Subject("ATTT", "Nhận biết tin giả và lừa đảo qua mạng", "nang_luc_thong_tin", 2, 50, partner="Đoàn thanh niên"),
    Subject("CSSK", "Phòng bệnh cho người cao tuổi", "suc_khoe", 3, 60, partner="Trạm y tế"),
    Subject("LUAT", "Luật Đất đai: quyền của người dân", "phap_luat", 2, 50, partner="Phòng Tư pháp"),
    Subject("RAC", "Phân loại rác tại nguồn", "moi_truong", 2, 50),
    Subject("RAU", "Trồng rau an toàn", "kinh_te", 5, 70, True),
    Subject("CHAN", "Chăn nuôi an toàn sinh học", "kinh_te", 4, 70),
    Subject("NAU", "Nấu ăn gia đình", "nghe_ngan_han", 6, 80, True),
    Subject("KNSONG", "Kỹ năng giao tiếp trong gia đình", "ky_nang_song", 3, 60),
    Subject("ANH", "Tiếng Anh giao tiếp", "ngoai_ngu_tin_hoc", 8, 75),
    Subject("VHVN", "Hát dân ca quan họ", "van_hoa_xa_hoi", 4, 60, partner="Câu lạc bộ văn nghệ"),
)
