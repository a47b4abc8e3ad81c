"""Which wording a paper is set with: the centre's own, else the city's, else the program's."""

from collections.abc import Mapping
from typing import Any

from certificates.choices import PaperLanguage
from certificates.models import CentreLogo, Certificate, CertificateTemplate
from certificates.wording.builtin import builtin_blocks
from certificates.wording.filling import Design, Wording, first_wording, wording_of


def template_in_force(centre_id: int | None, kind: str, language: str) -> CertificateTemplate | None:
    """Return the version that holds for a centre (none: the city itself); None when the program's words do.

    A version without blocks gives the word back to the next.
    """
    owners = [centre_id, None] if centre_id is not None else [None]
    for owner in owners:
        newest: CertificateTemplate | None = CertificateTemplate.objects.of(owner, kind, language).first()
        if newest and newest.blocks:
            return newest
    return None


def logo_in_force(centre_id: int | None) -> CentreLogo | None:
    """Return the centre's logo; None without one."""
    newest = CentreLogo.objects.filter(centre_id=centre_id).order_by("-pk").first() if centre_id else None
    return newest if newest and newest.sha256 else None


def design_for(centre_id: int, kind: str, language: str) -> Design:
    """Return what new papers of a centre are set with."""
    template, logo = template_in_force(centre_id, kind, language), logo_in_force(centre_id)
    blocks = template.blocks if template else builtin_blocks(kind)
    wording = wording_of(blocks, language, bytes(logo.png) if logo else b"")
    return Design(wording, language, template.pk if template else None, logo.pk if logo else None)


class Wordings:
    """Finds the wording that frozen content names, each row read once. Make one per job."""

    def __init__(self) -> None:
        self._known: dict[tuple[Any, ...], Wording] = {}

    def of(self, kind: str, content: Mapping[str, Any]) -> Wording:
        """Return the wording the paper was numbered with, whatever came after."""
        if "template" not in content:
            return first_wording(content)
        language = content["language"]
        key = (kind, language, content["template"], content["logo"])
        if key not in self._known:
            template, logo = content["template"], content["logo"]
            blocks = CertificateTemplate.objects.get(pk=template).blocks if template else builtin_blocks(kind)
            png = bytes(CentreLogo.objects.get(pk=logo).png) if logo else b""
            self._known[key] = wording_of(blocks, language, png)
        return self._known[key]


def last_language(centre_id: int, course_id: int) -> str:
    """Return the language the centre chose last for papers of that course; Vietnamese before it chose."""
    newest = (
        Certificate.objects.filter(centre_id=centre_id, enrolment__class_group__course_id=course_id)
        .order_by("-pk")
        .values_list("content", flat=True)
        .first()
    )
    language = (newest or {}).get("language", PaperLanguage.VI)
    return language if language in PaperLanguage.values else PaperLanguage.VI
