"""Numbers that no database stores match no row, by whichever lookup and form field they come."""

from collections.abc import Callable
from typing import Any

import pytest
from django import forms
from django.db.models import Q, QuerySet

from cms.models import JobFairPage
from portal.core.text_folding import MAX_BIGINT
from portal.fairs.models import Booth
from portal.stations.models import Station
from tests.factories import make_booth, make_fair, make_stations

pytestmark = [pytest.mark.django_db, pytest.mark.must("hold.5")]
TOO_LARGE = [MAX_BIGINT + 1, -MAX_BIGINT - 2, str(MAX_BIGINT + 1), "9" * 4_000]
STORABLE = [MAX_BIGINT, -MAX_BIGINT - 1]
# Key of the model, key of a parent model, relation, key through a relation; one or several.
CONDITIONS: dict[str, Callable[[Any], tuple[Any, Q]]] = {
    "pk": lambda key: (Booth, Q(pk=key)),
    "pk__in": lambda key: (Booth, Q(pk__in=[key])),
    "pk of a page": lambda key: (JobFairPage, Q(pk=key)),
    "pk__in of pages": lambda key: (JobFairPage, Q(pk__in=[key])),
    "relation": lambda key: (Booth, Q(fair=key)),
    "relation_id": lambda key: (Booth, Q(fair_id=key)),
    "relation__in": lambda key: (Booth, Q(fair__in=[key])),
    "relation__pk": lambda key: (Booth, Q(fair__pk=key)),
    "relation__pk__in": lambda key: (Booth, Q(employer__pk__in=[key])),
}


@pytest.mark.parametrize("key", [*TOO_LARGE, *STORABLE])
@pytest.mark.parametrize("name", CONDITIONS)
def test_number_past_the_database_matches_no_row(name: str, key: Any) -> None:
    make_booth(make_fair())
    model, condition = CONDITIONS[name](key)
    assert list(model.objects.filter(condition)) == []
    assert model.objects.exclude(condition).count() == model.objects.count() > 0


def test_lists_keep_the_numbers_that_are_stored() -> None:
    booth = make_booth(make_fair())
    keys = [booth.pk, MAX_BIGINT + 1]
    assert list(Booth.objects.filter(pk__in=keys)) == [booth]
    assert list(Booth.objects.filter(fair__in=[booth.fair_id, MAX_BIGINT + 1])) == [booth]
    assert list(Booth.objects.filter(fair__in=JobFairPage.objects.filter(pk=booth.fair_id))) == [booth]


@pytest.mark.parametrize("key", [*TOO_LARGE, *STORABLE, "-1", "²", "1e9", "9" * 5_000, "长" * 100, "\x00"])
@pytest.mark.parametrize("model", [Station, JobFairPage])
@pytest.mark.parametrize("field_class", [forms.ModelChoiceField, forms.ModelMultipleChoiceField])
def test_every_choice_of_rows_refuses_a_key_that_is_none(
    field_class: Callable[..., forms.Field], model: Any, key: Any
) -> None:
    make_stations()
    rows: QuerySet[Any] = model.objects.all()
    form = type("ChoiceForm", (forms.Form,), {"row": field_class(rows)})({"row": [key]})
    assert not form.is_valid()
    assert form.errors.as_data()["row"][0].code in {"invalid_choice", "invalid_pk_value"}
    assert str(form.errors["row"][0]).strip()
