"""Forms with which veterans and employers confirm the state of a placement."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from portal.confirmations.actions import AnswerData, validate_answer
from portal.confirmations.enums import REPLIES, Question, Reply, Satisfaction
from portal.confirmations.models import Answer
from portal.confirmations.permissions import question_of
from portal.core.validators import validate_no_unit_name
from portal.placements.models import Placement
from portal.web.shared.form_fields import DayInput, add_errors, choice_field

QUESTION_TITLES = {Question.PROGRESS: "工作进展怎么样了", Question.EMPLOYMENT: "还在岗吗"}
_DAY_LABELS = {Question.PROGRESS: "面试、录用或到岗的日期", Question.EMPLOYMENT: "离职日期"}


def _choices(question: Question | None) -> list[tuple[str, str]]:
    return [(reply.value, reply.label) for reply in REPLIES.get(question, ())] if question else []


class VeteranAnswerForm(forms.Form):
    """A veteran's answer about one placement."""

    reply = forms.ChoiceField(
        label="现在的情况", widget=forms.RadioSelect, error_messages={"required": "请选择一项。"}
    )
    satisfaction = forms.TypedChoiceField(
        label="对这份工作满意吗？（可不选）",
        choices=Satisfaction.choices,
        widget=forms.RadioSelect,
        coerce=int,
        empty_value=None,
        required=False,
    )
    day = forms.DateField(required=False, widget=DayInput())
    reason = forms.CharField(
        label="离职原因（可不填）", max_length=100, required=False, validators=[validate_no_unit_name]
    )
    wants_another = forms.TypedChoiceField(
        label="还想再找工作吗？",
        choices=[("yes", "想，请帮我继续找"), ("no", "暂时不找")],
        widget=forms.RadioSelect,
        coerce=lambda value: value == "yes",
        empty_value=None,
        required=False,
    )
    words = forms.CharField(
        label="想对服务站说的话（可不填）", max_length=200, required=False, validators=[validate_no_unit_name]
    )

    def __init__(self, placement: Placement, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.placement = placement
        question = question_of(placement)
        choice_field(self, "reply").choices = _choices(question)
        self.fields["day"].label = _DAY_LABELS[question or Question.PROGRESS]
        if question == Question.EMPLOYMENT:
            self.fields["day"].help_text = "选“已离职”时填写。"
        else:
            self.fields["day"].help_text = "选“已面试”“已录用”“已到岗”时填写。"
            for name in ("reason", "wants_another", "satisfaction"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        if "reply" in self.cleaned_data and "day" in self.cleaned_data:
            try:
                validate_answer(self.placement, self.to_answer())
            except ValidationError as error:
                add_errors(self, error)
        return self.cleaned_data

    def to_answer(self) -> AnswerData:
        """Return the answer as `portal.confirmations.actions` takes it."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "reply"}
        return AnswerData(reply=Reply(self.cleaned_data["reply"]), **values)


class EmployerAnswerForm(forms.Form):
    """An employer's answer about one placement; left empty, it is not answered now."""

    reply = forms.ChoiceField(
        label="情况", widget=forms.RadioSelect(attrs={"class": "form-check-input"}), required=False
    )
    day = forms.DateField(label="日期", required=False, widget=DayInput())

    def __init__(self, placement: Placement, data: QueryDict | None) -> None:
        super().__init__(data, prefix=f"p{placement.pk}")
        self.placement = placement
        choice_field(self, "reply").choices = _choices(question_of(placement))
        self.fields["day"].widget.attrs["class"] = "form-control"

    def clean(self) -> dict[str, Any]:
        reply, day = self.cleaned_data.get("reply"), self.cleaned_data.get("day")
        if day and not reply and "reply" not in self.errors:
            self.add_error("reply", "填了日期，请再选一项情况。")
        if reply and "day" not in self.errors:
            try:
                validate_answer(self.placement, self.to_answer())
            except ValidationError as error:
                add_errors(self, error)
        return self.cleaned_data

    def to_answer(self) -> AnswerData:
        """Return the answer as `portal.confirmations.actions` takes it."""
        return AnswerData(reply=Reply(self.cleaned_data["reply"]), day=self.cleaned_data["day"])


class EmployerAnswers:
    """The answer forms of all placements on an employer's page."""

    def __init__(self, placements: Iterable[Placement], data: QueryDict | None = None) -> None:
        self.rows = [EmployerAnswerForm(placement, data) for placement in placements]
        self.is_bound = data is not None

    def is_valid(self) -> bool:
        return self.is_bound and self.invalid_count == 0

    @property
    def invalid_count(self) -> int:
        """Number of rows with errors."""
        return sum(bool(row.errors) for row in self.rows) if self.is_bound else 0

    def to_answers(self) -> dict[int, AnswerData]:
        """Return the answers by primary key of the placement, without the rows left empty."""
        return {row.placement.pk: row.to_answer() for row in self.rows if row.cleaned_data.get("reply")}


def index_latest_answers(rows: Iterable[Answer]) -> dict[int, dict[str, Answer]]:
    """Return the last answer by placement and side.

    Args:
        rows: answers in the order of their primary keys.
    """
    latest: dict[int, dict[str, Answer]] = {}
    for row in rows:
        latest.setdefault(row.placement_id, {})[row.side] = row
    return latest
