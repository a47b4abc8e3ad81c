"""Signed addresses made without a database, for tests and measurements of what strangers can do to them."""

import datetime as dt
import random

from certificates.signing.claims import Claims
from certificates.signing.fragment import seal
from certificates.signing.keys import KeyFolder
from core.tokens import ALPHABET, LENGTH

NAMES = (
    "Bùi Thị Nga", "Đặng Thị Ợt", "Quách Văn Ễnh", "Triệu Thị Mùi", "Nguyễn Phúc Hoàng Thị Phương Quỳnh Thùy Dương",
    "Lò", "Y Xuân H’Nhi Niê Kđăm",
)  # fmt: skip
CENTRES = (
    "Trung tâm học tập cộng đồng xã Ba Vì", "Trung tâm học tập cộng đồng phường Văn Miếu - Quốc Tử Giám",
    "Trung tâm giáo dục nghề nghiệp",
)  # fmt: skip
KINDS = ("literacy_phase_1", "literacy_phase_2", "course", "attendance")


def random_claims(chance: random.Random) -> Claims:
    """Claims such as centres sign."""
    number, year = chance.randint(1, 999_999), chance.randint(2020, 2060)
    return Claims(
        chance.choice(NAMES), chance.choice((None, 1931, 1984, 2009)), chance.choice(KINDS), chance.choice(CENTRES),
        dt.date(year, chance.randint(1, 12), chance.randint(1, 28)), f"{number:06d}/{year}",
    )  # fmt: skip


def random_token(chance: random.Random) -> str:
    """A public token that is the same in every run."""
    return "".join(chance.choice(ALPHABET) for _ in range(LENGTH))


def signed_pairs(folder: KeyFolder, count: int, seed: int = 7) -> list[tuple[str, str, Claims]]:
    """``count`` tokens with their fragments and claims, signed with the folder's active key."""
    chance = random.Random(seed)
    signer = folder.signer()
    assert signer
    made = []
    for _ in range(count):
        token, claims = random_token(chance), random_claims(chance)
        made.append((token, seal(token, claims.to_bytes(), signer.kid, signer.sign), claims))
    return made
