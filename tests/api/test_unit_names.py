"""An employer's system cannot store the name of a military unit in any text of a position."""

from types import SimpleNamespace

import pytest

from portal.positions.models import Position
from tests.api.test_position_writes import BODY, send
from tests.core.unit_name_disguises import CODES, HELD_OUT

pytestmark = pytest.mark.django_db


@pytest.mark.must("hold.7")
@pytest.mark.parametrize("name", ["title", "duties", "requirements", "address", "relaxable"])
@pytest.mark.parametrize("disguise", ["plain", "a script for each digit", "half pinyin"])
def test_position_with_a_unit_name_is_refused(integrator: SimpleNamespace, name: str, disguise: str) -> None:
    text = HELD_OUT[disguise](CODES[0]) if disguise in HELD_OUT else CODES[0]
    answer = send(integrator.client, "post", "", {**BODY, name: text})
    assert 400 <= answer.status_code < 500
    assert name in answer.content.decode()
    assert not Position.objects.exists()
