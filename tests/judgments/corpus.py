"""Corpus that the ranking is judged on: real advertisements of `../shared`, never stored here.

Judgments name an advertisement by id: that of postings_workers, or OFFICE_IDS more than that of
postings_real. Labelled lines name theirs by a letter for the file, the id and the place of the line.
"""

import gzip
import hashlib
import json
import random
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

SHARED_DATA = Path(__file__).parents[3] / "shared/data"
OFFICE_IDS = 100_000
OFFICE_COUNT = 4_000  # of the office posts; all posts of the workers' site are in
_SEED = 2016
_EDUCATION = {"初中": 0, "高中": 1, "中专": 1, "中技": 1, "大专": 2, "本科": 3, "硕士": 4, "博士": 4}
_BREAKS = re.compile(r"[\n\r。；;]|(?=(?<!\d)[1-9][、.．)）](?!\d))")
_NUMBERING = re.compile(r"^[\s0-9、.．)）(（•·\-*]+")


def read_postings(name: str) -> list[dict[str, Any]]:
    with gzip.open(SHARED_DATA / name, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def judged_postings() -> list[dict[str, Any]]:
    """Return the advertisements in the shape that `matching.evaluate judged` reads."""
    office = read_postings("postings_real.jsonl.gz")
    random.Random(_SEED).shuffle(office)
    return read_postings("postings_workers.jsonl.gz") + [_as_judged(row) for row in office[:OFFICE_COUNT]]


def _as_judged(row: dict[str, Any]) -> dict[str, Any]:
    education = next((level for word, level in _EDUCATION.items() if word in row["education"]), 0)
    years = re.match(r"(\d+)", row["experience"])
    return {
        "id": OFFICE_IDS + row["id"],
        "title": row["title"],
        "text": row["text"],
        "edu": education,
        "exp": int(years.group(1)) if years and "年" in row["experience"] else 0,
        "pay_from": 0,
        "pay_to": 0,
    }


def labelled_lines(
    path: Path, *, only: Collection[str] | None = None
) -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
    """Yield title, line and labels of each labelled line, or of those whose key is in `only`.

    Raises:
        ValueError: the line in the corpus is not the one that was labelled.
    """
    files = {
        letter: {row["id"]: row for row in read_postings(f"postings_{name}.jsonl.gz")}
        for letter, name in (("w", "workers"), ("r", "real"))
    }
    for text in path.read_text(encoding="utf-8").splitlines():
        label = json.loads(text)
        if only is not None and label["key"] not in only:
            continue
        number, _, place = label["key"][1:].partition(":")
        posting = files[label["key"][0]][int(number)]
        line = _NUMBERING.sub("", _BREAKS.split(posting["text"])[int(place)].strip())
        if hashlib.sha256(line.encode()).hexdigest()[:16] != label["sha"]:
            raise ValueError(f"{label['key']}: another line than the one that was labelled")
        yield posting["title"], line, label["facts"]
