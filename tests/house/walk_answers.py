"""Judgement of an answer to an odd value: no 5xx, and a refusal names the parameter where it came in."""

import json
import re
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from django.forms import BaseForm

from tests.house.walk import Watch


@dataclass
class Tally:
    """Counts of the requests of a walk and of their answers."""

    routes: set[str] = field(default_factory=set)
    parameters: set[tuple[str, ...]] = field(default_factory=set)
    values: set[str] = field(default_factory=set)
    request_count: int = 0
    server_error_count: int = 0
    refusal_count: int = 0  # 4xx where the value of a person gets none
    named_count: int = 0  # ... that name the parameter
    form_count: int = 0  # the form again, with a message
    faults: Counter[str] = field(default_factory=Counter)

    def add(self, request: str, value_name: str, response: Any, watch: Watch, name: str, *, was: int) -> None:
        """Count an answer.

        Args:
            request: what was sent, for the report of a fault.
            name: the parameter with the odd value; empty for an argument of the path.
            was: status of the answer without the odd value.
        """
        self.values.add(value_name)
        self.request_count += 1
        status = response.status_code
        self.server_error_count += status >= 500
        if name and 400 <= status < 500 and status != was:
            self.refusal_count += 1
            self.named_count += names_parameter(response, watch, name)
        self.form_count += status == 200 and any(_errors(watch))
        for fault in faults_in(response, watch, name, was=was):
            self.faults[f"{request}: {fault} [{value_name}]"] += 1

    def report(self) -> str:
        """Return the figures in words."""
        return (
            f"{len(self.routes)} routes, {len(self.parameters)} parameters, {len(self.values)} values,"
            f" {self.request_count} requests: {self.server_error_count} answers 5xx,"
            f" {self.named_count} of {self.refusal_count} refusals (4xx) name their field,"
            f" {self.form_count} forms again with a message"
        )


def faults_in(response: Any, watch: Watch, name: str, *, was: int) -> Iterator[str]:
    """Yield what is wrong with the answer to an odd value; arguments as those of `Tally.add`."""
    status = response.status_code
    if status >= 500:
        yield f"{status} {_cause(response)}"
    elif name and 400 <= status < 500 and status != was and not names_parameter(response, watch, name):
        yield f"{status} names no field"
    elif name and status in {400, 422} and not names_parameter(response, watch, name, *_names_read(watch)):
        yield f"{status} names no field at all"
    errors = set(_errors(watch))
    if status == 200:  # the form again; of a refusal the name of the parameter is enough
        text = _without_space(response.page_text)
        for field_name, message in sorted(errors):
            if message and _without_space(message) not in text:
                yield f"{field_name}: the page does not say {message[:60]!r}"
    elif status in {301, 302} and errors and not _has_message(response):
        yield f"redirected without a word on {', '.join(sorted({field_name for field_name, _ in errors}))}"


def names_parameter(response: Any, watch: Watch, *names: str) -> bool:
    """Return whether the answer says which of the parameters it refuses.

    By its name in quotation marks, as the field of an error in JSON, or with a message of the form beside it.
    """
    if response.get("Content-Type", "").startswith("application/json"):
        return not set(names).isdisjoint(_names_in_json(json.loads(response.page_text)))
    text = _without_space(response.page_text)
    return any(f"“{_without_space(name)}”" in text for name in names) or any(
        form.add_prefix(field_name) in names and _without_space(message) in text
        for form in _bound_forms(watch)
        for field_name, messages in form.errors.items()
        for message in messages
    )


def _names_in_json(content: Any) -> Iterator[str]:
    if isinstance(content, dict):
        for key, value in content.items():
            if key == "field" and isinstance(value, str):
                yield from value.split(".")
            yield from _names_in_json(value)
    elif isinstance(content, list):
        for value in content:
            yield from _names_in_json(value)
    elif isinstance(content, str):
        yield from re.findall("“(.+?)”", content)


def _names_read(watch: Watch) -> Iterable[str]:
    return {name for _, name in watch.reads}


def _bound_forms(watch: Watch) -> Iterator[BaseForm]:
    return (form for form in watch.forms if form.is_bound)


def _errors(watch: Watch) -> Iterator[tuple[str, str]]:
    """Yield (form and field, message) of each form that refused."""
    for form in _bound_forms(watch):
        for name, messages in form.errors.items():
            for message in messages:
                yield f"{type(form).__name__}.{name}", str(message)


def _without_space(text: object) -> str:
    return re.sub(r"\s+", "", unescape(str(text)))


def _has_message(response: Any) -> bool:
    storage = getattr(response.wsgi_request, "_messages", None)
    return storage is not None and bool(storage._queued_messages or storage.used or storage.added_new)


def _cause(response: Any) -> str:
    exc_info = getattr(response, "exc_info", None)
    if not exc_info:
        return ""
    frames = [frame for frame in traceback.extract_tb(exc_info[2]) if ".venv" not in frame.filename]
    place = f"{'/'.join(frames[-1].filename.split('/')[-3:])}:{frames[-1].lineno}" if frames else ""
    return f"{exc_info[0].__name__}: {str(exc_info[1])[:120]} at {place}"
