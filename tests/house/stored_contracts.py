"""Listing of all that is stored or published under a name: `python -m tests.house.stored_contracts`.

Reads the running code (URL resolver, registries of Django and of the project, choices, parsers of commands)
and, through `stored_source`, the source text. Nothing is looked up by a module's or a class's name of the
project, so the same script lists an older and a newer commit.

    python -m tests.house.stored_contracts            print the listing
    python -m tests.house.stored_contracts --check    print what is missing from it
"""

import argparse
import enum
import gc
import importlib
import json
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import is_dataclass
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeVar

from tests.house.stored_source import (
    SKIPPED,
    list_audit_verbs,
    list_packages,
    list_source_names,
    read_sources,
)

ROOT = Path(__file__).parents[2]
LISTING = Path(__file__).with_suffix(".json")
PACKAGES = frozenset(list_packages(ROOT))
SCRIPTS = ("matching",)  # nothing of it is stored under a name, and importing it is slow


def _is_ours(module: str) -> bool:
    return module.partition(".")[0] in PACKAGES


def import_everything() -> None:
    """Import every module of the project, so that each class and registry is there to be seen."""
    for package in sorted(PACKAGES):
        if package in SCRIPTS:
            continue
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            if not set(parts) & {*SKIPPED, "settings", "__main__"}:
                importlib.import_module(".".join(parts[:-1] if parts[-1] == "__init__" else parts))


# --- URLs and API ----------------------------------------------------------------------------------------
def list_urls() -> list[str]:
    """Patterns of the project's own views; of a parameter only its converter counts."""
    from django.urls import URLPattern, get_resolver

    def walk(patterns: list[Any], prefix: str) -> Iterator[str]:
        for pattern in patterns:
            route = prefix + re.sub(r"<(\w+):\w+>", r"<\1>", str(pattern.pattern))
            if not isinstance(pattern, URLPattern):
                yield from walk(pattern.url_patterns, route)
            elif _is_ours(getattr(pattern.callback, "view_class", pattern.callback).__module__):
                yield route

    return sorted(set(walk(get_resolver().url_patterns, "/")))


def list_filters() -> list[list[str]]:
    """Parameters of addresses that django-filter reads, one list for each filter."""
    from django_filters import FilterSet

    ours = [each for each in list_subclasses(FilterSet) if _is_ours(each.__module__)]
    return sorted(sorted(each.base_filters) for each in ours)


def list_operations() -> dict[str, dict[str, list[str]]]:
    """'GET /api/v1/…' -> parameters, and the keys of bodies and answers, with the path to each."""
    schema = _find_api().get_openapi_schema()
    operations = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            names = [f"{each['in']} {each['name']}" for each in operation.get("parameters", ())]
            body = operation.get("requestBody", {}).get("content", {})
            keys = {f"body {key}" for key in _list_keys(body, schema)}
            for status, answer in operation["responses"].items():
                keys |= {f"{status} {key}" for key in _list_keys(answer.get("content", {}), schema)}
                keys.add(str(status))
            operations[f"{method.upper()} {path}"] = {"parameters": sorted(names), "keys": sorted(keys)}
    return operations


def list_api_names() -> dict[str, list[str]]:
    """Names that generated clients use: operations and schemas."""
    schema = _find_api().get_openapi_schema()
    operations = [operation for methods in schema["paths"].values() for operation in methods.values()]
    return {
        "operations": sorted(str(operation.get("operationId")) for operation in operations),
        "schemas": sorted(schema.get("components", {}).get("schemas", {})),
        "security": sorted(schema.get("components", {}).get("securitySchemes", {})),
    }


def _find_api() -> Any:
    from django.urls import get_resolver
    from ninja import NinjaAPI

    namespaces = get_resolver().namespace_dict  # Wagtail defines an API of its own, which has no URL
    apis = [each for each in list_objects() if issubclass(type(each), NinjaAPI)]
    return next(api for api in apis if api.urls_namespace in namespaces)


