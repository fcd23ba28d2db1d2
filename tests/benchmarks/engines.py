"""Agreement of the three engines: `python -m tests.benchmarks.engines`.

Two hundred queries of the demo corpus, the first ten positions of each engine: SQLite's FTS5, PostgreSQL's
tsvector and Elasticsearch. Where PORTAL_TEST_ELASTICSEARCH_URL names no real server, a stand-in answers for
it; it speaks the same API and ranks by a BM25 of its own, so its order says little about a real server's.

Totals must be equal, as all engines filter alike; the order may differ, as each engine ranks differently.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from itertools import combinations
from pathlib import Path
from statistics import mean

from tests.benchmarks.pages import ROOT, prepare
from tests.harness.elasticsearch import REAL, stand_in
from tests.harness.needs import postgres_bin
from tests.postgres import scratch_server

TOP = 10


def answers(result: Path) -> None:
    """Write down what the engine of this process finds. Runs in a process of its own."""
    import django

    django.setup()

    from search import indexing, query_reading
    from search.backends import database_engine, server_engine
    from search.query import Kind, Scope, SearchQuery
    from tests.benchmarks.search import texts

    engine = server_engine() or database_engine()
    if not indexing.is_current(backend=engine):
        indexing.rebuild(backend=engine)
    outcome = {}
    for text in texts(distinct=True):
        query = SearchQuery(scope=Scope.PUBLIC, text=text, kinds=frozenset({Kind.POSITION}), size=TOP)
        one = engine.find(query, query_reading.read_query(text, now=query.now).groups)
        outcome[text] = [one.total, [pk for _, pk in one.keys]]
    result.write_text(json.dumps(outcome))


def ask(name: str, folder: Path, **environment: str) -> dict[str, tuple[int, list[int]]]:
    result = folder / f"{name}.json"
    subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.engines", "--answers", str(result)],
        cwd=ROOT,
        check=True,
        env={**os.environ, **environment},
    )
    outcome: dict[str, tuple[int, list[int]]] = json.loads(result.read_text())
    return outcome


def compare(outcome: dict[str, dict[str, tuple[int, list[int]]]]) -> dict[str, dict[str, float]]:
    """Return the mean share of common hits and the share of equal totals for each pair of engines."""
    figures = {}
    for one, other in combinations(outcome, 2):
        common, same = [], []
        for text, (total, first) in outcome[one].items():
            other_total, other_first = outcome[other][text]
            same.append(total == other_total)
            if first or other_first:
                longest = max(len(first), len(other_first))
                common.append(len(set(first) & set(other_first)) / longest)
        figures[f"{one} and {other}"] = {
            "overlap": mean(common),
            "same_totals": mean(same),
            "queries": len(same),
        }
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--data", type=Path, default=ROOT / "var" / "bench-small", help="folder of the data")
    parser.add_argument("--json", type=Path, help="also write the figures into this file")
    options = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings.dev"
    if options.answers:
        answers(options.answers)
        return
    os.environ["PORTAL_DATA"] = str(options.data.resolve())
    options.data.mkdir(parents=True, exist_ok=True)
    prepare("small")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        outcome = {"SQLite": ask("sqlite", folder)}
        address = REAL or stack.enter_context(stand_in())
        kind = "Elasticsearch" if REAL else "a stand-in for Elasticsearch"
        selection = {"PORTAL_SEARCH": "elasticsearch", "PORTAL_ELASTICSEARCH_URL": address}
        outcome[kind] = ask("elasticsearch", folder, PORTAL_ELASTICSEARCH_TIMEOUT="60", **selection)
        if programs := postgres_bin():
            url, _ = stack.enter_context(scratch_server(programs))
            dump = folder / "dump.json"
            _copy(dump, url)
            outcome["PostgreSQL"] = ask("postgresql", folder, DATABASE_URL=url)
        else:
            print("PostgreSQL is not installed: not compared")
    figures = compare(outcome)
    print(f"\n{'first ten of each query':48}{'common':>9}{'same total':>12}")
    for name, row in figures.items():
        print(f"{name:48}{row['overlap']:>9.0%}{row['same_totals']:>12.0%}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))


# What documents are made of.
MODELS = (
    "auth.group",
    "core.region",
    "core.occupation",
    "accounts.user",
    "stations.station",
    "employers.employer",
    "positions.position",
)


def _copy(dump: Path, url: str) -> None:
    """The same posts into the other database."""
    manage = [sys.executable, "manage.py"]
    words = ["dumpdata", *MODELS, "--natural-foreign", "--output", str(dump), "--verbosity", "0"]
    subprocess.run([*manage, *words], cwd=ROOT, check=True)
    environment = {**os.environ, "DATABASE_URL": url}
    for step in (["migrate", "--verbosity", "0"], ["loaddata", str(dump), "--verbosity", "0"]):
        subprocess.run([*manage, *step], cwd=ROOT, check=True, env=environment)


if __name__ == "__main__":
    main()
