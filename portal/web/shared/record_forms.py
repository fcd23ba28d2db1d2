"""Forms of a veteran's record, one per section."""

from typing import Any

from django import forms

from portal.accounts.consent_texts import WORDINGS
from portal.accounts.enums import ConsentPurpose
from portal.core.certificates import CertificateKind
from portal.core.enums import RegionLevel
from portal.core.folded_fields import IdNumberField, PersonNameField, PhoneField
from portal.core.models import Region, Specialty
from portal.core.seen_values import seal_fields
from portal.core.validators import validate_certificate_number, validate_no_unit_name
from portal.stations.models import Station
from portal.veterans import actions
from portal.veterans.enums import DIFFICULTIES, DISABILITY_GRADES
from portal.veterans.field_rules import (
    CERTIFICATE_RULES,
    JOB_RULES,
    OPENING_RULES,
    RECORD_RULES,
    SERVICE_RULES,
    WISH_RULES,
)
from portal.veterans.models import Veteran, Wish
from portal.web.shared.form_fields import (
    AnyPlaceField,
    DayInput,
    OccupationField,
    PlaceField,
    refuse_unit_names,
)
from portal.web.shared.ruled_forms import RuledForm, apply_rule, check_fields
from portal.web.shared.seen_forms import SEEN_FIELD, SeenMixin

_DATE = DayInput()
KEPT_HELP = "已登记，留空不改。"
MAX_CHOICES = 3  # specialties, and occupations sought
# Field of an earlier job -> field of the form.
_JOB_FIELDS = {
    "title": "job_title", "employer_name": "job_employer", "years": "job_years", "duties": "job_duties",
}  # fmt: skip