def _list_keys(content: dict[str, Any], schema: dict[str, Any]) -> set[str]:
    keys: set[str] = set()
    for media in content.values():
        keys |= set(_walk_schema(media.get("schema", {}), schema, "", ()))
    return keys


def _walk_schema(
    node: dict[str, Any], schema: dict[str, Any], at: str, visited_names: tuple[str, ...]
) -> Iterator[str]:
    name = node.get("$ref", "").rpartition("/")[2]
    if name:
        if name not in visited_names:
            yield from _walk_schema(schema["components"]["schemas"][name], schema, at, (*visited_names, name))
        return
    for key, child in node.get("properties", {}).items():
        yield f"{at}{key}"
        yield from _walk_schema(child, schema, f"{at}{key}.", visited_names)
    if "items" in node:
        yield from _walk_schema(node["items"], schema, f"{at}[].", visited_names)
    for part in (*node.get("anyOf", ()), *node.get("allOf", ()), *node.get("oneOf", ())):
        yield from _walk_schema(part, schema, at, visited_names)


# --- registries ------------------------------------------------------------------------------------------
T = TypeVar("T")


def list_subclasses(base: type[T]) -> list[type[T]]:
    """All classes below one, each once."""
    classes: dict[type[T], None] = dict.fromkeys(base.__subclasses__())
    for each in list(classes):
        classes |= dict.fromkeys(list_subclasses(each))
    return list(classes)


def list_choices() -> list[dict[str, str]]:
    """value -> Chinese label of every choices class; of other enumerations of texts value -> ''."""
    listing = []
    for each in list_subclasses(enum.Enum):
        if _is_ours(each.__module__) and (members := list(each)) and isinstance(members[0].value, str):
            listing.append({member.value: str(getattr(member, "label", "")) for member in members})
    return sorted(listing, key=lambda values: json.dumps(values, ensure_ascii=False))


def list_models() -> dict[str, str]:
    """Label under which rows of a model are stored -> its Chinese name. The audit log writes it in lower case
    (target_type), a merge of two records as it is."""
    from django.apps import apps

    stored_label: Callable[[Any], str]
    try:
        from portal.core import stored_names
    except ImportError:  # before the renaming a class's own label was stored
        stored_label = attrgetter("_meta.label")
    else:
        stored_label = stored_names.stored_label

    models = [model for model in apps.get_models() if _is_ours(model.__module__)]
    return dict(sorted((stored_label(model), str(model._meta.verbose_name)) for model in models))


def list_objects() -> list[Any]:
    """All objects of the process, lazy ones untouched: look at `type(each)`, not at the object itself."""
    return [each for each in gc.get_objects() if isinstance(type(each).__module__, str)]


def find_objects(*attributes: str) -> list[Any]:
    """Instances of the project's own dataclasses that have these attributes."""
    return [
        each
        for each in list_objects()
        if _is_ours(type(each).__module__)
        and is_dataclass(each)
        and all(hasattr(each, name) for name in attributes)
    ]


def list_imports() -> dict[str, dict[str, dict[str, Any]]]:
    """Kind of import -> key of each column -> header, further headers, and whether the template offers it."""
    kinds = find_objects("key", "label", "columns", "undo")
    return {
        kind.key: {
            column.key: {
                "header": column.label,
                "synonyms": sorted(column.synonyms),
                "required": column.required,
                "offered": column.in_template,
            }
            for column in kind.columns
        }
        for kind in sorted(kinds, key=lambda kind: kind.key)
    }


def list_periodic_jobs() -> dict[str, float]:
    """Name of each periodic job -> seconds between two runs."""
    jobs = find_objects("name", "every", "run")
    return {job.name: job.every.total_seconds() for job in sorted(jobs, key=lambda job: job.name)}


def list_tasks() -> dict[str, list[str]]:
    """Path under which a task is queued -> its parameters, by whose names arguments may be stored."""
    from inspect import signature

    from django_tasks.base import Task

    from portal.core.stored_names import stored_task_path

    tasks = {
        stored_task_path(each.module_path): each for each in list_objects() if issubclass(type(each), Task)
    }
    return {
        path: list(signature(task.func).parameters) for path, task in sorted(tasks.items()) if _is_ours(path)
    }


