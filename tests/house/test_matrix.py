"""Every route, asked by every kind of reader: who gets in is written in matrix.py, and nowhere else.

A route without a row fails. Whoever is not let in is refused or led to the sign-in, a refusal to somebody
signed in stands in the event log, and no answer names the person to a reader who may not know them: by list,
detail, search, export or API. The answer has the cache header of its row, and whoever reads the name writes
the entry of its row into the person's access log.
"""

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from portal.accounts.enums import AccessKind
from portal.accounts.models import AccessLog
from portal.core.models import AuditEvent
from tests.harness.must import Figure
from tests.house.addresses import address, looked_up, routes
from tests.house.matrix import (
    DECOYS,
    EDITORS,
    EVERYBODY,
    FILES,
    FILES_HERE,
    MATRIX,
    PERSON,
    PHONE,
    Row,
    World,
)

CMS = "cms/"
# Where somebody begins who is not let in.
LED_AWAY = ("/sign-in/", "/me/file/open/", "/company/register/")
# Wagtail's own floor stands below one rule: today's editors and the city's operators. One reader of each
# kind asks.
ASKING_THE_CMS = ("clerk own", "head above", "auditor own", "the person", "the employer", "anonymous")
CMS_SIGN_IN = {"cms/login/", "cms/logout/", "cms/jsi18n/", "cms/sprite/"}


OURS = sorted(route for route in routes() if not route.startswith(CMS))


def is_in(response: Any) -> bool:
    """Let in; not refused, nor led to sign in or to begin somewhere else."""
    if response.status_code in {401, 403, 404}:
        return False
    if response.status_code in {301, 302}:
        return not response.headers["Location"].startswith(
            ("/sign-in/", "/me/file/open/", "/company/register/")
        )
    assert response.status_code in {200, 204}, response.status_code
    return True


def text(response: Any) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return body.decode(errors="replace")


@pytest.fixture
def world(db: None, caplog: pytest.LogCaptureFixture) -> World:
    caplog.set_level("ERROR", "django.request")  # thousands of refusals are what is asked for
    return World()


@pytest.fixture
def clients(world: World, client_for: Any) -> dict[str, Client]:
    return {
        name: client_for(user) if user.is_authenticated else Client() for name, user in world.readers.items()
    }


@pytest.mark.must("files.2")
def test_every_route_has_a_row_and_every_row_a_route() -> None:
    assert set(OURS) - set(MATRIX) == set(), "who may open it? say so in tests/house/matrix.py"
    assert set(MATRIX) - set(OURS) == set(), "rows of routes that are gone"


def test_the_rows_name_readers_that_exist(world: World) -> None:
    assert set(world.readers) == EVERYBODY


def _wrong(route: str, row: Row, who: str, client: Client, world: World) -> Iterator[str]:
    """Yield the faults in the answers of one route to one reader."""
    path = address(route, looked_up(row.sample, world))
    cookies = deepcopy(client.cookies)
    for query in (row.query, *row.queries):
        target = f"{path}?{query}" if query else path
        with transaction.atomic():
            response = getattr(client, row.method)(target, looked_up(row.data, world) or None)
            page_text = text(response)
            inside = is_in(response)
            if query == row.query:
                if inside is not (who in row.opens):
                    yield f"{who}: {'let in' if inside else 'kept out'} ({response.status_code})"
                yield from _uncached(row, who, response)
                yield from _unnoted(row, who, world)
            if who not in row.knows and page_text.count(PERSON) > _echoes(client, target, PERSON):
                yield f"{who} reads the person's name ({target})"
            if page_text.count(PERSON) > _echoes(client, target, PERSON) and not (
                row.in_file or _notes(who, world)
            ):
                yield f"{who} reads the person's name, and the person cannot read that ({target})"
            if who not in row.dials | {"the person"} and page_text.count(PHONE) > _echoes(
                client, target, PHONE
            ):
                yield f"{who} reads the person's phone ({target})"
            if not inside and response.status_code in {403, 404} and who != "anonymous" and row.sample:
                yield from _unlogged(route, row, who, world)
            transaction.set_rollback(True)
        client.cookies = deepcopy(cookies)  # of the session as it was
    if row.method == "get" and who not in row.opens:
        with transaction.atomic():
            response = client.post(path)
            if response.status_code != 405 and is_in(response):
                yield f"{who}: let in by POST ({response.status_code})"
            transaction.set_rollback(True)


