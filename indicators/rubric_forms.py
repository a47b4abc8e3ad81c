"""Forms of sets of criteria and of evaluations."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from core.forms import GroupedDecimalField
from core.templatetags.clc import plain
from indicators.choices import RubricKind, Scoring, Wording
from indicators.models import Criterion, Rubric, RubricArea
from indicators.models.rubrics import HIGHEST_LEVEL, YEARS
from indicators.rubric.editing import Level
from indicators.rubric.evaluating import Agreed, Mark
from indicators.rubric.known import quantities_of
from indicators.rubric.selectors import Line, Sheet

LEVELS = 6
AREA = forms.Textarea(attrs={"rows": 3})


def typed(value: Decimal | None) -> str:
    """Points as a field shows them: 7,5 and 10."""
    return "" if value is None else plain(value)


class Edition(forms.Form):
    """A form on a draft that others may have changed since."""

    edition = forms.IntegerField(widget=forms.HiddenInput, localize=False, required=False)

    def __init__(self, rubric: Rubric | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if rubric is None:
            del self.fields["edition"]
        else:
            self.fields["edition"].initial = rubric.edition


class RubricForm(Edition):
    """Name, source and first year of a set."""

    code = forms.SlugField(
        label=_lazy("Mã"), max_length=40,
        help_text=_lazy(
            "Ngắn, không dấu. TTHTCD là bộ để trung tâm tự đánh giá, CDHT-XA là bộ Cộng đồng học tập cấp xã."
        ),
    )  # fmt: skip
    kind = forms.ChoiceField(label=_lazy("Cách tính"), choices=RubricKind.choices)
    name = forms.CharField(label=_lazy("Tên bộ tiêu chí"), max_length=200)
    document = forms.CharField(label=_lazy("Văn bản, nguồn"), max_length=300, required=False)
    from_year = forms.IntegerField(label=_lazy("Áp dụng từ năm"), min_value=2000, max_value=2100, localize=False)
    period_kind = forms.ChoiceField(
        label=_lazy("Số liệu tính theo"), choices=[(kind.value, kind.label) for kind in YEARS]
    )
    valid_months = forms.IntegerField(
        label=_lazy("Danh hiệu có giá trị (tháng)"), min_value=1, max_value=600, required=False, localize=False,
        help_text=_lazy("Chỉ của bộ theo mức độ."),
    )  # fmt: skip
    raise_months = forms.IntegerField(
        label=_lazy("Sau mức độ 1 ít nhất bao nhiêu tháng mới nâng mức độ 2"), min_value=1, max_value=600,
        required=False, localize=False, help_text=_lazy("Để trống: không đòi."),
    )  # fmt: skip
    note = forms.CharField(label=_lazy("Lời dẫn cho người chấm"), required=False, widget=AREA)

    def __init__(self, rubric: Rubric | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(rubric, *args, **kwargs)
        if rubric is not None:
            del self.fields["code"], self.fields["kind"]
            if not rubric.is_levels:
                del self.fields["valid_months"], self.fields["raise_months"]


class AreaForm(Edition):
    """The name of an area."""

    name = forms.CharField(label=_lazy("Tên lĩnh vực"), max_length=200)


class CriterionForm(Edition):
    """A criterion with up to six levels."""

    area = forms.ModelChoiceField(RubricArea.objects.none(), label=_lazy("Lĩnh vực"))
    code = forms.CharField(label=_lazy("Số"), max_length=10, help_text=_lazy("Ví dụ 2.1."))
    order = forms.IntegerField(
        label=_lazy("Thứ tự trong lĩnh vực"), min_value=1, max_value=999, required=False, localize=False,
        help_text=_lazy("Để trống: ở cuối."),
    )  # fmt: skip
    name = forms.CharField(label=_lazy("Tiêu chí"), max_length=300)
    help = forms.CharField(label=_lazy("Hướng dẫn chấm"), required=False, widget=AREA)
    points = GroupedDecimalField(label=_lazy("Điểm tối đa"), max_digits=5, decimal_places=2)
    scoring = forms.ChoiceField(label=_lazy("Cách chấm"), choices=Scoring.choices)
    quantity = forms.ChoiceField(
        label=_lazy("Số liệu của hệ thống để bên cạnh"), required=False,
        help_text=_lazy("Cần có khi chấm theo số liệu; cách chấm khác thì chỉ để tham khảo."),
    )  # fmt: skip
    beside = forms.MultipleChoiceField(
        label=_lazy("Số liệu khác để tham khảo"), required=False, widget=forms.CheckboxSelectMultiple
    )
    wording = forms.ChoiceField(label=_lazy("Lời văn"), choices=Wording.choices, initial=Wording.UNCONFIRMED)
    source = forms.CharField(
        label=_lazy("Nguồn của lời văn"), max_length=300, required=False, help_text=_lazy("Văn bản, điều, khoản.")
    )

    def __init__(self, rubric: Rubric, criterion: Criterion | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(rubric, *args, **kwargs)
        area, quantity = self.fields["area"], self.fields["quantity"]
        assert isinstance(area, forms.ModelChoiceField)
        assert isinstance(quantity, forms.ChoiceField)
        area.queryset = rubric.areas.all()
        known = [(name, f"{one.label} ({one.unit})") for name, one in quantities_of(rubric).items()]
        quantity.choices = [("", _("không có")), *known]
        beside = self.fields["beside"]
        assert isinstance(beside, forms.MultipleChoiceField)
        beside.choices = known
        if rubric.is_levels:
            # The points of a target are the level it reaches: always up to the highest.
            self.fields["points"].initial, self.fields["points"].widget = HIGHEST_LEVEL, forms.HiddenInput()
            scoring = self.fields["scoring"]
            assert isinstance(scoring, forms.ChoiceField)
            scoring.choices = [pair for pair in Scoring.choices if pair[0] != Scoring.YES_NO]
        else:
            del self.fields["beside"], self.fields["wording"], self.fields["source"]
        levels = list(criterion.levels.order_by("-points")) if criterion else []
        self.level_count = HIGHEST_LEVEL if rubric.is_levels else LEVELS
        for number in range(1, self.level_count + 1):
            level = levels[number - 1] if number <= len(levels) else None
            named = {"n": number}
            self.fields[f"level_{number}_words"] = forms.CharField(
                label=_("Mức %(n)s: lời mô tả") % named, max_length=200, required=False,
                initial=level.words if level else "",
            )  # fmt: skip
            at = _("Mức %(n)s: mức độ (1 hoặc 2)") if rubric.is_levels else _("Mức %(n)s: điểm")
            self.fields[f"level_{number}_points"] = GroupedDecimalField(
                label=at % named, max_digits=5, decimal_places=2, required=False,
                initial=typed(level.points) if level else None,
            )  # fmt: skip
            self.fields[f"level_{number}_at_least"] = GroupedDecimalField(
                label=_("Mức %(n)s: từ bao nhiêu (khi chấm theo số liệu)") % named, max_digits=12, decimal_places=2,
                required=False, initial=typed(level.at_least) if level else None,
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """A level with words or a threshold needs its points."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for number in range(1, self.level_count + 1):
            said = data.get(f"level_{number}_words") or data.get(f"level_{number}_at_least") is not None
            if said and data.get(f"level_{number}_points") is None and f"level_{number}_points" not in self.errors:
                self.add_error(f"level_{number}_points", _("Ghi điểm của mức này."))
        return data

    def levels(self) -> list[Level]:
        """The levels that were filled in."""
        data = self.cleaned_data
        return [
            Level(data[f"level_{n}_words"], data[f"level_{n}_points"], data[f"level_{n}_at_least"])
            for n in range(1, self.level_count + 1)
            if data[f"level_{n}_points"] is not None
        ]


