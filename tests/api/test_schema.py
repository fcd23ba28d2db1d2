"""The API does what its description says: Schemathesis calls every operation, as one who may and as nobody,
with what the description allows and with what it does not.

In process, over WSGI, with a fixed seed. Each answer is held against the description: its code, its content
type, its headers and its body; nothing may end in a server error, and what is wrong has to be refused.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given, seed, settings
from schemathesis import APIOperation, GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance
from schemathesis.specs.openapi.schemas import OpenApiSchema

from portal.api.urls import api
from portal.placements import actions as placements
from search import indexing
from tests.factories import make_booth, make_fair, make_position

pytestmark = pytest.mark.django_db
EXAMPLES = 15
OPERATIONS = {
    (method, path): operation
    for path, methods in api.get_openapi_schema(path_prefix="/api/v1/")["paths"].items()
    for method, operation in methods.items()
}
OF_PEOPLE = ("/api/v1/veterans", "/api/v1/placements", "/api/v1/follow-ups")


@pytest.fixture
def town(integrator: SimpleNamespace) -> Any:
    """Create objects to list, and a position with the external id of the description's example."""
    make_booth(make_fair(), make_position(), make_position())
    make_position(employer=integrator.employer, external_id="HR-2026-018")
    indexing.rebuild()
    return integrator


@pytest.fixture(autouse=True)
def one_connection(db: None) -> Iterator[None]:
    """A server closes its connection around a request; the test's own transaction lives on it here."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@cache
def load_schema() -> OpenApiSchema:
    # Credentials come from the fixture `may`; generated ones would replace them.
    config = schemathesis.Config.from_dict({"generation": {"with-security-parameters": False}})
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", WSGIHandler(), config=config)


@pytest.fixture
def operation(request: pytest.FixtureRequest, one_connection: None) -> APIOperation:
    method, path = request.param
    return load_schema()[path][method]


@pytest.fixture
def may(town: Any, towns: SimpleNamespace, client_for: Any) -> Callable[[str], dict[str, dict[str, str]]]:
    """Return the credentials for a path: a head's session for people, otherwise a token."""
    head = client_for(towns.head)
    placements.declare(veteran=towns.ours, position=make_position(), by=towns.clerk)
    session = {"sessionid": head.cookies["sessionid"].value}

    def bring(path: str) -> dict[str, dict[str, str]]:
        if path.startswith(OF_PEOPLE):
            return {"cookies": session}
        return {"headers": {"Authorization": f"Bearer {town.text}"}}

    return bring


def _modes(method: str, path: str) -> list[GenerationMode]:
    # Without a parameter nothing can be wrong.
    takes = {"parameters", "requestBody"} & {key for key, value in OPERATIONS[method, path].items() if value}
    return list(GenerationMode) if takes else [GenerationMode.POSITIVE]


@pytest.mark.parametrize("who", ["who may", "nobody"])
@pytest.mark.parametrize(
    ("operation", "mode"),
    [((method, path), mode) for method, path in OPERATIONS for mode in _modes(method, path)],
    indirect=["operation"],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else value.value,
)
def test_responses_match_the_description(
    operation: APIOperation,
    mode: Any,
    who: str,
    may: Callable[[str], dict[str, dict[str, str]]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("CRITICAL", "django.request")
    headers = may(operation.path) if who == "who may" else {}
    # A schema cannot say that a region must be served, an occupation exist or staff name a purpose.
    told_in_422 = operation.method != "get" or operation.path == "/api/v1/veterans"
    excluded: list[Any] = [positive_data_acceptance] if told_in_422 else []
    if "cookies" in headers:
        excluded.append(ignored_auth)  # it takes a session's cookie for one it invented
    codes: Counter[int] = Counter()

    @seed(5)
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        codes[case.call_and_validate(**headers, excluded_checks=excluded).status_code] += 1

    ask()
    if who == "who may":
        assert codes.keys() - {401, 403}, f"never let in: {dict(codes)}"
