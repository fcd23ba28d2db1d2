"""Runs of lines that stand in two places.

`python -m tests.house.repeats [lines]` prints each pair. Blank lines, comments, docstrings, imports, lone
brackets and migrations are passed over; white space is folded; a run is reported once, at its longest.
"""

import ast
import re
import sys
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from tests.house.source import name, python_files, tree

RUN = 6
_NO_LOGIC = re.compile(r"[\W_]*|(from|import) .*|@\w+.*|else:|try:|finally:|return|pass|\w+=\w+,|\w+,")


class Line(NamedTuple):
    path: Path
    number: int
    text: str


class Repeat(NamedTuple):
    first: Line
    second: Line
    length: int

    def __str__(self) -> str:
        places = f"{name(self.first.path)}:{self.first.number} {name(self.second.path)}:{self.second.number}"
        return f"{places} ({self.length} lines) {self.first.text[:60]}"


def logic_lines(path: Path) -> list[Line]:
    """Return a file's lines without what repeats by nature."""
    docstrings: set[int] = set()
    for node in ast.walk(tree(path)):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            docstrings.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
        if isinstance(node, ast.Import | ast.ImportFrom):
            docstrings.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    lines = []
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        text = " ".join(raw.split("  # ")[0].split())
        if number not in docstrings and not text.startswith("#") and not _NO_LOGIC.fullmatch(text):
            lines.append(Line(path, number, text))
    return lines


def repeats(paths: list[Path], run: int = RUN) -> list[Repeat]:
    """Return every pair of equal runs of at least so many lines, the longest first."""
    files = [logic_lines(path) for path in paths]
    places: dict[tuple[str, ...], list[tuple[int, int]]] = defaultdict(list)
    for file, lines in enumerate(files):
        for start in range(len(lines) - run + 1):
            places[tuple(line.text for line in lines[start : start + run])].append((file, start))
    pairs = {
        (first, second)
        for starts in places.values()
        for i, first in enumerate(starts)
        for second in starts[i + 1 :]
        if first[0] != second[0] or abs(first[1] - second[1]) >= run
    }
    rows = []
    for (file, start), (other, there) in sorted(pairs):
        if ((file, start - 1), (other, there - 1)) in pairs:
            continue  # inside a longer run
        length = run
        while ((file, start + length - run + 1), (other, there + length - run + 1)) in pairs:
            length += 1
        rows.append(Repeat(files[file][start], files[other][there], length))
    return sorted(rows, key=lambda row: -row.length)


def project_files() -> list[Path]:
    """Return the Python files of the portal itself: no tests, no invented content."""
    return [
        path for path in python_files("portal", "cms", "search", "matching") if "content" not in path.parts
    ]


if __name__ == "__main__":
    rows = repeats(project_files(), int(sys.argv[1]) if len(sys.argv) > 1 else RUN)
    sys.stdout.write("".join(f"{row}\n" for row in rows) + f"{len(rows)} repeats\n")
