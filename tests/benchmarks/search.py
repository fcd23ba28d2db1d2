"""The search at city scale: `python -m tests.benchmarks.search`.

Makes the demo city once (66,000 positions) in --data, starts the real server on loopback, and prints: the
search page with its facets beside a bare FTS5 query of the same words, asked in turns; what is suggested
while somebody types; peers that search the same texts; and how long the index takes to be built anew while
pages are asked for without a pause.

The words: a third are words of titles, a third such a word with one that posts say beside it (a place, a
shift, a benefit), a third one of the latter alone. So a few find half of all posts, as people's do who only
look around: p95 lies among those, p50 among the ordinary ones.
"""

import argparse
import http.client
import json
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from threading import Event, Thread
from urllib.parse import quote

from tests.benchmarks.pages import ROOT, prepare, server

QUERIES = 200
PAGE_SIZE = 20
BARE = (
    "SELECT rowid FROM search_words WHERE search_words MATCH ?"
    f" ORDER BY bm25(search_words, 8.0, 3.0, 1.0) LIMIT {PAGE_SIZE}"
)


def texts(seed: int = 11, *, distinct: bool = False) -> list[str]:
    """Return queries made of words of open positions; frequent ones repeat unless `distinct`."""
    from portal.positions.models import Position
    from search.words import groups

    rng = random.Random(seed)
    rows = list(Position.objects.open_at().with_details().defer("employer__contact_phone").order_by("pk"))
    result: list[str] = []
    while len(result) < QUERIES:
        row = rng.choice(rows)
        text_said = [row.region.name, row.get_shift_display(), row.get_kind_display(), *row.benefits]
        titled = [group.alternatives[0][0] for group in groups(row.title)]
        titled_word, beside = rng.choice(titled or [row.title]), rng.choice(text_said)
        third = rng.randrange(3) if distinct else len(result) % 3
        text = " ".join((titled_word, beside) if third == 1 else (beside if third else titled_word,))
        if not (distinct and text in result):
            result.append(text)
    return result


def expressions(query_args: Sequence[str]) -> list[str]:
    """The same words as the page's own query hands to FTS5."""
    from search import query_reading
    from search.backends.sqlite import SqliteBackend

    return [
        SqliteBackend().match(query_reading.read_query(text).groups, any_word=False)[1][0]
        for text in query_args
    ]


