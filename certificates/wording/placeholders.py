"""The fixed list of place-holders. A template may use these names in braces and no others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Placeholder:
    """What stands for it, and whether it is printed bold."""

    value: Callable[[Mapping[str, Any]], str]
    bold: bool = False


def _plain(name: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda content: "" if content.get(name) is None else str(content[name])


PLACEHOLDERS: dict[str, Placeholder] = {
    "ho_ten": Placeholder(_plain("learner")),
    "sinh": Placeholder(_plain("birth")),
    "khoa_hoc": Placeholder(_plain("course"), bold=True),
    "tu_ngay": Placeholder(_plain("starts_on")),
    "den_ngay": Placeholder(_plain("ends_on")),
    "so_buoi": Placeholder(_plain("sessions")),
    "so_buoi_du": Placeholder(_plain("attended")),
    "ket_qua": Placeholder(_plain("result"), bold=True),
    "co_quan": Placeholder(_plain("authority")),
    "trung_tam": Placeholder(_plain("centre")),
    "noi_va_ngay_cap": Placeholder(_plain("place_date")),
    "chuc_vu": Placeholder(_plain("signer_title")),
    "nguoi_ky": Placeholder(_plain("signer_name")),
    "so_vao_so": Placeholder(_plain("register_number"), bold=True),
    "ma_tra_cuu": Placeholder(_plain("token"), bold=True),
    "dia_chi": Placeholder(_plain("host")),
}


def values_of(content: Mapping[str, Any], *, token: str, host: str) -> dict[str, str]:
    """Return the text of every place-holder; empty where the certificate does not say it."""
    whole = {**content, "token": token, "host": host}
    return {name: placeholder.value(whole) for name, placeholder in PLACEHOLDERS.items()}
