"""Forms of position review: filters of the queue, and the reason of a refusal."""

from typing import Any

from django import forms

from portal.core.validators import validate_no_unit_name
from portal.positions.enums import PositionState
from portal.positions.wording import category_labels
from portal.stations.enums import StationLevel
from portal.stations.models import Station
from portal.web.shared.typed_fields import model_choice_field

REASONS = (
    "岗位职责太笼统，请写具体做什么",
    "月薪范围过宽，请如实填写",
    "含有限制性别、婚育等内容",
    "证书要求与岗位无关",
    "写的依据不能支持这项限制",
)
_FINDINGS = (
    ("", "全部"),
    ("clean", "没有标记"),
    ("block", "有不能这样写的"),
    ("warn", "有建议放宽的"),
    ("second", "例外等待复核"),
)


class StationChoice(forms.ModelChoiceField):
    """Choice of a station, labelled with its name."""

    def label_from_instance(self, obj: Any) -> str:
        return obj.name


class QueueFilter(forms.Form):
    """Filters of the review queue: employer, station, wording findings."""

    state = forms.ChoiceField(
        label="岗位状态", choices=PositionState.choices, required=False, widget=forms.HiddenInput
    )
    employer = forms.CharField(
        label="用人单位", required=False, max_length=60, validators=[validate_no_unit_name]
    )
    station = StationChoice(label="审核服务中心", queryset=Station.objects.none(), required=False)
    finding = forms.ChoiceField(
        label="用语检查",
        required=False,
        choices=lambda: [
            *_FINDINGS,
            ("按内容", [(category.value, label) for category, label in category_labels().items()]),
        ],
    )

    def __init__(self, paths: list[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = model_choice_field(self, "station")
        # Village stations register no employers; a city has 1,330 of them.
        stations = Station.objects.in_subtrees(paths).exclude(level=StationLevel.VILLAGE)
        field.queryset = stations.order_by("path")
        field.empty_label = "全部"


class RefusalForm(forms.Form):
    """Reason of a refusal: common reasons, own words, or both."""

    reasons = forms.MultipleChoiceField(
        label="常用原因",
        required=False,
        choices=[(words, words) for words in REASONS],
        widget=forms.CheckboxSelectMultiple,
    )
    words = forms.CharField(
        label="补充说明（单位会看到）",
        required=False,
        max_length=80,
        validators=[validate_no_unit_name],
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if not self.errors and not values.get("reasons") and not values.get("words", "").strip():
            self.add_error("words", "请勾选一条原因，或写明原因，单位会看到。")
        return values

    def reason(self) -> str:
        """Return the selected reasons and the own words as one text of at most 200 characters."""
        words = self.cleaned_data["words"].strip()
        return "；".join([*self.cleaned_data["reasons"], *([words] if words else [])])[:200]