def _text_choices(words: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return choices whose value is their label: such fields are stored as encrypted text."""
    return [(word, word) for word in words]


class OpenRecordForm(RuledForm, forms.Form):
    """Opening of one's own record. The ID number is checked for duplicates and not stored."""

    rules = OPENING_RULES

    name = PersonNameField(
        label="姓名", max_length=40, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    id_number = IdNumberField(
        label="身份证号",
        help_text="只用来核对是否本人、避免重复建档，不保存原号码。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    living_region = PlaceField(label="现居住地", help_text="决定由哪个服务站为您服务。")
    consent = forms.BooleanField(
        label=WORDINGS[ConsentPurpose.MATCHING],
        required=False,
        help_text="可以不勾选，不影响建档、报名和查岗位；以后可在“我的授权”里同意或撤回。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        place = self.fields["living_region"]
        assert isinstance(place, PlaceField)
        place.load_choices()
        place.required = True  # it decides which station serves the person

    def station(self) -> Station:
        """Return the service station of the place of residence."""
        station = Station.objects.serving(self.cleaned_data["living_region"].code)
        assert station is not None  # the city station serves every place of the list
        return station


@refuse_unit_names("address")
class IdentityForm(SeenMixin, RuledForm, forms.ModelForm):
    rules = RECORD_RULES

    class Meta:
        model = Veteran
        fields = ["name", "address"]
        field_classes = {"name": PersonNameField}
        labels = {"address": "详细住址（选填，加密保存）"}

    phone = PhoneField(
        label="联系电话",
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )
    living_region = PlaceField(label="现居住地", help_text="决定由哪个服务站为您服务。")
    household_region = AnyPlaceField(
        label="户籍所在地",
        required=False,
        help_text="写到县（市、区），例如：广东省江门市新会区。不影响岗位推荐。",
    )
    field_order = ["name", "phone", "living_region", "address", "household_region"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        place = self.fields["living_region"]
        assert isinstance(place, PlaceField)
        place.load_choices()
        self.initial["phone"] = self.instance.phone
        # The list offers counties and towns: a village is shown as its town, and stays while the town does.
        self._stored_region = self.instance.living_region_id or ""
        self.initial["living_region"] = self._stored_region[:9]
        self.initial["household_region"] = Region.objects.full_name(self.instance.household_region_id or "")
        self.carry_token(seal_fields(self.instance, self.field_order))

    def values(self) -> dict[str, Any]:
        """Return the values for `veterans.actions.update_record`."""
        values = {name: value for name, value in self.cleaned_data.items() if name != SEEN_FIELD}
        region = values["living_region"]
        if region is not None and region.pk == self._stored_region[:9]:
            del values["living_region"]
        return values


@refuse_unit_names("address")
class MaskedIdentityForm(IdentityForm):
    """The form for staff: sensitive fields are shown empty and kept when left empty."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.kept_when_empty():
            self.fields[name].help_text = KEPT_HELP if getattr(self.instance, name) else "未登记。"
            self.initial[name] = ""

    def kept_when_empty(self) -> frozenset[str]:
        return frozenset({"phone", "address"})

    def values(self) -> dict[str, Any]:
        kept = self.kept_when_empty()
        return {name: value for name, value in super().values().items() if value or name not in kept}


class CareForm(SeenMixin, forms.Form):
    """Difficulty types and disability grade: never shown, only replaced or cleared."""

    difficulty = forms.MultipleChoiceField(
        label="困难类型",
        choices=_text_choices(DIFFICULTIES),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    disability = forms.ChoiceField(
        label="残疾等级", choices=[("", "不改"), *_text_choices(DISABILITY_GRADES)], required=False
    )
    clear = forms.MultipleChoiceField(
        label="清除原有登记",
        choices=[("difficulty", "困难类型"), ("disability", "残疾等级")],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, veteran: Veteran, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("difficulty", "disability"):
            self.fields[name].help_text = KEPT_HELP if getattr(veteran, name) else "未登记。"
        self.carry_token(seal_fields(veteran, ["difficulty", "disability"]))

    def values(self) -> dict[str, Any]:
        """Return the changed fields: a choice replaces the value, `clear` empties it."""
        values = self.cleaned_data
        choices = {"difficulty": "、".join(values["difficulty"]), "disability": values["disability"]}
        changes = {name: value for name, value in choices.items() if value}
        return dict.fromkeys(values["clear"], "") | changes


class CertificatesForm(SeenMixin, forms.Form):
    """Grade, number and expiry date of each certificate."""

    def __init__(self, veteran: Veteran, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = list(veteran.certificates.all())
        for row in self.rows:
            name = row.get_kind_display()
            self.fields[f"grade_{row.kind}"] = forms.CharField(
                label=f"{name}：等级",
                max_length=20,
                required=False,
                initial=row.grade,
                validators=[validate_no_unit_name],
            )
            self.fields[f"number_{row.kind}"] = forms.CharField(
                label=f"{name}：证书编号",
                max_length=40,
                required=False,
                validators=[validate_certificate_number],
                help_text=KEPT_HELP if row.number else "驾驶证编号就是身份证号，不要填。",
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )
            self.fields[f"until_{row.kind}"] = forms.DateField(
                label=f"{name}：有效期至",
                required=False,
                initial=row.valid_until,
                widget=_DATE,
            )
            for name in ("grade", "number", "until"):
                rule = CERTIFICATE_RULES["valid_until" if name == "until" else name]
                apply_rule(self.fields[f"{name}_{row.kind}"], rule, may_be_empty=True)
        self.carry_token(actions.certificate_details_token(veteran))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        for row in self.rows:
            names = {"grade": "grade", "number": "number", "until": "valid_until"}
            fields = {rule_name: f"{name}_{row.kind}" for name, rule_name in names.items()}
            check_fields(self, CERTIFICATE_RULES, fields)
        return values

    def details(self) -> dict[str, dict[str, Any]]:
        """Return the changed fields by kind of certificate; an empty number keeps the stored one."""
        values = self.cleaned_data
        return {
            row.kind: {
                "grade": values[f"grade_{row.kind}"],
                "valid_until": values[f"until_{row.kind}"],
                **({"number": values[f"number_{row.kind}"]} if values[f"number_{row.kind}"] else {}),
            }
            for row in self.rows
        }


class ServiceForm(SeenMixin, RuledForm, forms.ModelForm):
    rules = RECORD_RULES

    class Meta:
        model = Veteran
        fields = [
            "branch",
            "entered_on",
            "left_on",
            "rank_group",
            "settlement",
            "honours",
            "is_party_member",
        ]
        widgets = {"entered_on": _DATE, "left_on": _DATE}
        help_texts = {"honours": "例如：三等功一次。请不要填写部队番号、代号和驻地。"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "不填"), *Specialty.objects.values_list("code", "name")]
        services = list(self.instance.services.all())
        for number in range(1, MAX_CHOICES + 1):
            service = services[number - 1] if number <= len(services) else None
            self.fields[f"specialty_{number}"] = forms.ChoiceField(
                label=f"军事专业{'一二三'[number - 1]}",
                choices=choices,
                required=False,
                initial=service.specialty_id if service else "",
            )
            self.fields[f"years_{number}"] = forms.IntegerField(
                label="从事年数",
                required=False,
                min_value=1,
                max_value=45,
                initial=service.years if service else None,
            )
            apply_rule(self.fields[f"years_{number}"], SERVICE_RULES["years"], may_be_empty=True)
        self.order_fields(
            ["branch", *(f"{a}_{n}" for n in range(1, MAX_CHOICES + 1) for a in ("specialty", "years"))]
        )
        self.carry_token(
            f"{seal_fields(self.instance, self.Meta.fields)} {actions.services_token(self.instance)}"
        )

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        for number in range(1, MAX_CHOICES + 1):
            if values.get(f"years_{number}") is not None:
                check_fields(self, SERVICE_RULES, {"years": f"years_{number}"})
        return values

    def services(self) -> list[tuple[str, int]]:
        """Return (specialty code, years) pairs of the filled rows, each specialty once."""
        rows = {
            self.cleaned_data[f"specialty_{n}"]: self.cleaned_data.get(f"years_{n}") or 1
            for n in range(1, MAX_CHOICES + 1)
            if self.cleaned_data.get(f"specialty_{n}")
        }
        return list(rows.items())

    def model_values(self) -> dict[str, Any]:
        """Return the values of the model's own fields."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class SkillsForm(SeenMixin, RuledForm, forms.ModelForm):
    rules = RECORD_RULES

    class Meta:
        model = Veteran
        fields = ["education", "major", "employment_status", "skills"]
        widgets = {"skills": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "skills": "会做什么就写什么，例如：会修柴油机，会做大锅菜。",
            "employment_status": "在业、已退休或无就业意愿时，不再推荐岗位。",
        }

    certificates = forms.MultipleChoiceField(
        label="持有的证书（地方证照）",
        required=False,
        choices=CertificateKind.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="军队驾驶证换领地方驾驶证后再勾选；A2 已包含 B1、B2、C1。",
    )
    job_title = forms.CharField(
        validators=[validate_no_unit_name],
        label="退役后的工作：岗位",
        max_length=40,
        required=False,
        help_text="没有可以不填。",
    )
    job_employer = forms.CharField(
        validators=[validate_no_unit_name], label="单位", max_length=60, required=False
    )
    job_years = forms.IntegerField(label="做了几年", required=False, min_value=1, max_value=50)
    job_duties = forms.CharField(
        validators=[validate_no_unit_name],
        label="主要工作",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["certificates"] = [c.kind for c in self.instance.certificates.all()]
        for rule_name, name in _JOB_FIELDS.items():
            apply_rule(self.fields[name], JOB_RULES[rule_name], may_be_empty=True)
        self.carry_token(
            f"{seal_fields(self.instance, self.Meta.fields)} {actions.certificates_token(self.instance)}"
        )

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        filled = {rule: name for rule, name in _JOB_FIELDS.items() if values.get(name) not in {None, ""}}
        check_fields(self, JOB_RULES, filled)
        others = ("job_employer", "job_years", "job_duties")
        if not values.get("job_title") and any(values.get(name) for name in others):
            self.add_error("job_title", "请写岗位名称，或把下面几项清空。")
        return values

    def model_values(self) -> dict[str, Any]:
        """Return the values of the model's own fields."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


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
        widgets = {"start_date": _DATE}
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
