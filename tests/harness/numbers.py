"""Reading the numbers of a report page, and counting the lists that they lead to."""

import re
from html.parser import HTMLParser
from typing import Any

from django.test import Client

from tests.harness.optional import require

# What is said about a number and is none of its own: a share, days, a page's place, a date, a time.
_NO_COUNT = re.compile(r"^\s*(—|\d+%|\d+% 至 \d+%|观察不足|\d+ 天)\s*$")


class Numbers(HTMLParser):
    """Reads a page's main part: links with their number, and what stands in figures' cells besides."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[tuple[str, int]] = []  # (address, number)
        self.loose: list[str] = []  # numbers that lead nowhere
        self.rows = 0
        self.total: int | None = None
        self._in: list[str] = []
        self._link = ""
        self._stat_url = ""
        self._cell = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        classes = values.get("class", "").split()
        self.rows += "data-row" in values
        if "data-total" in values:
            self.total = int(values["data-total"])
        if tag == "a" and "data-number" in values:
            self.links.append((values["href"], int(values["data-number"])))
        if tag == "a":
            self._link = values.get("href", "")
            if "stretched-link" in classes:
                self._stat_url = self._link
        if tag == "div" and "stat" in classes:
            self._stat_url = ""
        if tag == "table":
            self._in.append("figures" if {"table-figures", "funnel"} & set(classes) else "rows")
        self._cell = tag if tag in {"td", "th", "strong"} else self._cell
        if tag == "span" and "stat-value" in classes:
            self._cell = "stat"

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._link = ""
        if tag == "table":
            self._in.pop()
        if tag in {"td", "th", "strong"} or (tag == "span" and self._cell == "stat"):
            self._cell = ""

    def handle_data(self, data: str) -> None:
        if not re.search(r"\d", data) or _NO_COUNT.match(data):
            return
        if self._cell == "stat":
            number = re.sub(r"\D", "", data)
            if self._stat_url:
                self.links.append((self._stat_url, int(number)))
            else:
                self.loose.append(data)
        elif self._in[-1:] == ["figures"] and self._cell in {"td", "strong"} and not self._link:
            self.loose.append(data)


def read(client: Client, path: str) -> tuple[Numbers, Any]:
    """The page's numbers, and what it was drawn from."""
    answer = client.get(path)
    assert answer.status_code == 200, f"{path}: {answer.status_code}"
    page = Numbers()
    page.feed(require(re.search(r"<main.*</main>", answer.content.decode(), flags=re.DOTALL))[0])
    return page, answer.context


def count_rows(client: Client, path: str) -> int:
    """Count the rows of a list on all its pages; fails when the list states another number."""
    first, context = read(client, path)
    paginator = context["page"].paginator
    if first.total is None:  # a list of another desk: employers, positions, booths
        return paginator.count
    rows = first.rows
    for number in range(2, paginator.num_pages + 1):
        rows += read(client, f"{path}{'&' if '?' in path else '?'}page={number}")[0].rows
    assert rows == paginator.count, f"{path}: {rows} rows on its pages, {paginator.count} said"
    figure = context.get("figure")
    if figure is not None and figure.sum_field:
        rows = sum(getattr(row, figure.sum_field) for row in paginator.object_list)
    assert first.total == rows, f"{path}: said {first.total}"
    return rows
