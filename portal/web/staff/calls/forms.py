"""Forms about follow-ups: absence, assignment to a colleague, cover, and the city's intervals."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone

from portal.accounts.models import Appointment, User
from portal.accounts.roles import Permission
from portal.core.text_folding import parse_integer
from portal.core.validators import validate_no_label, validate_no_unit_name
from portal.follow_ups.enums import AbsenceReason, AttemptOutcome
from portal.placements.models import Placement
from portal.placements.workflow import STEP_LABELS, TRANSITIONS
from portal.stations.models import Station, in_subtrees
from portal.web.shared.form_fields import DayInput
from portal.web.shared.typed_fields import choice_field
from portal.web.staff.placements.forms import StepDetails

DELIMITERS = str.maketrans("、，,；;/ ", "       ")


class StaffField(forms.ModelChoiceField):
    """Choice of a staff member, labelled with name and stations. Call `set_people` before rendering."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=User.objects.none(), **kwargs)

    def set_people(self, people: QuerySet[User]) -> None:
        self.queryset = people
        appointments = (
            Appointment.objects.current().with_permission(Permission.OPEN_RECORDS).filter(user__in=people)
        )
        self._station_names: dict[int, list[str]] = {}
        for appointment in appointments.select_related("station"):
            self._station_names.setdefault(appointment.user_id, []).append(appointment.station.name)

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}（{'、'.join(self._station_names.get(obj.pk, []))}）"


class AbsenceForm(forms.Form):
    """Period in which a veteran is not called, and the reason."""

    until = forms.DateField(label="到哪天为止（含当天）", widget=DayInput())
    reason = forms.ChoiceField(label="原因", choices=AbsenceReason.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label="说明",
        max_length=200,
        required=False,
        validators=[validate_no_label, validate_no_unit_name],
        help_text="选“其他”时请写明。病情等细节不要写。",
    )

    def values(self) -> dict[str, Any]:
        """Return the valid values as arguments of `record_absence`."""
        return self.cleaned_data | {"reason": AbsenceReason(self.cleaned_data["reason"])}


class AssignForm(forms.Form):
    """New assignee of the selected follow-ups; empty means no named assignee."""

    clerk = StaffField(label="交给", required=False, empty_label="不指定（谁在谁打）")

    def __init__(self, people: QuerySet[User], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["clerk"]
        assert isinstance(field, StaffField)
        field.set_people(people)


class CoverForm(forms.Form):
    """Clerk, substitute and period of a cover."""

    clerk = StaffField(label="谁不在岗", empty_label="请选择")
    cover = StaffField(label="由谁代班", empty_label="请选择")
    starts_on = forms.DateField(label="从哪天", widget=DayInput(), initial=timezone.localdate)
    ends_on = forms.DateField(label="到哪天（含当天）", widget=DayInput())
    reason = forms.CharField(
        label="原因", max_length=120, required=False, validators=[validate_no_label, validate_no_unit_name]
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        team = staff_below(user.station_paths(Permission.LEAD_TEAM)) | User.objects.filter(pk=user.pk)
        substitutes = staff_at_or_above(user.station_paths(Permission.OPEN_RECORDS)) | team
        for name, people in (("clerk", team), ("cover", substitutes)):
            field = self.fields[name]
            assert isinstance(field, StaffField)
            field.set_people(people.distinct().order_by("name", "pk"))


class IntervalForm(forms.Form):
    """Intervals in days of one kind of follow-up, separated by a delimiter: '3、7、14'."""

    days = forms.CharField(label="第几天", max_length=60, required=False)

    def clean_days(self) -> list[int]:
        words = self.cleaned_data["days"].translate(DELIMITERS).split()
        try:
            return [parse_integer(word, maximum=99_999) for word in words]
        except ValidationError as error:
            raise ValidationError("请填写天数，用顿号或逗号隔开，例如：3、7、14。") from error


class CallForm(StepDetails):
    """Outcome of one call, and the step it leads to where the veteran was reached."""

    outcome = forms.ChoiceField(label="结果", choices=AttemptOutcome.choices, widget=forms.RadioSelect)
    step = forms.ChoiceField(label="联系上时：有什么进展", required=False)
    on = forms.DateField(label="进展的日期", widget=DayInput(), initial=timezone.localdate, required=False)
    note = forms.CharField(
        validators=[validate_no_label, validate_no_unit_name],
        label="说明",
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    field_order = ["outcome", "step", "on"]

    def __init__(self, placement: Placement, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        steps = TRANSITIONS.available(placement.state)
        choices = [(step, STEP_LABELS[step]) for step in steps]
        choice_field(self, "step").choices = [("", "没有变化"), *choices]
        self.keep_fields_of(steps)


def staff_below(paths: list[str]) -> QuerySet[User]:
    """Return active staff whose current role opens records at or below the stations with these paths."""
    appointments = (
        Appointment.objects.current()
        .with_permission(Permission.OPEN_RECORDS)
        .filter(in_subtrees("station", paths))
    )
    return User.objects.filter(pk__in=appointments.values("user"), is_active=True)


def staff_at_or_above(paths: list[str]) -> QuerySet[User]:
    """Return active staff whose current role opens records at or above the stations with these paths."""
    ancestor_paths = {
        path[:end] for path in paths for end in range(Station.steplen, len(path) + 1, Station.steplen)
    }
    appointments = (
        Appointment.objects.current()
        .with_permission(Permission.OPEN_RECORDS)
        .filter(station__path__in=ancestor_paths)
    )
    return User.objects.filter(pk__in=appointments.values("user"), is_active=True)
