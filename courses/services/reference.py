"""Reference rows of teaching: topics, the literacy programme and the courses every centre shares.

Sources: reference on the domain, part 2 (topics in annual reports) and part 1 (Circular 33/2021/TT-BGDĐT: terms 1–3 are
phase 1, terms 4–5 phase 2; Circular 10/2022/TT-BGDĐT: a phase is confirmed by the result of terms 3 and 5).
"""

from typing import Any

from django.db import transaction

from core.text import search_key
from courses.models import Course, DayOff, Programme, ProgrammePhase, ProgrammeSubject, ProgrammeTerm, Topic
from courses.programme.parts import LITERACY, SOURCE
from courses.services.holidays import public_holidays

TOPICS: tuple[tuple[str, str, str], ...] = (
    ("phap_luat", "Pháp luật", "Law"),
    ("suc_khoe", "Sức khỏe", "Health"),
    ("van_hoa_xa_hoi", "Văn hóa, xã hội", "Culture and society"),
    ("moi_truong", "Môi trường", "Environment"),
    ("kinh_te", "Phát triển kinh tế", "Economic development"),
    ("ky_nang_so", "Kỹ năng số", "Digital skills"),
    ("nang_luc_thong_tin", "Năng lực thông tin", "Information competence"),
    ("ngoai_ngu_tin_hoc", "Ngoại ngữ, tin học", "Languages and computing"),
    ("ky_nang_song", "Kỹ năng sống", "Life skills"),
    ("nghe_ngan_han", "Nghề ngắn hạn", "Short vocational training"),
    ("thoi_su", "Thời sự, nghị quyết", "Current affairs"),
    ("xoa_mu_chu", "Xóa mù chữ", "Literacy"),
    ("pho_cap", "Phổ cập giáo dục", "Universal education"),
)
LITERACY_TOPIC = "xoa_mu_chu"
LITERACY_PROGRAMME = "XMC-33-2021"

# Terms 4 and 5 and the whole of phase 2 are for people who have completed phase 1.
REQUIRED_PHASE = {"XMC-K4": 1, "XMC-K5": 1, "XMC-GD2": 1}
# code, name, term, phase it completes, sessions of three periods each (1,005 periods in phase 1, 949 in phase 2; how
# they spread over the terms was not found, so they are spread evenly and a centre may plan its own course).
SHARED_COURSES: tuple[tuple[str, str, int | None, int | None, int], ...] = (
    ("XMC-K1", "Xóa mù chữ – kỳ 1", 1, None, 112),
    ("XMC-K2", "Xóa mù chữ – kỳ 2", 2, None, 112),
    ("XMC-K3", "Xóa mù chữ – kỳ 3", 3, 1, 112),
    ("XMC-K4", "Xóa mù chữ – kỳ 4", 4, None, 158),
    ("XMC-K5", "Xóa mù chữ – kỳ 5", 5, 2, 158),
    ("XMC-GD1", "Xóa mù chữ – giai đoạn 1", None, 1, 335),
    ("XMC-GD2", "Xóa mù chữ – giai đoạn 2", None, 2, 316),
)


@transaction.atomic
def load_reference() -> dict[str, int]:
    """Load topics, the programme, the shared courses and the public holidays; running it again adds only what is new.

    Returns how many rows of each were added. Rows that exist are left as they are: an office may have renamed them.
    """
    return {
        "topics": _load_topics(),
        "programmes": _load_programme(),
        "programme_phases": _load_phases(),
        "courses": _load_courses(),
        "days_off": _load_holidays(),
    }


def _load_topics() -> int:
    known = set(Topic.objects.values_list("code", flat=True))
    rows = [
        Topic(code=code, name=name, name_en=name_en, order=order)
        for order, (code, name, name_en) in enumerate(TOPICS, start=1)
        if code not in known
    ]
    Topic.objects.bulk_create(rows)
    return len(rows)


def _load_programme() -> int:
    _row, created = Programme.objects.get_or_create(
        code=LITERACY_PROGRAMME,
        defaults={"name": "Chương trình xóa mù chữ", "legal_basis": SOURCE},
    )
    return int(created)


def _load_phases() -> int:
    programme = Programme.objects.get(code=LITERACY_PROGRAMME)
    added = 0
    for part in LITERACY:
        phase, created = ProgrammePhase.objects.get_or_create(
            programme=programme, number=part.number, defaults={"periods": part.periods, "source": SOURCE}
        )
        added += created
        if not created:
            continue
        ProgrammeTerm.objects.bulk_create([ProgrammeTerm(phase=phase, number=number) for number in part.terms])
        ProgrammeSubject.objects.bulk_create(
            [
                ProgrammeSubject(
                    phase=phase, code=row.code, name=row.name, name_en=row.name_en, only_term=row.only_term, order=order
                )
                for order, row in enumerate(part.subjects, start=1)
            ]
        )
    return added


def _load_courses() -> int:
    known = set(Course.objects.filter(centre__isnull=True).values_list("code", flat=True))
    topic = Topic.objects.get(code=LITERACY_TOPIC)
    programme = Programme.objects.get(code=LITERACY_PROGRAMME)
    rule = {"needs_result": True, "min_attendance_percent": 80}
    shared: dict[str, Any] = {"topic": topic, "programme": programme, **rule}
    rows = [
        Course(
            code=code,
            name=name,
            term=term,
            completes_phase=phase,
            planned_sessions=sessions,
            requires_phase=REQUIRED_PHASE.get(code),
            search_key=search_key(name),
            **shared,
        )
        for code, name, term, phase, sessions in SHARED_COURSES
        if code not in known
    ]
    Course.objects.bulk_create(rows)
    return len(rows)


def _load_holidays() -> int:
    known = set(DayOff.objects.filter(centre__isnull=True).values_list("falls_on", flat=True))
    rows = [
        DayOff(falls_on=day, name=name, is_expected=expected)
        for day, name, expected in public_holidays()
        if day not in known
    ]
    DayOff.objects.bulk_create(rows)
    return len(rows)
