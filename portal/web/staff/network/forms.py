"""Forms that change the station network and the appointments of its staff."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone

from portal.accounts.roles import StationRole
from portal.core.folded_fields import PhoneField
from portal.core.models import Region
from portal.core.validators import validate_no_unit_name
from portal.stations.actions import LEVELS, regions_to_split
from portal.stations.enums import StationLevel
from portal.stations.models import Station, StationArea
from portal.web.shared.form_fields import DayInput, UserByPhoneMixin
from portal.web.shared.typed_fields import choice_field, model_choice_field

DAY_HELP = "从这一天起生效；可填过去的日期，不能晚于今天。"
HOURS_HELP = "例如：周一至周五 8:30-12:00，14:30-17:30。"


class StationDayForm(forms.Form):
    """Day for which the network is shown."""

    day = forms.DateField(label="查看哪一天", widget=DayInput(), required=False)


class _ChangeForm(forms.Form):
    """Change of one station that takes effect on a day."""

    on = forms.DateField(label="生效日期", widget=DayInput(), initial=timezone.localdate, help_text=DAY_HELP)

    def __init__(self, station: Station, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.station = station
        self.order_fields([name for name in self.fields if name != "on"])


def _station_name_field() -> forms.CharField:
    return forms.CharField(
        label="服务站名称",
        max_length=60,
        validators=[validate_no_unit_name],
        help_text="请不要填写部队番号或代号。",
    )


class ContactForm(forms.Form):
    """Public contact details of a station."""

    address = forms.CharField(
        label="地址",
        max_length=120,
        required=False,
        validators=[validate_no_unit_name],
        help_text="请不要填写部队番号或代号。",
    )
    phone = forms.CharField(label="办公电话", max_length=20, required=False)
    opening_hours = forms.CharField(
        label="办公时间",
        max_length=80,
        required=False,
        validators=[validate_no_unit_name],
        help_text=HOURS_HELP,
    )

    def __init__(self, station: Station, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.update({name: getattr(station, name) for name in ("address", "phone", "opening_hours")})


class OpenForm(_ChangeForm):
    """New station below `station`, at the next level of the network."""

    name = _station_name_field()
    region = forms.ModelChoiceField(label="服务区划", queryset=Region.objects.none(), empty_label="请选择")
    address = forms.CharField(
        label="地址", max_length=120, required=False, validators=[validate_no_unit_name]
    )
    phone = forms.CharField(label="办公电话", max_length=20, required=False)
    opening_hours = forms.CharField(
        label="办公时间",
        max_length=80,
        required=False,
        validators=[validate_no_unit_name],
        help_text=HOURS_HELP,
    )

    def __init__(self, station: Station, *args: Any, **kwargs: Any) -> None:
        super().__init__(station, *args, **kwargs)
        field = model_choice_field(self, "region")
        own_areas = StationArea.objects.filter(station=station, ends_on=None).values("region")
        assigned_areas = StationArea.objects.filter(ends_on=None).values("region")
        field.queryset = Region.objects.filter(parent__in=own_areas).exclude(pk__in=assigned_areas)

    @property
    def level(self) -> StationLevel:
        """Level below the parent station."""
        return LEVELS[LEVELS.index(StationLevel(self.station.level)) + 1]


class RenameForm(_ChangeForm):
    """New name of a station."""

    name = _station_name_field()


class EndForm(_ChangeForm):
    """Successor of a station that is merged or closed."""

    into = forms.ModelChoiceField(
        label="由哪个服务站接收", queryset=Station.objects.none(), empty_label="请选择"
    )

    def __init__(self, station: Station, *args: Any, **kwargs: Any) -> None:
        super().__init__(station, *args, **kwargs)
        field = model_choice_field(self, "into")
        # Candidates: siblings of the station, its parent, and the siblings of the parent.
        candidates = [
            Q(depth=station.depth - up, path__startswith=station.path[: -Station.steplen * (up + 1)])
            for up in (0, 1)
            if station.depth > up
        ]
        is_near = candidates[0] | candidates[1] if len(candidates) > 1 else candidates[0]
        field.queryset = Station.objects.filter(is_near, closed_on=None).exclude(pk=station.pk)


class SplitForm(_ChangeForm):
    """New station that takes over some regions of `station`."""

    name = _station_name_field()
    level = forms.ChoiceField(label="新站级别")
    regions = forms.ModelMultipleChoiceField(
        label="划给新站的区划",
        queryset=Region.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选择一个划出的区划。"},
    )

    def __init__(self, station: Station, *args: Any, **kwargs: Any) -> None:
        super().__init__(station, *args, **kwargs)
        field = self.fields["regions"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = regions_to_split(station)
        own_index = LEVELS.index(StationLevel(station.level))
        levels = (
            LEVELS[own_index : own_index + 2]
            if not station.is_root()
            else LEVELS[own_index + 1 : own_index + 2]
        )
        choice_field(self, "level").choices = [(level.value, level.label) for level in levels]


class AppointForm(UserByPhoneMixin, forms.Form):
    """New appointment of an account, found by its phone number."""

    phone = PhoneField(
        label="手机号码",
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
        help_text="对方要先用手机验证码登录过一次。",
    )
    role = forms.ChoiceField(label="岗位")
    starts_on = forms.DateField(label="开始日期", widget=DayInput(), initial=timezone.localdate)

    def __init__(self, roles: list[StationRole], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice_field(self, "role").choices = [(role.value, role.label) for role in roles]


class EndAppointmentForm(forms.Form):
    """Last day of an appointment."""

    last_day = forms.DateField(
        label="最后一天",
        widget=DayInput(),
        initial=timezone.localdate,
        help_text="从第二天起不能再查看档案。",
    )


class TransferForm(forms.Form):
    """New station of a staff member, and the first day there."""

    station = forms.ModelChoiceField(
        label="调到哪个服务站", queryset=Station.objects.none(), empty_label="请选择"
    )
    on = forms.DateField(
        label="从哪一天起",
        widget=DayInput(),
        initial=timezone.localdate,
        help_text="原站的任职到前一天为止。",
    )

    def __init__(self, stations: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = model_choice_field(self, "station")
        field.queryset = stations
