"""Walk of every route with every parameter that its view, form or filter reads.

Parameters are found by the arguments of the route, the fields of forms in the pages, the description of the
API, and by watching which names the code asks a QueryDict for. `test_odd_values.py` sends odd values in them.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from django.db import transaction
from django.forms import BaseForm
from django.http import QueryDict
from django.test import Client
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from wagtail.models import Page

from portal.api.urls import api
from tests.factories import make_user
from tests.house.matrix import EVERYBODY, MATRIX, Row, World

OPERATOR = "operator"
# The first of these who gets in walks a route; the others follow in the order of the alphabet.
WALKERS = ("the person", "the employer", "head own", "manager own", "clerk own", "auditor own")
# Read by the framework before any view.
FRAMEWORK_PARAMETERS = {"csrfmiddlewaretoken"}
LONG = "x" * 100_000
# What nobody means to send; the key names the value in a report.
ODD_VALUES: dict[str, str | list[str]] = {
    "superscript two": "²",
    "2^63": str(2**63),
    "-1": "-1",
    "1e9": "1e9",
    "NUL": "甲\x00乙",
    "100 kB": LONG,
    "lone surrogate": "\ud800",
    "year 1": "0001-01-01",
    "year 9999": "9999-12-31",
    "several": ["1", "x"],
}
# Of a route's arguments, as they stand in a path.
ODD_ARGUMENTS = ("0", str(2**63), "9" * 5_000, "%C2%B2", "-1", "%00", "x" * 50_000, "0001-01-01")


@dataclass
class Watch:
    """Record of what the code did while it answered: the names that it read, the forms that it checked."""

    reads: set[tuple[int, str]] = field(default_factory=set)
    forms: list[BaseForm] = field(default_factory=list)


@contextmanager
def watching() -> Iterator[Watch]:
    """Watch every QueryDict and every form that is checked."""
    watch = Watch()
    full_clean = BaseForm.full_clean

    def get_item(self: QueryDict, key: str) -> Any:
        watch.reads.add((id(self), key))
        return MultiValueDict.__getitem__(self, key)

    def get_list(self: QueryDict, key: str, default: Any = None) -> Any:
        watch.reads.add((id(self), key))
        return MultiValueDict.getlist(self, key, default)

    def contains(self: QueryDict, key: object) -> bool:
        watch.reads.add((id(self), str(key)))
        return dict.__contains__(self, key)

    def clean(self: BaseForm) -> None:
        watch.forms.append(self)
        full_clean(self)

    with (
        patch.object(QueryDict, "__getitem__", get_item, create=True),
        patch.object(QueryDict, "getlist", get_list, create=True),
        patch.object(QueryDict, "__contains__", contains, create=True),
        patch.object(BaseForm, "full_clean", clean),
    ):
        yield watch


@dataclass(frozen=True)
class Target:
    """One request: who sends what where; `data` are the values that a person would send."""

    route: str
    reader: str
    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    data: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> tuple[Any, ...]:
        """Return what makes two targets the same: the route with the names of the values."""
        names = tuple(sorted({name for name, _ in (*self.query, *self.data)}))
        return self.route, self.reader == "anonymous", self.method, names

    def send(self, client: Client, *, in_query: dict[str, Any], in_body: dict[str, Any]) -> Any:
        """Send it with these values in the place of its own; database and cookies stay as they were."""
        cookies = deepcopy(client.cookies)
        query: dict[str, Any] = {**_as_lists(self.query), **in_query}
        address = f"{self.path}?{encode(query)}" if query else self.path
        with transaction.atomic():
            response: Any
            if self.method == "get":
                response = client.get(address)
            else:
                body = encode({**_as_lists(self.data), **in_body})
                response = client.post(address, body, content_type="application/x-www-form-urlencoded")
            text = text_of(response)
            transaction.set_rollback(True)
        client.cookies = cookies
        response.page_text = text
        return response


def encode(values: dict[str, Any]) -> str:
    return urlencode(values, doseq=True, errors="surrogatepass")


def _as_lists(pairs: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    lists: dict[str, Any] = {}
    for name, value in pairs:
        lists.setdefault(name, []).append(value)
    return lists


def text_of(response: Any) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return body.decode(errors="replace")


class _Forms(HTMLParser):
    """The forms of a page with what a browser would send, where a person fills in what is empty."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, str, list[tuple[str, str]]]] = []
        self._fields: list[tuple[str, str]] | None = None
        self._select: str | None = None
        self._options: list[tuple[str, bool]] = []
        self._textarea: str | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._fields = []
            self.forms.append((values.get("method", "get").lower(), values.get("action", ""), self._fields))
        elif self._fields is None:
            return
        elif tag == "select":
            self._select, self._options = values.get("name"), []
        elif tag == "option":
            self._options.append((values.get("value", ""), "selected" in values))
        elif tag == "textarea":
            self._textarea, self._text = values.get("name"), ""
        elif tag in {"input", "button"} and values.get("name"):
            self._add_input(values)

    def _add_input(self, values: dict[str, str]) -> None:
        assert self._fields is not None
        name, kind, value = values["name"], values.get("type", "text"), values.get("value", "")
        if kind in {"submit", "image", "file", "reset"} or name in FRAMEWORK_PARAMETERS:
            if kind == "submit" and values.get("value"):
                self._fields.append((name, value))
            return
        if kind == "radio":
            if "checked" in values:
                self._fields[:] = [pair for pair in self._fields if pair[0] != name]
            if "checked" in values or name not in dict(self._fields):
                self._fields.append((name, value))
        elif kind == "checkbox":
            self._fields.append((name, value or "on"))
        else:
            self._fields.append((name, value if kind == "hidden" else value or _plausible(kind, values)))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._fields = None
        elif self._fields is None:
            return
        elif tag == "select" and self._select:
            selected = [value for value, is_selected in self._options if is_selected and value]
            others = [value for value, _ in self._options if value]
            self._fields.append((self._select, (selected or others or [""])[0]))
            self._select = None
        elif tag == "textarea" and self._textarea:
            self._fields.append((self._textarea, self._text.strip() or "说明文字"))
            self._textarea = None

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self._text += data


