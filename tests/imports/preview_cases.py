"""Workbooks with expected JSON, and the comparison of a preview with it; see workbooks/README.md."""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management import call_command

from tests.imports.workbooks.made.make_workbooks import BUILDERS

FOLDER = Path(__file__).parent / "workbooks"
INPUTS = Path(__file__).parents[3] / "shared" / "data" / "inputs"
# Keys whose expected text is a part of the real one.
_PARTS = frozenset({"cause", "message"})


@dataclass(frozen=True)
class Case:
    """A workbook, and what its preview must show."""

    workbook: Path
    document: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.workbook.parent.name}/{self.workbook.name}"


def load_cases(folder: str, workbooks: Path) -> list[Case]:
    """Return the cases of a folder with expected files; their workbooks stand or are built in `workbooks`."""
    return [
        Case(workbooks / path.stem, json.loads(path.read_text(encoding="utf-8")))
        for path in sorted((FOLDER / folder).glob("*.json"))
    ]


def ensure_workbook(case: Case, folder: Path) -> Case:
    """Return the case; its workbook is built into `folder` if no file stands there."""
    if case.workbook.exists():
        return case
    path = folder / case.workbook.name
    path.write_bytes(BUILDERS[case.workbook.name]())
    return Case(path, case.document)


def run_preview(kind: str, workbook: Path, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Return exit code and JSON of the command."""
    output = io.StringIO()
    code = 0
    try:
        call_command("preview_import", kind, str(workbook), *arguments, stdout=output)
    except SystemExit as stop:
        code = int(stop.code or 0)
    return code, json.loads(output.getvalue().splitlines()[-1])


def differences(case: Case) -> list[str]:
    """Return what the preview of a case shows otherwise than expected."""
    document = case.document
    code, shown_value = run_preview(document["kind"], case.workbook, *document.get("arguments", ()))
    problems = list(_differences(document["expected"], shown_value, ""))
    if code != document["exit"]:
        problems.append(f"exit {code}, expected {document['exit']}")
    return problems


def _differences(expected_value: Any, shown_value: Any, place: str) -> Iterator[str]:
    if isinstance(expected_value, dict) and isinstance(shown_value, dict):
        for key, value in expected_value.items():
            if key not in shown_value:
                yield f"{place}.{key} is missing, expected {value!r}"
            else:
                yield from _differences(value, shown_value[key], f"{place}.{key}")
    elif isinstance(expected_value, list) and isinstance(shown_value, list):
        if len(expected_value) != len(shown_value):
            yield f"{place} has {len(shown_value)} items, expected {len(expected_value)}: {shown_value!r}"[
                :600
            ]
        for index, (one, other) in enumerate(zip(expected_value, shown_value, strict=False)):
            yield from _differences(one, other, f"{place}[{index}]")
    elif place.rpartition(".")[2] in _PARTS and expected_value:
        if expected_value not in shown_value:
            yield f"{place} is {shown_value!r}, expected to hold {expected_value!r}"
    elif type(expected_value) is not type(shown_value) or expected_value != shown_value:
        yield f"{place} is {shown_value!r}, expected {expected_value!r}"
