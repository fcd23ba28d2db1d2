"""The API does what its description says: Schemathesis calls every operation, as a program with a token and as
nobody, with what the description allows and with what it does not.

In process, over WSGI, with a fixed seed. Each answer is held against the description: its code, its content type,
its headers and its body; nothing may end in a server error, and what is wrong has to be refused.
"""

from collections.abc import Callable

import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from portal.api.urls import api
from portal.wsgi import application
from search import indexing
from tests.factories import make_booth, make_fair, make_position

pytestmark = pytest.mark.django_db
EXAMPLES = 15
OPERATIONS = [
    (method, path)
    for path, methods in api.get_openapi_schema(path_prefix="/api/v1/")["paths"].items()
    for method in methods
]


@pytest.fixture
def town(firm):
    """Something to list, and one post under the number that the description gives as an example."""
    make_booth(make_fair(), make_position(), make_position())
    make_position(employer=firm.employer, external_id="HR-2026-018")
    indexing.rebuild()
    return firm


@pytest.fixture
def operation(request) -> Callable:
    method, path = request.param
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    return schema[path][method]


@pytest.mark.parametrize("who", ["a program", "nobody"])
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("operation", OPERATIONS, indirect=True, ids=lambda pair: f"{pair[0]}-{pair[1]}")
def test_it_answers_as_described(operation, mode, who: str, town, caplog) -> None:
    caplog.set_level("CRITICAL", "django.request")
    headers = {"Authorization": f"Bearer {town.text}"} if who == "a program" else {}
    # That a region is served or an occupation exists is told in 422: a schema cannot say so.
    excluded = [] if operation.method == "get" else [positive_data_acceptance]

    @seed(5)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case) -> None:
        case.call_and_validate(headers=headers, excluded_checks=excluded)

    ask()