def _uncached(row: Row, who: str, response: Any) -> Iterator[str]:
    header_of_row = row.cache if who == "anonymous" or row.impersonal else "private, no-store"
    header = response.headers.get("Cache-Control", "")
    if header != header_of_row:
        yield f"{who}: Cache-Control is {header!r}, not {header_of_row!r}"


def _notes(who: str, world: World) -> bool:
    """Return whether the person can read that this reader looked; one at the own record is not logged."""
    if who in {"the person", "anonymous"}:
        return who == "the person"
    entries = AccessLog.objects.filter(file_id=world.veteran.pk, actor=world.readers[who])
    return entries.exclude(kind=AccessKind.REFUSED).exists()


def _unnoted(row: Row, who: str, world: World) -> Iterator[str]:
    if who not in {"the person", "anonymous"} and _notes(who, world) is not (who in row.notes):
        yield f"{who}: {'not ' if who in row.notes else ''}noted in the person's access log"


def _echoes(client: Client, address: str, secret: str) -> int:
    """Count how often a page repeats its search text, by searching for something that nobody has."""
    decoy = DECOYS[secret]
    return text(client.get(address.replace(secret, decoy))).count(decoy) if secret in address else 0


def _unlogged(route: str, row: Row, who: str, world: World) -> Iterator[str]:
    """A refusal that left no trace: for the auditor, and for staff's tries at a file where its owner reads
    it.
    """
    if not route.startswith(("me/", "company/", "desk/", "door/", "api/")):
        return
    if not AuditEvent.objects.filter(verb="web.refused", actor_id=world.readers[who].pk).exists():
        yield f"{who}: refused, but not logged"
    tries = AccessLog.objects.filter(kind=AccessKind.REFUSED, file_id=world.veteran.pk)
    if "veteran.pk" in row.sample.values() and who in FILES - FILES_HERE and not tries.exists():
        yield f"{who}: refused, but the person cannot read it"


@pytest.mark.must("files.2", "hold.5")
def test_every_route_opens_to_those_of_its_row_and_to_nobody_else(
    world: World, clients: dict[str, Client], figure: Figure
) -> None:
    wrong, request_count = [], 0
    for route in OURS:
        row = MATRIX.get(route)
        if row is None:
            continue
        for who, client in clients.items():
            request_count += 1
            wrong += [f"{route}: {what}" for what in _wrong(route, row, who, client, world)]
    assert not wrong, "\n".join(wrong)
    figure(
        f"{len(OURS)} routes x {len(clients)} readers, {request_count} pairs: let in, noted in the access log"
        " and with the cache header of the matrix",
        request_count,
        at_least=200 * len(clients),
    )


@pytest.mark.must("files.2")
def test_the_editors_floor_opens_to_editors_alone(
    world: World, clients: dict[str, Client], figure: Any
) -> None:
    floor = [route for route in routes() if route.startswith(CMS)]
    wrong = []
    for route in floor:
        if (
            route == "cms/failwhale/"
        ):  # Wagtail's own rehearsal of an error: fails for everybody, shows nothing
            continue
        values: dict[str, Any] = {str(n): "1" for n in range(route.count("<") + route.count("("))}
        path = address(re.sub(r"\(\?P<revision_id_[ab]>[^)]*\)|\(\?P<pk>\\d\+\)", "<int:x>", route), values)
        path = path.replace(".*", "x").replace("\\.", ".")
        for who in ASKING_THE_CMS:
            response = clients[who].get(path)
            if path.lstrip("/") not in CMS_SIGN_IN and response.status_code not in {301, 302, 403, 404, 405}:
                wrong.append(f"{route}: {who} {response.status_code}")
    assert not wrong, "\n".join(wrong)
    assert clients[min(EDITORS)].get(f"/{CMS}").status_code == 200
    figure(f"{len(floor)} routes below /{CMS}")


@pytest.mark.parametrize(
    ("route", "values", "path"),
    [
        ("desk/veterans/<int:pk>/", {"pk": "7"}, "/desk/veterans/7/"),
        (r"documents/^(\d+)/(.*)$", {"0": "1", "1": "x.pdf"}, "/documents/1/x.pdf"),
        (r"^((?:[\w\-]+/)*)$", {"0": ""}, "/"),
    ],
)
def test_an_address_is_made_of_a_route(route: str, values: dict[str, str], path: str) -> None:
    assert address(route, values) == path
