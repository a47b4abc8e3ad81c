"""Certificates: frozen content to PDF files, against a naive WeasyPrint loop over the same pages.

Both sides make the same files one by one from the same HTML and style sheet. The naive loop is what a first version
does: new fonts, new style sheet and the default fetcher for every paper. CPU time of this process, because two noisy
neighbours on a small machine swing wall time by 40 %.
"""

import statistics
import time
from collections.abc import Callable
from typing import Any

from certificates.paper.rendering import FONTS, HERE, Paper, Press, paper_html

NAME = "certificates"
# Layout is done page by page by both, so sharing what is constant gains no more than this; stamping would.
TARGET = 1.3
PAPERS = 6
PEOPLE = ("Bùi Thị Nga", "Đặng Thị Ợt", "Quách Văn Ễnh", "Triệu Thị Mùi", "Phùng Văn Én", "Bàn Văn Đức")


def papers(count: int) -> list[Paper]:
    """Contents such as a literacy class has, each with its own person, number and token."""
    made = []
    for number in range(1, count + 1):
        content = {
            "title": "Giấy xác nhận",
            "achievement": "Hoàn thành Chương trình xóa mù chữ giai đoạn 1",
            "authority": "Ủy ban nhân dân xã Ba Vì",
            "centre": "Trung tâm học tập cộng đồng xã Ba Vì",
            "learner": PEOPLE[number % len(PEOPLE)],
            "birth": "Sinh ngày 05/03/1984",
            "course": "Xóa mù chữ giai đoạn 1",
            "starts_on": "02/03/2026",
            "ends_on": "30/06/2026",
            "sessions": 60,
            "attended": 57,
            "result": "Hoàn thành tốt",
            "place_date": "Ba Vì, ngày 05 tháng 7 năm 2026",
            "signer_title": "Giám đốc",
            "signer_name": "Phùng Văn Đức",
            "register_number": f"{number:06d}/2026",
        }
        token = f"ABCDEFGHJKMN{number:04d}"
        grouped = "-".join(token[at : at + 4] for at in range(0, 16, 4))
        made.append(Paper(content, grouped, f"HTTPS://CLC.HANOI.GOV.VN/C/{token}"))
    return made


def ours(rows: list[Paper]) -> None:
    """One press for the job, one file per paper."""
    press = Press()
    for row in rows:
        press.render([row])


def naive(rows: list[Paper]) -> None:
    """Everything anew for every paper."""
    from weasyprint import CSS, HTML  # heavy: only when measured

    base = FONTS.as_uri() + "/"
    for row in rows:
        html = HTML(string=paper_html([row]), base_url=base)
        html.write_pdf(stylesheets=[CSS(filename=str(HERE / "paper.css"), base_url=base)])


def _cpu(work: Callable[[list[Paper]], None], rows: list[Paper]) -> float:
    start = time.process_time()
    work(rows)
    return time.process_time() - start


def run(rounds: int = 5) -> dict[str, Any]:
    """Return papers per CPU second of both sides and the median of the per-round ratios (above 1: we are faster)."""
    rows = papers(PAPERS)
    ours(rows[:1])
    naive(rows[:1])
    mine, theirs = [], []
    for turn in range(rounds):
        # Who goes first changes every round, so that a warming machine favours nobody.
        for work, times in ((ours, mine), (naive, theirs)) if turn % 2 else ((naive, theirs), (ours, mine)):
            times.append(_cpu(work, rows))
    ratio = statistics.median(floor / own for own, floor in zip(mine, theirs, strict=True))
    return {
        "name": NAME,
        "ours": round(PAPERS / statistics.median(mine), 2),
        "floor": round(PAPERS / statistics.median(theirs), 2),
        "ratio": round(ratio, 2),
        "target": TARGET,
        "ok": ratio >= TARGET,
    }


def measure() -> dict[str, Any]:
    """What ``manage.py bench certificates`` prints."""
    return run()
