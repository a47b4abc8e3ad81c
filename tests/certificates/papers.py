"""Papers as they are printed, made without a database, and pictures of them."""

import random
from dataclasses import replace
from typing import Any

import pypdfium2
from PIL import Image

from certificates.paper.rendering import Paper
from tests.certificates.signed import random_token

TOKEN = "ABCDEFGHJKMNPQRS"
BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
CONTENT = {
    "title": "Giấy xác nhận", "achievement": "Hoàn thành Chương trình xóa mù chữ giai đoạn 1",
    "authority": "Ủy ban nhân dân xã Ba Vì", "centre": "Trung tâm học tập cộng đồng xã Ba Vì",
    "learner": "Đặng Thị Ợt", "birth": "Sinh ngày 05/03/1984", "course": "Xóa mù chữ giai đoạn 1",
    "starts_on": "02/03/2026", "ends_on": "30/06/2026", "sessions": 60, "attended": 57, "result": "Hoàn thành tốt",
    "place_date": "Ba Vì, ngày 05 tháng 7 năm 2026", "signer_title": "Giám đốc", "signer_name": "Phùng Văn Đức",
    "register_number": "000087/2026",
}  # fmt: skip


def paper(learner: str = "Đặng Thị Ợt", *, token: str = TOKEN, **content: Any) -> Paper:
    """One paper; the QR holds an address without claims."""
    grouped = "-".join(token[at : at + 4] for at in range(0, 16, 4))
    return Paper(CONTENT | {"learner": learner} | content, grouped, f"HTTPS://CLC.HANOI.GOV.VN/C/{token}")


def papers(count: int, *, seed: int = 11) -> list[Paper]:
    """So many papers, each with its own number, token and as many signed letters as a certificate has."""
    chance = random.Random(seed)
    made = []
    for number in range(1, count + 1):
        row = paper(token=random_token(chance), register_number=f"{number:06d}/2026")
        made.append(replace(row, verify_url=f"{row.verify_url}#{''.join(chance.choices(BASE32, k=215))}"))
    return made


def picture(pdf: bytes, dpi: int, page: int = 0) -> Image.Image:
    """A page in shades of grey."""
    return pypdfium2.PdfDocument(pdf)[page].render(scale=dpi / 72).to_pil().convert("L")


def text(pdf: bytes, page: int = 0) -> str:
    """What can be copied out of a page, without blanks at the ends of lines: nobody sees where a line was broken."""
    whole = pypdfium2.PdfDocument(pdf)[page].get_textpage().get_text_range()
    return "\n".join(line.strip() for line in whole.splitlines())
