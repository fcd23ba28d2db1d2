"""What staff fill in about calls: somebody away, a call given to a colleague, cover, the rules of a city."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from portal.accounts.models import Appointment, User
from portal.accounts.roles import Permission
from portal.core.validators import validate_no_unit_name
from portal.placements.enums import AbsenceReason
from portal.stations.models import Station, in_subtrees
from portal.web.shared.form_fields import DayInput

DELIMITERS = str.maketrans("、，,；;/ ", "       ")


class StaffField(forms.ModelChoiceField):
    """Somebody of the staff, told apart by where they serve. Give `people` before the form is shown."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=User.objects.none(), **kwargs)

    def among(self, people: QuerySet[User]) -> None:
        self.queryset = people
        posts = Appointment.objects.current().with_permission(Permission.OPEN_RECORDS).filter(user__in=people)
        self._served: dict[int, list[str]] = {}
        for post in posts.select_related("station"):
            self._served.setdefault(post.user_id, []).append(post.station.name)

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}（{'、'.join(self._served.get(obj.pk, []))}）"


class AbsenceForm(forms.Form):
    """Until when somebody is not called, and why."""

    until = forms.DateField(label="到哪天为止（含当天）", widget=DayInput())
    reason = forms.ChoiceField(label="原因", choices=AbsenceReason.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label="说明",
        max_length=200,
        required=False,
        validators=[validate_no_unit_name],
        help_text="选“其他”时请写明。病情等细节不要写。",
    )

    def values(self) -> dict[str, Any]:
        return self.cleaned_data | {"reason": AbsenceReason(self.cleaned_data["reason"])}


class AssignForm(forms.Form):
    """To whom the ticked calls go; nobody: whoever is there."""

    clerk = StaffField(label="交给", required=False, empty_label="不指定（谁在谁打）")

    def __init__(self, people: QuerySet[User], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["clerk"]
        assert isinstance(field, StaffField)
        field.among(people)


class CoverForm(forms.Form):
    """Who makes whose calls, from when to when."""

    clerk = StaffField(label="谁不在岗", empty_label="请选择")
    cover = StaffField(label="由谁代班", empty_label="请选择")
    starts_on = forms.DateField(label="从哪天", widget=DayInput(), initial=timezone.localdate)
    ends_on = forms.DateField(label="到哪天（含当天）", widget=DayInput())
    reason = forms.CharField(label="原因", max_length=120, required=False, validators=[validate_no_unit_name])

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        led = staff_below(user.station_paths(Permission.LEAD_TEAM)) | User.objects.filter(pk=user.pk)
        around = staff_at_or_above(user.station_paths(Permission.OPEN_RECORDS)) | led
        for name, people in (("clerk", led), ("cover", around)):
            field = self.fields[name]
            assert isinstance(field, StaffField)
            field.among(people.distinct().order_by("name", "pk"))


class RuleForm(forms.Form):
    """The days of one kind of call, as people write them: '3、7、14'."""

    days = forms.CharField(label="第几天", max_length=60, required=False)

    def clean_days(self) -> list[int]:
        words = self.cleaned_data["days"].translate(DELIMITERS).split()
        if not all(word.isdecimal() and len(word) < 6 for word in words):
            raise forms.ValidationError("请填写天数，用顿号或逗号隔开，例如：3、7、14。")
        return [int(word) for word in words]


def staff_below(paths: list[str]) -> QuerySet[User]:
    """Who keeps files at these stations or below them today."""
    posts = (
        Appointment.objects.current()
        .with_permission(Permission.OPEN_RECORDS)
        .filter(in_subtrees("station", paths))
    )
    return User.objects.filter(pk__in=posts.values("user"), is_active=True)


def staff_at_or_above(paths: list[str]) -> QuerySet[User]:
    """Who keeps files at these stations or above them today."""
    lines = {path[:end] for path in paths for end in range(Station.steplen, len(path) + 1, Station.steplen)}
    posts = (
        Appointment.objects.current().with_permission(Permission.OPEN_RECORDS).filter(station__path__in=lines)
    )
    return User.objects.filter(pk__in=posts.values("user"), is_active=True)
