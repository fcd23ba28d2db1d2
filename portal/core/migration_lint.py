"""Rules for migrations of a live database; `manage.py lint_migrations` applies them.

Initial migrations are exempt: their tables hold no rows yet. docs/migrations.md explains each rule.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.migrations import Migration, operations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.models import NOT_PROVIDED, Field

from portal.core.migration_operations import GuardAppendOnly, UnguardAppendOnly
from portal.core.state_log_triggers import CreateStateLogTriggers, DropStateLogTriggers

# Attribute of a Migration class: since when nothing uses what the migration drops or renames.
TWO_STEP_MARKER = "second_step"
# Operations that running code of the release before would not survive.
_BREAKING = (
    operations.RemoveField,
    operations.RenameField,
    operations.DeleteModel,
    operations.RenameModel,
    operations.AlterModelTable,
)
# Operations that rebuild the table on SQLite, which loses its triggers.
_REBUILDING = (
    operations.AddField,
    operations.AlterField,
    operations.RemoveField,
    operations.RenameField,
    operations.AddConstraint,
    operations.RemoveConstraint,
    operations.AlterUniqueTogether,
    operations.AlterModelTable,
    operations.RenameModel,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach of a rule.

    Attributes:
        migration: 'app.name'.
        operation: Django's description of the operation, or '' for the whole migration.
        message: what is wrong and what to write instead.
    """

    migration: str
    operation: str
    message: str

    def __str__(self) -> str:
        place = f"{self.migration}: {self.operation}" if self.operation else self.migration
        return f"{place}: {self.message}"


@dataclass(slots=True)
class TriggerState:
    """Models whose tables have triggers, after the migrations that were applied so far."""

    guarded: set[tuple[str, str]] = field(default_factory=set)  # (app, lower-case model), by GuardAppendOnly
    state_logs: set[tuple[str, str, str]] = field(default_factory=set)  # (app, row, log)
    fields: dict[tuple[str, str, str], Field[Any, Any]] = field(default_factory=dict)  # (app, model, name)

    def apply(self, app: str, operation: Operation) -> None:
        """Follow one operation; others than those that create or drop triggers change nothing."""
        if isinstance(operation, GuardAppendOnly):
            key = (app, operation.model_name.lower())
            is_dropped = isinstance(operation, UnguardAppendOnly)
            (self.guarded.discard if is_dropped else self.guarded.add)(key)
        elif isinstance(operation, CreateStateLogTriggers):
            pair = (app, operation.row.lower(), operation.log.lower())
            is_dropped = isinstance(operation, DropStateLogTriggers)
            (self.state_logs.discard if is_dropped else self.state_logs.add)(pair)
        elif isinstance(operation, operations.CreateModel):
            for name, model_field in operation.fields:
                self.fields[app, operation.name_lower, name] = model_field
        elif isinstance(operation, operations.AddField | operations.AlterField):
            self.fields[app, operation.model_name_lower, operation.name] = operation.field

    def alters_column(self, app: str, operation: operations.AlterField) -> bool:
        """Return whether the operation alters more than choices and labels, which no table has."""
        before = self.fields.get((app, operation.model_name_lower, operation.name))
        return before is None or _column_arguments(before) != _column_arguments(operation.field)

    def missing_operation(self, app: str, model: str) -> str:
        """Return the operation that has to come before the table of `model` is altered; '' for none."""
        if (app, model) in self.guarded:
            return "UnguardAppendOnly"
        if any(app == of_app and model in (row, log) for of_app, row, log in self.state_logs):
            return "DropStateLogTriggers"
        return ""


def _column_arguments(model_field: Field[Any, Any]) -> tuple[object, ...]:
    _, path, args, kwargs = model_field.deconstruct()
    return path, args, {key: value for key, value in kwargs.items() if key not in model_field.non_db_attrs}


def lint_migration(migration: Migration, triggers: TriggerState) -> Iterator[Finding]:
    """Yield the breaches of one migration that is not initial; `triggers` is brought up to date."""
    app, name = migration.app_label, f"{migration.app_label}.{migration.name}"
    guarded, state_logs = set(triggers.guarded), set(triggers.state_logs)
    for operation in migration.operations:
        is_no_op = isinstance(operation, operations.AlterField) and not triggers.alters_column(app, operation)
        triggers.apply(app, operation)
        for message in () if is_no_op else _operation_breaches(migration, operation, triggers):
            yield Finding(name, operation.describe(), message)
    for _, model in sorted(guarded - triggers.guarded):
        yield Finding(name, "", f"end with GuardAppendOnly for {model}")
    for _, row, log in sorted(state_logs - triggers.state_logs):
        yield Finding(name, "", f"end with CreateStateLogTriggers for {row} and {log}")


def _operation_breaches(migration: Migration, operation: Operation, triggers: TriggerState) -> Iterator[str]:
    if not operation.reversible:
        yield "write the reverse operation too, so that a release can be taken back"
    if isinstance(operation, _BREAKING) and not getattr(migration, TWO_STEP_MARKER, ""):
        yield (
            f"drop or rename in two steps: first a release that uses neither name, then this migration with "
            f"{TWO_STEP_MARKER} = 'unused since …'"
        )
    if isinstance(operation, operations.AddField) and _lacks_value(operation):
        yield "add the field with null=True, default= or db_default=: the table has rows"
    if isinstance(operation, _REBUILDING):
        model = str(getattr(operation, "model_name", "") or getattr(operation, "name", "")).lower()
        if missing := triggers.missing_operation(migration.app_label, model):
            yield f"put {missing} before it: the table has triggers"


def _lacks_value(operation: operations.AddField) -> bool:
    new_field = operation.field
    has_db_default = getattr(new_field, "db_default", NOT_PROVIDED) is not NOT_PROVIDED
    return not (new_field.null or new_field.many_to_many or new_field.has_default() or has_db_default)


def lint_migrations(migrations: Iterable[Migration], own_apps: frozenset[str]) -> list[Finding]:
    """Return the breaches of the migrations of `own_apps`, which come in the order of their application."""
    triggers = TriggerState()
    findings: list[Finding] = []
    for migration in migrations:
        if migration.initial or migration.app_label not in own_apps:
            for operation in migration.operations:
                triggers.apply(migration.app_label, operation)
        else:
            findings += lint_migration(migration, triggers)
    return findings


def project_migrations() -> list[Migration]:
    """Return every migration of the installed apps in the order of their application."""
    loader = MigrationLoader(None)
    plan: dict[tuple[str, str], None] = {}
    for leaf in sorted(loader.graph.leaf_nodes()):
        plan.update(dict.fromkeys(loader.graph.forwards_plan(leaf)))
    return [loader.graph.nodes[key] for key in plan]


def project_apps() -> frozenset[str]:
    """Return the labels of the apps whose code is part of this project."""
    return frozenset(
        app.label
        for app in apps.get_app_configs()
        if Path(app.path).is_relative_to(settings.BASE_DIR) and ".venv" not in Path(app.path).parts
    )
