"""Classification of stored fields: what is public, internal, personal, sensitive or secret.

The table is `data_classification.toml` beside this module. It decides what a scrubbed dump replaces, what may
be revealed one field at a time, and what the search for leaked values looks for after a test run.
"""

import tomllib
from enum import StrEnum
from functools import cache
from pathlib import Path

from django.db.models import Field, Model

TABLE = Path(__file__).with_name("data_classification.toml")


class DataClass(StrEnum):
    """Class of a stored value, from readable by everybody to readable by nobody."""

    PUBLIC = "public"
    INTERNAL = "internal"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"
    SECRET = "secret"  # noqa: S105  (the name of a class, not a secret)


@cache
def _table() -> tuple[dict[str, DataClass], dict[str, dict[str, DataClass]]]:
    """Return ({app of a package: class}, {label of our model: {field: class}})."""
    tables = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    by_app = {app: DataClass(name) for app, name in tables.pop("apps").items()}
    by_model = {
        label: {field: DataClass(name) for name, fields in rows.items() for field in fields}
        for label, rows in tables.items()
    }
    return by_app, by_model


def listed_fields() -> dict[str, dict[str, DataClass]]:
    """Return {label of a model of ours: {field: class}}, as the table has it."""
    return _table()[1]


def classify(field: Field) -> DataClass:
    """Return the class of a model's field.

    Raises:
        LookupError: the table has no row for it.
    """
    model = field.model
    by_app, by_model = _table()
    rows = by_model.get(model._meta.label)
    try:
        return rows[field.name] if rows is not None else by_app[model._meta.app_label]
    except KeyError as error:
        raise LookupError(f"{TABLE.name} has no row for {model._meta.label}.{field.name}") from error


def fields_of_class(model: type[Model], data_class: DataClass) -> list[Field]:
    """Return the model's own fields of this class, in their order."""
    return [field for field in model._meta.local_concrete_fields if classify(field) == data_class]
