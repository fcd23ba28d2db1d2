"""Chinese texts of two checkouts side by side: `python -m tests.house.chinese_texts BEFORE AFTER`.

Prints each text that only one of them holds, '-' before and '+' after. Read are the string constants of
Python code (no docstrings, no comments; an f-string's values are '{}') and the words of templates and
scripts.
"""

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.house.stored_source import SKIPPED, list_packages

CHINESE = re.compile(r"[\u4e00-\u9fff]")
# A run of text in a template or script: up to the next tag, expression, quote or line.
RUN = re.compile(r"[^<>{}\"'`\n]*[\u4e00-\u9fff][^<>{}\"'`\n]*")
COMMENT = re.compile(
    r"\{#.*?#\}|\{% comment.*?endcomment %\}|<!--.*?-->|^\s*//.*?$", re.DOTALL | re.MULTILINE
)


def _docstrings(tree: ast.AST) -> set[int]:
    nodes = [node for node in ast.walk(tree) if hasattr(node, "body") and isinstance(node.body, list)]
    first = [node.body[0] for node in nodes if node.body]
    return {id(node.value) for node in first if isinstance(node, ast.Expr)}


def read_python(text: str) -> Iterator[str]:
    """String constants that hold Chinese, f-strings as patterns."""
    tree = ast.parse(text)
    skipped = _docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            skipped |= {id(part) for part in node.values}
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node.value


def count_texts(root: Path) -> Counter[str]:
    """Text -> how often it stands in a checkout."""
    texts: Counter[str] = Counter()
    for folder in (*list_packages(root), "templates"):
        for path in sorted((root / folder).rglob("*")):
            if set(path.relative_to(root).parts) & set(SKIPPED):
                continue
            if path.suffix == ".py":
                texts.update(read_python(path.read_text(encoding="utf-8")))
            elif path.suffix in {".html", ".txt", ".xml", ".js"}:
                runs = RUN.findall(COMMENT.sub("", path.read_text(encoding="utf-8")))
                texts.update(run.strip() for run in runs)
    return Counter({text: count for text, count in texts.items() if CHINESE.search(text)})


def main() -> None:
    before, after = (count_texts(Path(folder)) for folder in sys.argv[1:3])
    for mark, extra in (("-", before.keys() - after.keys()), ("+", after.keys() - before.keys())):
        for text in sorted(extra):
            print(mark, repr(text))
    print(f"{len(before)} texts before, {len(after)} after, {len(before.keys() & after.keys())} in both")


if __name__ == "__main__":
    main()
