"""Form fields and helpers that several audiences use."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from portal.core.models import Occupation, Region
from portal.imports.cell_parsing import load_region_index
from portal.positions import occupation_lookup
from portal.stations.enums import StationLevel

MAX_SUGGESTIONS = 6


def add_errors(form: forms.Form, error: ValidationError) -> None:
    """Put what an action refused beside the fields it names; the rest stands above the form."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)


class DayInput(forms.DateInput):
    """A day as a browser picks it: that format whatever the page's language."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class PlaceField(forms.ModelChoiceField):
    """County or town of the served area, each town behind its county's name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Region.objects.none(), empty_label="请选择", **kwargs)

    def fill(self) -> None:
        levels = [StationLevel.COUNTY, StationLevel.TOWN]
        # People go on living where a station was merged or closed.
        places = Region.objects.filter(stations__level__in=levels).distinct()
        self.queryset = places.select_related("parent")

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.parent.name} {obj.name}" if len(obj.code) > 6 else f"{obj.name}（全区）"


class AnyPlaceField(forms.CharField):
    """A place anywhere in the country, as people write it: '新会区', '湖南省长沙市', '广东江门新会'."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=60, **kwargs)

    def clean(self, value: Any) -> Region | None:
        typed = super().clean(value)
        if not typed:
            return None
        code, several = load_region_index().find(typed)
        if several:
            raise ValidationError("有几个地方叫这个名称，请把省、市一起写上，例如：广东省江门市新会区。")
        if code is None:
            raise ValidationError("认不出这个地方，请写到县（市、区），例如：广东省江门市新会区。")
        return Region.objects.get(pk=code)


class OccupationField(forms.CharField):
    """An occupation of the national classification by its official or everyday name, offered as one types."""

    choose_below = False  # set by a form that offers the nearest ones itself

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=60, **kwargs)
        self.widget.attrs["list"] = "occupations"
        self.widget.attrs["autocomplete"] = "off"

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str) and value.count("-") == 3:
            found = Occupation.objects.filter(pk=value).first()
            return found.name if found else value
        return value

    def clean(self, value: Any) -> Occupation | None:
        typed = super().clean(value)
        if not typed:
            return None
        found = occupation_lookup.find_occupation(typed)
        if found is not None:
            return found
        if self.choose_below:
            raise ValidationError("职业分类里没有这个名称，请在下面选最接近的一项，或换个说法。")
        names = [row.name for row in occupation_lookup.suggest_occupations(typed, MAX_SUGGESTIONS)]
        if not names:
            raise ValidationError(
                "职业分类里没有这个名称，请换个说法，例如：电工、保安员、道路货运汽车驾驶员。"
            )
        raise ValidationError(f"请从职业分类中选择一个完整名称，例如：{'、'.join(names)}。")