def _plausible(kind: str, values: dict[str, str]) -> str:
    if kind == "date":
        return f"{timezone.localdate():%Y-%m-%d}"
    if kind == "number":
        return values.get("min", "1")
    if kind == "month":
        return f"{timezone.localdate():%Y-%m}"
    return {"tel": "13911114444", "datetime-local": f"{timezone.localtime():%Y-%m-%dT%H:%M}"}.get(
        kind, "说明"
    )


class Walker:
    """Knows who walks where, and finds the targets."""

    def __init__(self, world: World, client_for: Callable[[Any], Client]) -> None:
        readers = dict(world.readers)
        readers[OPERATOR] = make_user("市级管理员", is_superuser=True)
        self.world = world
        self.clients = {
            name: client_for(user) if user.is_authenticated else Client() for name, user in readers.items()
        }
        for client in self.clients.values():
            client.raise_request_exception = False
        self.targets: dict[tuple[Any, ...], Target] = {}
        self.statuses: dict[tuple[Any, ...], int] = {}  # of the answer to what a person would send

    def readers_of(self, row: Row) -> list[str]:
        """Return the reader who walks a route; a route open to everybody has two."""
        if not row.opens:
            return [OPERATOR, "the person"]
        first = next((name for name in WALKERS if name in row.opens), min(row.opens))
        return [first, "anonymous"] if row.opens >= EVERYBODY else [first]

    def first_targets(self, address: Callable[..., str], looked_up: Callable[..., dict[str, str]]) -> None:
        """One target for each route and reader, and for each published page."""
        for route, row in MATRIX.items():
            path = address(route, looked_up(row.sample, self.world))
            data = tuple(looked_up(row.data, self.world).items())
            for reader in self.readers_of(row):
                for query in ("", *row.queries):
                    pairs = tuple(parse_qsl(query))
                    self._add(Target(route, reader, row.method, path, pairs, data))
                if row.method == "get" and not route.startswith("api/"):
                    self._add(Target(route, reader, "post", path, (), data))
        for page in Page.objects.live().specific():
            url = page.get_url()
            if url:
                for reader in ("anonymous", "the person"):
                    self._add(Target(f"page {page.specific_class.__name__}", reader, "get", url))

    def _add(self, target: Target) -> bool:
        if target.key in self.targets:
            return False
        self.targets[target.key] = target
        return True

    def discover(self, route_of: Callable[[str], str | None]) -> dict[tuple[Any, ...], set[tuple[str, str]]]:
        """Send each target as a person would, follow the forms of its page, and note the names read.

        Returns:
            the key of each target -> (place, name) of its parameters; the place is 'query' or 'body'.
        """
        names: dict[tuple[Any, ...], set[tuple[str, str]]] = {}
        queue = list(self.targets.values())
        while queue:
            target = queue.pop()
            with watching() as watch:
                response = target.send(self.clients[target.reader], in_query={}, in_body={})
            self.statuses[target.key] = response.status_code
            names[target.key] = parameters(target, response, watch) | api_parameters(target)
            if response.status_code == 200 and response.get("Content-Type", "").startswith("text/html"):
                for form_target in self._forms_in(target, response.page_text, route_of):
                    if self._add(form_target):
                        queue.append(form_target)
        return names

    def distance_from_use(self, target: Target) -> tuple[bool, int, str]:
        """Return a sort key: let in before kept out, many fields before few."""
        return self.statuses[target.key] >= 400, -len(target.query) - len(target.data), target.reader

    def _forms_in(self, target: Target, text: str, route_of: Callable[[str], str | None]) -> Iterator[Target]:
        parser = _Forms()
        parser.feed(text)
        for method, action, pairs in parser.forms:
            parts = urlsplit(urljoin(target.path, action or target.path))
            route = route_of(parts.path)
            if route is None or method not in {"get", "post"}:
                continue
            values = tuple(pairs)
            if method == "get":
                yield Target(route, target.reader, "get", parts.path, values)
            else:
                yield Target(route, target.reader, "post", parts.path, tuple(parse_qsl(parts.query)), values)


@cache
def _api_paths() -> dict[str, Any]:
    return api.get_openapi_schema()["paths"]


def api_parameters(target: Target) -> set[tuple[str, str]]:
    """Return the parameters that the description of the API gives to this route."""
    path = "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", target.route)
    operation = _api_paths().get(path, {}).get(target.method, {})
    return {("query", row["name"]) for row in operation.get("parameters", ()) if row["in"] == "query"}


def parameters(target: Target, response: Any, watch: Watch) -> set[tuple[str, str]]:
    """Return (place, name) of what the code read, and of what the form sends."""
    request = response.wsgi_request
    query_id = id(request.GET)
    pairs = {("query", name) for name, _ in target.query} | {("body", name) for name, _ in target.data}
    for owner, name in watch.reads:
        in_query = owner == query_id or target.method == "get"
        pairs.add(("query" if in_query else "body", name))
    return {(place, name) for place, name in pairs if name not in FRAMEWORK_PARAMETERS}