class Reader:
    """One client on one connection. Says how many milliseconds an answer took."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def __call__(self, path: str) -> float:
        start = time.perf_counter()
        self._connection.request("GET", path)
        response = self._connection.getresponse()
        self.body = response.read()
        duration = (time.perf_counter() - start) * 1000
        if response.status != 200:
            raise RuntimeError(f"{path} answered {response.status}")
        return duration


def _time_calls(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return (time.perf_counter() - start) * 1000


def _summary(times: Sequence[float]) -> dict[str, float]:
    return {"p50": statistics.median(times), "p95": statistics.quantiles(times, n=20)[-1]}


def pages(port: int, database: sqlite3.Connection, rounds: int) -> dict[str, dict[str, float]]:
    """The page and the bare query, one of each in turn."""
    from django.urls import reverse

    query_args = texts()
    matches = expressions(query_args)
    ask, path = Reader(port), reverse("public:search")
    for text in query_args[:40]:  # every worker and thread warm
        ask(f"{path}?q={quote(text)}")
    spent: dict[str, list[float]] = {"bare": [], "page": []}

    def fetch(match: str) -> list[object]:
        return database.execute(BARE, [match]).fetchall()

    for _ in range(rounds):
        for text, match in zip(query_args, matches, strict=True):
            spent["bare"].append(_time_calls(partial(fetch, match)))
            spent["page"].append(ask(f"{path}?q={quote(text)}"))
    return {name: _summary(times) for name, times in spent.items()}


def suggestions(port: int) -> dict[str, float] | None:
    """Each answer while somebody types a word, letter by letter; None before the portal suggests anything."""
    from django.urls import NoReverseMatch, reverse

    try:
        path = reverse("public:suggest")
    except NoReverseMatch:
        return None
    ask = Reader(port)
    query_text = [text[:end] for text in texts(seed=12)[:80] for end in range(1, min(len(text), 6) + 1)]
    query_text += [
        word[:end] for word in ("diangong", "siji", "baoan", "chache") for end in range(1, len(word) + 1)
    ]
    for text in query_text[:40]:
        ask(f"{path}?q={quote(text)}")
    return _summary([ask(f"{path}?q={quote(text)}") for text in query_text])


def peers(database: sqlite3.Connection) -> dict[str, dict[str, float]]:
    """The same words in the same texts, searched by other means. A peer that finds nothing is fast at it."""
    database.executescript(
        """
        CREATE TEMP TABLE posts AS SELECT id, title || ' ' || duties || ' ' || requirements AS text
            FROM positions_position WHERE state = 'open';
        CREATE VIRTUAL TABLE temp.grams USING fts5(text, tokenize = 'trigram');
        INSERT INTO temp.grams(rowid, text) SELECT id, text FROM posts;
        """
    )
    query_args = texts()[:60]
    like = "SELECT id FROM posts WHERE {} LIMIT 20"
    grams = "SELECT rowid FROM temp.grams WHERE grams MATCH ? ORDER BY bm25(grams) LIMIT 20"

    def by_like(text: str) -> list[object]:
        words = text.split()
        where = " AND ".join(["text LIKE ?"] * len(words))
        return database.execute(like.format(where), [f"%{word}%" for word in words]).fetchall()

    def by_grams(text: str) -> list[object]:
        return database.execute(grams, [" AND ".join(f'"{word}"' for word in text.split())]).fetchall()

    result: dict[str, dict[str, float]] = {}
    for name, run in (("LIKE '%…%'", by_like), ("FTS5 trigram", by_grams)):
        hits = [bool(run(text)) for text in query_args]
        times = [_time_calls(partial(run, text)) for text in query_args]
        result[name] = {**_summary(times), "answered": sum(hits) / len(hits)}
    return result


def rebuild(port: int) -> dict[str, float]:
    """The index anew, by the command and with its bar, while somebody asks for pages all the time."""
    from django.urls import reverse

    path, query_args, completed = reverse("public:search"), texts(seed=13), Event()
    times: list[float] = []
    failures: list[str] = []

    def go_on_asking() -> None:
        ask, at = Reader(port), 0
        while not completed.is_set():
            try:
                times.append(ask(f"{path}?q={quote(query_args[at % len(query_args)])}"))
                if b"empty-state" in ask.body:
                    failures.append(f"{query_args[at % len(query_args)]}: nothing found")
            except (OSError, RuntimeError, http.client.HTTPException) as error:
                failures.append(str(error))
                ask = Reader(port)
            at += 1

    reader = Thread(target=go_on_asking)
    reader.start()
    start_time = time.perf_counter()
    try:
        subprocess.run([sys.executable, "manage.py", "index_search"], cwd=ROOT, check=True)
        seconds = time.perf_counter() - start_time
    finally:
        completed.set()
        reader.join()
    for failure in failures[:5]:
        print(f"FAILED while it was built: {failure}")
    return {"seconds": seconds, "pages": len(times), "failures": len(failures), **_summary(times)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT / "var" / "bench-city", help="folder of the data")
    parser.add_argument("--json", type=Path, help="also write the figures into this file")
    parser.add_argument("--rounds", type=int, default=3, help="how often each page is asked for")
    options = parser.parse_args()
    options.data.mkdir(parents=True, exist_ok=True)
    os.environ["PORTAL_DATA"] = str(options.data.resolve())
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings.dev"
    prepare("city")

    import django

    django.setup()

    from django.conf import settings

    from portal.positions.models import Position

    database = sqlite3.connect(settings.DATABASES["default"]["NAME"])
    figures: dict[str, dict[str, float]] = {"positions": {"all": Position.objects.count()}}
    figures["positions"]["open"] = Position.objects.open_at().count()
    with server() as port:
        figures |= pages(port, database, options.rounds)
        ratio = figures["page"]["p95"] / figures["bare"]["p95"]
        print(f"page p95 {figures['page']['p95']:.1f} ms, {ratio:.1f}x of bare FTS5", flush=True)
        if query_text := suggestions(port):
            figures["suggestions"] = query_text
        figures["rebuild"] = rebuild(port)
    figures |= {f"peer: {name}": row for name, row in peers(database).items()}
    report(figures)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2, ensure_ascii=False))


def report(figures: dict[str, dict[str, float]]) -> None:
    bare = figures["bare"]
    print(f"\n{figures['positions']['open']:,.0f} open of {figures['positions']['all']:,.0f} positions")
    print(f"{'':30}{'p50 ms':>9}{'p95 ms':>9}{'of bare FTS5, p95':>20}")
    for name, row in figures.items():
        if "p95" in row:
            beside = f"{row['p95'] / bare['p95']:>19.1f}x"
            result = f"  finds something for {row['answered']:.0%}" if "answered" in row else ""
            print(f"{name:30}{row['p50']:>9.1f}{row['p95']:>9.1f}{beside}{result}")
    rebuild = figures["rebuild"]
    print(
        f"index built anew in {rebuild['seconds']:.1f} s; {rebuild['pages']:.0f} pages answered meanwhile,"
        f" {rebuild['failures']:.0f} failures"
    )


if __name__ == "__main__":
    main()