def list_transitions() -> list[list[str]]:
    """Every table of states: 'step: states it starts from -> state it leads to' of each row."""
    tables = {
        id(value): [f"{row.step}: {', '.join(sorted(row.sources))} -> {row.target}" for row in value]
        for name, module in sys.modules.copy().items()
        if _is_ours(name)
        for value in vars(module).values()
        if hasattr(value, "available")
        and hasattr(type(value), "__iter__")
        and _is_ours(type(value).__module__)
    }
    return sorted(tables.values())


def list_commands() -> dict[str, dict[str, Any]]:
    """Name of each command of the project -> its positional arguments (nargs) and its own flags (default)."""
    from django.core.management import BaseCommand, get_commands, load_command_class

    inherited = {flag for each in _actions_of(BaseCommand(), "") for flag in each.option_strings}
    commands = {}
    for name, app in sorted(get_commands().items()):
        if _is_ours(app):
            actions, again = (_actions_of(load_command_class(app, name), name) for _ in range(2))
            defaults = {
                flag: str(each.default) if each.default == other.default else "random"
                for each, other in zip(actions, again, strict=True)
                for flag in each.option_strings
                if flag not in inherited
            }
            commands[name] = {
                "positional": [str(each.nargs) for each in actions if not each.option_strings],
                "flags": defaults,
            }
    return commands


def _actions_of(command: Any, name: str) -> list[argparse.Action]:
    return command.create_parser("manage.py", name)._actions


def list_settings() -> dict[str, Any]:
    """Names that settings give to cookies and hosts of names."""
    from django.conf import settings

    names = ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "LANGUAGE_COOKIE_NAME", "CSRF_HEADER_NAME")
    return {**{name: getattr(settings, name) for name in names}, "API_RATES": sorted(settings.API_RATES)}


def build_listing() -> dict[str, Any]:
    """The whole listing of the code that runs."""
    import_everything()
    sources = read_sources(ROOT)
    verbs = list_audit_verbs(sources)
    return {
        "urls": list_urls(),
        "filters": list_filters(),
        "api": list_operations(),
        "api_names": list_api_names(),
        "audit_verbs": sorted(verbs),
        "audit_data": {verb: names for verb, names in verbs.items() if names},
        "models": list_models(),
        "imports": list_imports(),
        "choices": list_choices(),
        "transitions": list_transitions(),
        "tasks": list_tasks(),
        "periodic_jobs": list_periodic_jobs(),
        "commands": list_commands(),
        "settings": list_settings(),
        **list_source_names(sources),
    }


# --- comparison ------------------------------------------------------------------------------------------
def find_missing(listed: Any, present: Any, at: str = "") -> list[str]:
    """Return what is listed and no longer present, or has another value; what is new does not count.

    A list is a set of names; each of its lists or mappings must lie whole within one that is present.
    """
    if isinstance(listed, dict) and isinstance(present, dict):
        missing = [f"{at}{key}" for key in listed if key not in present]
        for key in listed.keys() & present.keys():
            missing += find_missing(listed[key], present[key], f"{at}{key}: ")
        return sorted(missing)
    if isinstance(listed, list) and isinstance(present, list):
        return [
            f"{at}{json.dumps(each, ensure_ascii=False)}"
            for each in listed
            if not any(not find_missing(each, other) for other in present)
        ]
    return [] if listed == present else [f"{at}{listed!r} is now {present!r}"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the committed listing")
    check = parser.parse_args().check
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.test")
    with tempfile.TemporaryDirectory(prefix="portal-test-") as folder:
        os.environ.setdefault("PORTAL_DATA", folder)
        import django

        django.setup()
        listing = build_listing()
    if check:
        missing = find_missing(json.loads(LISTING.read_text(encoding="utf-8")), listing)
        print("\n".join(missing) or "nothing is missing")
        sys.exit(bool(missing))
    print(json.dumps(listing, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
