"""Forms of the editors: no unit names in any text; the regions and organisers of their network."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.blocks import StreamValue
from wagtail.blocks.base import BlockField

from portal.accounts.models import User
from portal.core.enums import RegionLevel
from portal.core.models import Region
from portal.core.secrecy import SECRECY_WORDS, takes_secrets
from portal.core.validators import validate_no_unit_name
from portal.stations.enums import StationLevel
from portal.stations.models import Station, path_range

# Ids and choices of blocks, which nobody types.
_BLOCK_KEYS = frozenset({"id", "type", "tone", "image", "file", "document"})
_TAG = re.compile(r"<[^>]*>")


def texts_of(value: Any) -> Iterator[str]:
    """Yield the texts in the value of a page's field, also those of the blocks of a body, without HTML."""
    if isinstance(value, str):
        yield unescape(_TAG.sub("", value))
    elif isinstance(value, StreamValue):
        yield from texts_of(list(value.get_prep_value()))
    elif isinstance(value, dict):
        for key, part in value.items():
            if key not in _BLOCK_KEYS:
                yield from texts_of(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts_of(part)


class NoUnitNamesMixin(forms.Form):
    """Form of the editors that refuses the names of military units in every text, and says so beside it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if takes_secrets(field) or isinstance(field, BlockField):
                field.help_text = f"{field.help_text} {SECRECY_WORDS}".strip()

    def clean(self) -> dict[str, Any] | None:
        values: dict[str, Any] | None = super().clean()
        for name, value in list((values or {}).items()):
            for text in texts_of(value):
                try:
                    validate_no_unit_name(text)
                except ValidationError as error:
                    self.add_error(name, error)
                    break
        return values


class TextForm(NoUnitNamesMixin, WagtailAdminPageForm):
    """Form of a page; the comments of the editors are texts too."""

    def clean(self) -> dict[str, Any] | None:
        values = super().clean()
        for key, value in self.data.items():
            if key.startswith("comments-") and key.endswith("-text"):
                try:
                    validate_no_unit_name(str(value))
                except ValidationError as error:
                    self.add_error(None, error)
        return values


def _choice_of(form: forms.BaseForm, name: str) -> forms.ModelChoiceField:
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    return field


class PlaceForm(TextForm):
    """Form that offers the province, city and counties of the network as regions, not all 3,351."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = Q(pk=self.instance.region_id)
        for code in Station.objects.filter(depth=1).values_list("region_id", flat=True):
            inside = path_range("code", code) & Q(level__in=[RegionLevel.CITY, RegionLevel.COUNTY])
            choices |= inside | Q(code=code[:2])
        _choice_of(self, "region").queryset = Region.objects.filter(choices)


class FairForm(PlaceForm):
    """Form of a fair; offers the centres where the editor has an appointment as organisers."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        centres = Q(level__in=[StationLevel.CITY, StationLevel.COUNTY]) | Q(pk=self.instance.organiser_id)
        rows = Station.objects.filter(centres)
        if isinstance(self.for_user, User) and not self.for_user.is_superuser:
            rows = rows.in_subtrees(
                [appointment.station.path for appointment in self.for_user.current_appointments]
            )
        _choice_of(self, "organiser").queryset = rows
