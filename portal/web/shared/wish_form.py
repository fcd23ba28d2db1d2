"""Form of what a veteran wishes for."""

from typing import Any

from django import forms

from portal.core.enums import RegionLevel
from portal.core.models import Region
from portal.stations.models import Station
from portal.veterans import actions
from portal.veterans.field_rules import WISH_RULES
from portal.veterans.models import Wish
from portal.web.shared.form_fields import DayInput, OccupationField
from portal.web.shared.record_forms import MAX_CHOICES
from portal.web.shared.ruled_forms import RuledForm
from portal.web.shared.seen_forms import SeenMixin


class WishForm(SeenMixin, RuledForm, forms.ModelForm):
    rules = WISH_RULES

    class Meta:
        model = Wish
        fields = [
            "text",
            "lowest_pay",
            "max_distance_km",
            "accepts_shift",
            "accepts_travel",
            "start_date",
            "wants_training",
            "wants_business",
        ]
        widgets = {"start_date": DayInput()}
        help_texts = {
            "lowest_pay": "低于这个数的岗位不推荐。不填就是不限。",
            "max_distance_km": "不填就是不限。",
            "text": "用自己的话写，例如：想开货车，最好不跑夜车。",
        }

    regions = forms.ModelMultipleChoiceField(
        label="期望地区",
        required=False,
        queryset=Region.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text="一个不选就是全市都可以。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roots = Station.objects.filter(depth=1).values("region")
        field = self.fields["regions"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = Region.objects.filter(level=RegionLevel.COUNTY, parent__in=roots)
        occupation_names: list[str] = []
        if self.instance.pk:
            occupation_names = [occupation.name for occupation in self.instance.occupations.all()]
            self.initial["regions"] = [region.pk for region in self.instance.regions.all()]
        for number in range(1, MAX_CHOICES + 1):
            self.fields[f"occupation_{number}"] = OccupationField(
                label=f"期望工种{'一二三'[number - 1]}",
                required=False,
                initial=occupation_names[number - 1] if number <= len(occupation_names) else "",
                help_text="输入几个字后从提示中选择，例如：电工。" if number == 1 else "",
            )
        self.order_fields([*(f"occupation_{n}" for n in range(1, MAX_CHOICES + 1)), "text", "regions"])
        self.carry_token(actions.wish_token(self.instance))

    def values(self) -> dict[str, Any]:
        """Return the values for `veterans.actions.set_wish`."""
        values = {name: self.cleaned_data[name] for name in self.Meta.fields}
        occupations = [self.cleaned_data.get(f"occupation_{n}") for n in range(1, MAX_CHOICES + 1)]
        return {
            **values,
            "regions": self.cleaned_data["regions"],
            "occupations": list({o.pk: o for o in occupations if o is not None}.values()),
        }
