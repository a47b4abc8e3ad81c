"""The form by which the city makes a new version of the checking instrument."""

import unicodedata
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from core.forms import DayField
from core.text import clean
from literacy.choices import LiteracyLevel, Skill
from literacy.instrument import MOST_ITEMS

FREE_ROWS = 3
# The letter before an item's number.
LETTERS = {Skill.READS: "D", Skill.WRITES: "V", Skill.COUNTS: "T"}
_SKILLS = [("", "–"), *Skill.choices]


class InstrumentForm(forms.Form):
    """Items row by row with free rows at the end, thresholds by level and skill; no question, no item."""

    title = forms.CharField(label=_lazy("Tên phiếu"), max_length=120)
    valid_from = DayField(label=_lazy("Dùng từ ngày"))
    reason = forms.CharField(label=_lazy("Căn cứ, vì sao sửa"), max_length=300)
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any] | None = None, *, content: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        items = content["items"]
        self.rows = min(MOST_ITEMS, len(items) + FREE_ROWS)
        for place in range(self.rows):
            row = items[place] if place < len(items) else {"skill": "", "ask": "", "show": "", "scores": []}
            said = {"n": place + 1}
            self.fields[f"skill_{place}"] = forms.ChoiceField(
                label=_("Mục %(n)s: đọc, viết hay tính") % said, choices=_SKILLS, required=False,
                initial=row["skill"],
            )  # fmt: skip
            self.fields[f"ask_{place}"] = forms.CharField(
                label=_("Mục %(n)s: hỏi gì") % said, max_length=400, required=False, initial=row["ask"],
                widget=forms.Textarea({"rows": 2}),
            )  # fmt: skip
            self.fields[f"show_{place}"] = forms.CharField(
                label=_("Mục %(n)s: cho xem gì") % said, max_length=800, required=False, initial=row["show"],
                widget=forms.Textarea({"rows": 2}),
            )  # fmt: skip
            self.fields[f"scores_{place}"] = forms.CharField(
                label=_("Mục %(n)s: các mức điểm") % said, max_length=1200, required=False,
                initial="\n".join(row["scores"]), widget=forms.Textarea({"rows": 3}),
                help_text=_("Mỗi dòng một mức: dòng đầu là 0 điểm, dòng hai là 1 điểm…"),
            )  # fmt: skip
        for level in LiteracyLevel:
            for skill in Skill:
                words = {"skill": skill.label, "level": level.label}
                self.fields[f"least_{level.value}_{skill.value}"] = forms.IntegerField(
                    label=_("%(skill)s, %(level)s") % words, min_value=0, max_value=999,
                    initial=content["thresholds"][str(level.value)][skill],
                )  # fmt: skip

    @property
    def item_rows(self) -> list[tuple[int, list[forms.BoundField]]]:
        """The fields of each row, with its number from 1."""
        names = ("skill", "ask", "show", "scores")
        return [(place + 1, [self[f"{name}_{place}"] for name in names]) for place in range(self.rows)]

    @property
    def least_fields(self) -> list[forms.BoundField]:
        """Thresholds, level by level."""
        return [self[f"least_{level.value}_{skill.value}"] for level in LiteracyLevel for skill in Skill]

    def clean(self) -> dict[str, Any]:
        """Say of a row that is half filled in what it lacks."""
        data = super().clean() or {}
        for place in range(self.rows):
            ask, rest = data.get(f"ask_{place}"), (data.get(f"skill_{place}"), data.get(f"scores_{place}"))
            if not ask and data.get(f"scores_{place}"):
                self.add_error(f"ask_{place}", _("Hãy ghi câu hỏi, hoặc xóa các mức điểm của mục này."))
            elif ask and not all(rest):
                missing = f"skill_{place}" if not rest[0] else f"scores_{place}"
                self.add_error(missing, _("Mục này còn thiếu."))
        return data

    def content(self) -> dict[str, Any]:
        """Return what was typed as the content of a version (literacy.instrument); items are numbered by skill."""
        data, items, numbers = self.cleaned_data, [], dict.fromkeys(Skill.values, 0)
        for place in range(self.rows):
            if not data[f"ask_{place}"]:
                continue
            skill = data[f"skill_{place}"]
            numbers[skill] += 1
            scores = [clean(line) for line in data[f"scores_{place}"].splitlines() if line.strip()]
            items.append(
                {
                    "code": f"{LETTERS[Skill(skill)]}{numbers[skill]}",
                    "skill": skill,
                    "ask": clean(data[f"ask_{place}"]),
                    "show": unicodedata.normalize("NFC", data[f"show_{place}"].strip()),
                    "scores": scores,
                }
            )
        thresholds = {
            str(level.value): {skill.value: data[f"least_{level.value}_{skill.value}"] for skill in Skill}
            for level in LiteracyLevel
        }
        return {"items": items, "thresholds": thresholds}
