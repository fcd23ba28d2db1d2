"""Dump of the demo database under a fixed seed and a fixed clock.

Runs inside any checkout, also of an older commit, and imports nothing of the project but Django's registry:

    cd CHECKOUT && python /path/to/demo_digest.py OUT.json

`build_demo` calls it in a process of its own and returns the dump: for each table its columns, the tables
that its foreign keys point at, and its rows. Encrypted columns are read through Django and so decrypted;
numbers of content types and permissions, which depend on the order of migrations, become the names of their
tables.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

BEFORE = "c208740"  # the last commit before the renaming
AFTER = "1f7c84f2"  # the last commit of the renaming; later ones change what the portal does
CLOCK = datetime(2026, 12, 14, 2, 0, tzinfo=UTC)  # a Monday, ten o'clock in Jiangmen
COMMANDS = (
    "migrate --no-input --verbosity 0",
    "load_reference",
    "setup_cms",
    "demo --scale small",
    "index_search --if-stale",
)
# The same keys for every build: lookup hashes and the links of the audit chain then depend on content alone.
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "portal.settings.dev",
    "PORTAL_SECRET_KEY": "fixed-for-comparison",
    "PORTAL_FIELD_KEYS": "dGVzdC1vbmx5LXRlc3Qtb25seS10ZXN0LW9ubHkhISE=",
    "PORTAL_LOOKUP_KEY": "fixed-for-comparison",
    "PYTHONHASHSEED": "0",
}
# Set by the person who runs the tests, never for a build.
FOREIGN = ("PORTAL_DATA", "DATABASE_URL", "PYTHONPATH", "PYTEST_XDIST_WORKER")
ACTIONS = ("add", "change", "delete", "view")  # Django's own permissions: their codenames end in a model name

Row = dict[str, Any]
Dump = dict[str, dict[str, Any]]


def extract_commit(commit: str, root: Path, folder: Path) -> Path:
    """Write the files of a commit into a folder and return the folder.

    Raises:
        LookupError: the repository does not hold the commit, for instance in a shallow clone.
    """
    git = ["git", "-C", str(root)]
    lookup = subprocess.run(
        [*git, "cat-file", "-e", f"{commit}^{{commit}}"], check=False, capture_output=True
    )
    if lookup.returncode:
        raise LookupError(
            f"commit {commit} is missing from {root}: fetch the whole history (git fetch --unshallow)"
        )
    archive = subprocess.run([*git, "archive", commit], check=True, capture_output=True).stdout
    with tarfile.open(fileobj=BytesIO(archive)) as files:
        files.extractall(folder, filter="data")
    return folder


def install_locked(checkout: Path, folder: Path) -> Path:
    """Install what the lock of the tests names into an environment of its own and return its Python."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = folder / "bin/python"
    command = [str(python), "-m", "pip", "install", "--quiet", "--no-compile", "--require-hashes"]
    subprocess.run([*command, "--requirement", str(checkout / "requirements-dev.lock")], check=True)
    return python


def build_demo(checkout: Path, python: Path) -> Dump:
    """Build the small demo of a checkout in a scratch data folder and return its dump."""
    environment = {key: value for key, value in os.environ.items() if key not in FOREIGN}
    with tempfile.TemporaryDirectory(prefix="portal-demo-") as folder:
        out = Path(folder) / "dump.json"
        process = subprocess.run(
            [str(python), "-P", str(Path(__file__).resolve()), str(out)],
            cwd=checkout,
            env={**environment, **ENVIRONMENT, "PORTAL_DATA": str(Path(folder) / "data")},
            capture_output=True,
            text=True,
            check=False,
        )
        if process.returncode:
            raise RuntimeError(f"no demo from {checkout}:\n{process.stderr[-4000:]}")
        return json.loads(out.read_text(encoding="utf-8"))


# --- inside the checkout ---------------------------------------------------------------------------------
def _plain(value: Any) -> Any:
    """The value as JSON holds it: the same text for the same value."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, bytes | memoryview):
        return f"sha256:{hashlib.sha256(bytes(value)).hexdigest()}"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(_plain(item) for item in value)
    if hasattr(value, "raw_data"):  # Wagtail's StreamValue
        return [_plain(dict(item)) for item in value.raw_data]
    return str(value)


class Reader:
    """Reads every table, with stable names in place of numbers of content types and permissions."""

    def __init__(self) -> None:
        from django.apps import apps
        from django.contrib.auth.models import Permission
        from django.contrib.contenttypes.models import ContentType

        self.models = [model for model in apps.get_models(include_auto_created=True) if not model._meta.proxy]
        self.names = {
            row.pk: model._meta.db_table if (model := row.model_class()) else f"{row.app_label}.{row.model}"
            for row in ContentType.objects.all()
        }
        self.permissions = {
            row.pk: f"{self.names[row.content_type_id]}:{_action(row.codename)}"
            for row in Permission.objects.all()
        }
        self._types, self._rights = ContentType, Permission

    def read_model(self, model: Any) -> dict[str, Any]:
        """Columns, foreign keys and rows of a model's own table."""
        fields = model._meta.local_concrete_fields
        columns = [field.column for field in fields]
        references = {
            field.column: field.remote_field.model._meta.concrete_model._meta.db_table
            for field in fields
            if field.remote_field
        }
        rows = model._base_manager.order_by("pk").values_list(*(field.attname for field in fields))
        content = [
            {
                column: self._stable(field, value)
                for column, field, value in zip(columns, fields, row, strict=True)
            }
            for row in rows.iterator()
        ]
        return {"columns": columns, "references": references, "rows": content}

    def _stable(self, field: Any, value: Any) -> Any:
        target = field.remote_field.model if field.remote_field else None
        if target is self._types or (field.model is self._types and field.primary_key):
            return self.names.get(value)
        if target is self._rights or (field.model is self._rights and field.primary_key):
            return self.permissions.get(value)
        if field.model is self._rights and field.name == "codename":
            return _action(value)
        value = _plain(value)
        if isinstance(value, dict) and isinstance(value.get("content_type"), int):  # a Wagtail revision
            value["content_type"] = self.names[value["content_type"]]
        return value


def _action(codename: str) -> str:
    """'add_message' -> 'add'; the project's own codenames stay as they are."""
    head = codename.partition("_")[0]
    return head if head in ACTIONS else codename


def _read_rest(tables: set[str]) -> Dump:
    """Tables that no model describes, in rows as the database returns them."""
    from django.db import connection

    rest = {}
    with connection.cursor() as cursor:
        for table in sorted(set(connection.introspection.table_names(cursor)) - tables):
            cursor.execute(f'SELECT * FROM "{table}"')
            columns = [column[0] for column in cursor.description]
            rows = [{c: _plain(v) for c, v in zip(columns, row, strict=True)} for row in cursor.fetchall()]
            rest[table] = {"columns": columns, "references": {}, "rows": rows}
    return rest


def _read_all() -> Dump:
    reader = Reader()
    dump = {model._meta.db_table: reader.read_model(model) for model in reader.models if model._meta.managed}
    return {**dump, **_read_rest(set(dump))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    out = parser.parse_args().out.resolve()
    sys.path.insert(0, str(Path.cwd()))
    import time_machine

    with time_machine.travel(CLOCK, tick=False):
        import django
        from django.core.management import call_command

        django.setup()
        for command in COMMANDS:
            call_command(*command.split())
        out.write_text(json.dumps(_read_all(), ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
