"""Employer and member of the position import tests."""

from typing import Any

import pytest

from tests.factories import (
    make_employer,
    make_occupation,
    make_user,
)


@pytest.fixture
def member() -> Any:
    make_occupation()
    make_occupation("6-30-05-01", "起重装卸机械操作工")
    return make_user("吴晓彤")


@pytest.fixture
def employer(member: Any) -> Any:
    return make_employer(name="江门市远航物流有限公司", member=member)