class BandsForm(Edition):
    """Ranks and the points from which they begin."""

    def __init__(self, rubric: Rubric, *args: Any, **kwargs: Any) -> None:
        super().__init__(rubric, *args, **kwargs)
        bands = list(rubric.bands.order_by("-at_least"))
        for number in range(1, LEVELS + 1):
            band = bands[number - 1] if number <= len(bands) else None
            self.fields[f"band_{number}_name"] = forms.CharField(
                label=_("Xếp loại %(n)s") % {"n": number}, max_length=60, required=False,
                initial=band.name if band else "",
            )  # fmt: skip
            self.fields[f"band_{number}_at_least"] = GroupedDecimalField(
                label=_("Từ bao nhiêu điểm"), max_digits=5, decimal_places=2, required=False,
                initial=typed(band.at_least) if band else None,
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """A rank needs both its name and its beginning."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for n in range(1, LEVELS + 1):
            if bool(data.get(f"band_{n}_name")) != (data.get(f"band_{n}_at_least") is not None):
                self.add_error(f"band_{n}_name", _("Ghi cả tên và điểm bắt đầu, hoặc để trống cả hai."))
        return data

    def bands(self) -> list[tuple[str, Decimal]]:
        """The ranks that were filled in."""
        data = self.cleaned_data
        return [
            (data[f"band_{n}_name"], data[f"band_{n}_at_least"]) for n in range(1, LEVELS + 1) if data[f"band_{n}_name"]
        ]


def _points_of(line: Line, label: str, initial: Decimal | None, empty: str, *, of_levels: bool) -> forms.Field:
    """A choice among levels, or yes and no; a number where the points follow a quantity."""
    row = line.criterion
    if row.scoring == Scoring.QUANTITY and not of_levels:
        return GroupedDecimalField(
            label=label, max_digits=5, decimal_places=2, required=False, initial=typed(initial)
        )  # fmt: skip
    if row.scoring == Scoring.YES_NO:
        steps = [(row.points, _("Có")), (Decimal(0), _("Không"))]
    else:
        steps = [(level.points, level.words) for level in sorted(row.levels.all(), key=lambda one: -one.points)]
        if all(points for points, _words in steps):
            steps.append((Decimal(0), _("Chưa đạt") if of_levels else _("Không đạt mức nào")))
    choices = [
        (str(points.normalize() + 0), words if of_levels else f"{words} ({plain(points)})") for points, words in steps
    ]
    return forms.TypedChoiceField(
        label=label, choices=[("", empty), *choices], required=False, coerce=Decimal, empty_value=None,
        initial=None if initial is None else str(initial.normalize() + 0),
    )  # fmt: skip


class EvaluationForm(forms.Form):
    """What a centre gives itself: points, words and paper for each criterion."""

    version = forms.IntegerField(widget=forms.HiddenInput, localize=False)

    def __init__(self, sheet: Sheet, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sheet = sheet
        self.fields["version"].initial = sheet.evaluation.version if sheet.evaluation else 0
        of_levels = sheet.rubric.is_levels
        for line in sheet.lines:
            row, score = line.criterion, line.score
            label = (_("Chỉ tiêu %(code)s: tự nêu") if of_levels else _("Điểm tự chấm %(code)s")) % {"code": row.code}
            own = score.points if score else None
            empty = _("chưa nêu") if of_levels else _("chưa chấm")
            self.fields[f"p_{row.pk}"] = _points_of(line, label, own, empty, of_levels=of_levels)
            self.fields[f"w_{row.pk}"] = forms.CharField(
                label=_("Giải trình %(code)s") % {"code": row.code}, max_length=500, required=False,
                initial=score.words if score else "", widget=forms.Textarea(attrs={"rows": 2}),
            )  # fmt: skip
            if of_levels or row.scoring == Scoring.YES_NO:
                self.fields[f"d_{row.pk}"] = forms.CharField(
                    label=_("Giấy tờ %(code)s: số, ngày") % {"code": row.code}, max_length=200, required=False,
                    initial=score.paper if score else "",
                )  # fmt: skip

    def fields_of(self, line: Line) -> Iterator[forms.BoundField]:
        """The fields of one criterion."""
        for letter in "pdw":
            name = f"{letter}_{line.criterion.pk}"
            if name in self.fields:
                yield self[name]

    def marks(self) -> dict[int, Mark]:
        """What was entered, by criterion."""
        data = self.cleaned_data
        return {
            pk: Mark(data.get(f"p_{pk}"), data.get(f"w_{pk}", ""), data.get(f"d_{pk}", ""))
            for pk in (line.criterion.pk for line in self.sheet.lines)
        }


class ReviewForm(forms.Form):
    """What a reviewer gives: the centre's own points where nothing else is entered."""

    version = forms.IntegerField(widget=forms.HiddenInput, localize=False)
    reason = forms.CharField(
        label=_lazy("Lý do trả lại"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_lazy("Chỉ cần khi trả lại."),
    )  # fmt: skip

    def __init__(self, sheet: Sheet, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sheet = sheet
        self.fields["version"].initial = sheet.evaluation.version if sheet.evaluation else 0
        of_levels = sheet.rubric.is_levels
        label = _("Thẩm định chỉ tiêu %(code)s") if of_levels else _("Điểm công nhận %(code)s")
        reason = _("Lý do khác mức tự nêu %(code)s") if of_levels else _("Lý do đổi điểm %(code)s")
        empty = _("như đơn vị tự nêu") if of_levels else _("như trung tâm tự chấm")
        for line in sheet.lines:
            row = line.criterion
            named = {"code": row.code}
            own = line.score.points if line.score else None
            self.fields[f"a_{row.pk}"] = _points_of(line, label % named, own, empty, of_levels=of_levels)
            self.fields[f"r_{row.pk}"] = forms.CharField(label=reason % named, max_length=500, required=False)

    def fields_of(self, line: Line) -> Iterator[forms.BoundField]:
        """The fields of one criterion."""
        yield self[f"a_{line.criterion.pk}"]
        yield self[f"r_{line.criterion.pk}"]

    def agreed(self) -> dict[int, Agreed]:
        """What was entered, by criterion."""
        data = self.cleaned_data
        return {
            pk: Agreed(data.get(f"a_{pk}"), data.get(f"r_{pk}", ""))
            for pk in (line.criterion.pk for line in self.sheet.lines)
        }
