"""Every field of every body that a program sends x odd values: no 5xx, and a refusal names the field."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from portal.api.urls import api
from tests.api.test_position_writes import BODY, FIELDS, URL
from tests.harness.must import Figure

pytestmark = [pytest.mark.django_db, pytest.mark.must("hold.5")]

ODD_VALUES: tuple[Any, ...] = (
    "²", "٣", 2**63, 10**400, -1, 1e9, 1.5, "1e9", "甲\x00乙", "\ud800", "甲\uffff\u202e", "长" * 34_000,
    "0001-01-01", "9999-12-31", [1, "x"], ["\ud800"], {}, None, True,
)  # fmt: skip
PATHS: dict[tuple[str, str], tuple[str, dict[str, Any]]] = {
    ("post", "/api/v1/positions"): ("", BODY),
    ("post", "/api/v1/positions/batch"): ("/batch", {"items": [BODY]}),
    ("put", "/api/v1/positions/external/{external_id}"): ("/external/HR-1", FIELDS),
    ("patch", "/api/v1/positions/external/{external_id}"): ("/external/HR-1", {}),
    ("post", "/api/v1/positions/external/{external_id}"): ("/external/HR-1", {"step": "pause"}),
}


def _fields(schema: dict[str, Any], reference: dict[str, Any]) -> list[str]:
    name = reference["$ref"].rsplit("/", 1)[-1]
    return list(schema["components"]["schemas"][name]["properties"])


def test_odd_values_in_every_field_of_every_body(integrator: SimpleNamespace, figure: Figure) -> None:
    schema = api.get_openapi_schema()
    integrator.client.raise_request_exception = False
    bodies = {
        (method, path): operation["requestBody"]["content"]["application/json"]["schema"]
        for path, operations in schema["paths"].items()
        for method, operation in operations.items()
        if "requestBody" in operation
    }
    assert set(bodies) == set(PATHS), "a body without a row in this test"
    wrong, request_count = [], 0
    for (method, path), reference in bodies.items():
        address, body = PATHS[(method, path)]
        is_batch = "items" in body
        names = [*FIELDS, "external_id"] if is_batch else _fields(schema, reference)
        for name in [*names, "\ud800"]:
            for value in ODD_VALUES:
                payload = {"items": [{**BODY, name: value}]} if is_batch else {**body, name: value}
                answer = getattr(integrator.client, method)(
                    f"{URL}{address}", json.dumps(payload), content_type="application/json"
                )
                request_count += 1
                where = f"{method} {path} {name!r} {str(value)[:20]!r}"
                if answer.status_code >= 500:
                    wrong.append(f"{where}: {answer.status_code} {answer.exc_info[1]!r:.100}")
                elif answer.status_code == 422 and name != "\ud800":
                    errors = answer.json()["errors"]
                    fields = {part for error in errors for part in error["field"].split(".")}
                    if name not in fields:
                        wrong.append(f"{where}: 422 names {sorted(fields)}")
    assert not wrong, "\n".join(wrong)
    least_count = len(bodies) * len(ODD_VALUES)
    figure(f"{len(bodies)} bodies, {request_count} requests", request_count, at_least=least_count)
