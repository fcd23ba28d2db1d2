"""First results of the public search, as the search page shows them: `manage.py search_results '新会 司机 5000以上'`."""

import json
from argparse import ArgumentParser
from collections.abc import Collection
from typing import Any

from django.core.management.base import BaseCommand

from search import get_backend
from search.answering import Answer, answer
from search.params import SearchParams
from search.query import Hit, Kind, SearchResult

RESULTS = 10


def answer_text(text: str) -> Answer:
    """Return the answer to a text typed into the search box, without any filter."""

    def find(
        params: SearchParams, page: int = 1, *, kinds: Collection[Kind] = (), is_strict: bool = False
    ) -> SearchResult:
        query = params.query(page=page, size=RESULTS, kinds=kinds, is_strict=is_strict)
        return get_backend().search(query)

    return answer(SearchParams.read(_Text(text)), find)


class _Text:
    """Parameters of an address with nothing but the text."""

    def __init__(self, text: str) -> None:
        self._text = text

    def get(self, key: Any, default: Any = None, /) -> Any:
        return self._text if key == "q" else default

    def getlist(self, key: Any, /) -> list[Any]:
        return [self._text] if key == "q" else []


def as_json(page: Answer) -> dict[str, Any]:
    """Return the published form of an answer."""
    visible = page.visible
    reading = page.result.reading
    return {
        "total": visible.total,
        "tab": page.params.kind.value,
        "understood": [
            {"part": part.part.value, "label": part.label} for part in (reading.understood if reading else ())
        ],
        "corrected": visible.corrected.text if visible.corrected else "",
        "widened": list(page.wider.relaxed_labels) if page.wider else [],
        "relaxed": visible.relaxed,
        "missing": list(visible.missing),
        "results": [_row(hit) for hit in visible.hits],
    }


def _row(hit: Hit) -> dict[str, Any]:
    record, is_position = hit.record, hit.kind == Kind.POSITION
    region = getattr(record, "region", None)
    address = getattr(record, "address", "")
    return {
        "kind": hit.kind.value,
        "id": hit.id,
        "title": hit.title,
        "employer": record.employer.name if is_position else "",
        "pay": f"{record.pay_from:.0f}-{record.pay_to:.0f}" if is_position else "",
        "shift": str(record.get_shift_display()) if is_position else "",
        "place": f"{region.name if region else ''} {address}".strip(),
    }


class Command(BaseCommand):
    help = "搜索一句话，列出前十条结果和系统的理解"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("query", metavar="QUERY")
        parser.add_argument("--json", action="store_true", help="最后一行输出 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        page = answer_text(options["query"])
        answer_json = as_json(page)
        if options["json"]:
            self.stdout.write(json.dumps(answer_json, ensure_ascii=False))
            return
        labels = "；".join(part["label"] for part in answer_json["understood"])
        self.stdout.write(f"{answer_json['tab']}：{answer_json['total']} 条；理解：{labels or '无'}")
        for row in answer_json["results"]:
            cells = (row["title"], row["employer"], row["pay"], row["shift"], row["place"])
            self.stdout.write("  ".join(cell for cell in cells if cell))
