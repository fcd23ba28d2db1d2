"""Report pages at two sizes of the demo: `python -m tests.benchmarks.reports --data DIR --scale city`.

Makes the demo of that scale in DIR unless it is there, then prints for each report page its number of queries
and the milliseconds of its answer (median of five), and the time of the four-year table alone.
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

PAGES = {
    "funnel": "/desk/insights/",
    "by employer": "/desk/insights/?by=employer",
    "by occupation": "/desk/insights/?by=occupation",
    "by station": "/desk/insights/?by=station",
    "by month": "/desk/insights/?by=month",
    "retention": "/desk/insights/retention/",
    "satisfaction": "/desk/insights/satisfaction/",
    "fairs": "/desk/insights/fairs/",
    "years": "/desk/insights/years/",
    "month": "/desk/insights/month/",
    "month on paper": "/desk/insights/month/pdf/",
    "rows of intentions": "/desk/insights/rows/?figure=sheets",
    "rows of posts": "/desk/insights/rows/?figure=headcount",
    "trouble": "/desk/trouble/",
}
TIMES = 5


def milliseconds(ask: Callable[[], object]) -> float:
    durations = []
    for _ in range(TIMES):
        began = time.perf_counter()
        ask()
        durations.append((time.perf_counter() - began) * 1000)
    return statistics.median(durations)


def measure() -> dict[str, dict[str, float]]:
    """Name of the page -> queries and milliseconds, as the city's operator reads it."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from portal.accounts.models import User
    from portal.demo import logins
    from portal.placements.models import Placement
    from portal.reports.report_scope import report_scope_of
    from portal.reports.year_table import build_year_table, recent_years
    from tests.benchmarks.pages import session_of

    operator = User.objects.get_by_natural_key(logins.CITY_OPERATOR.phone)
    client = Client(SERVER_NAME="localhost")  # the demo answers to no other name
    client.cookies["sessionid"] = session_of(operator, verified=True)
    result: dict[str, dict[str, float]] = {}
    for name, path in PAGES.items():
        assert client.get(path).status_code == 200, path
        with CaptureQueriesContext(connection) as captured:
            client.get(path)
        result[name] = {
            "queries": len(captured),
            "ms": milliseconds(partial(client.get, path)),
        }
    scope, years = report_scope_of(operator), recent_years()
    walls, cpus = [], []
    for _ in range(TIMES):
        began, burnt = time.perf_counter(), time.process_time()
        table = build_year_table(scope, years)
        walls.append((time.perf_counter() - began) * 1000)
        cpus.append((time.process_time() - burnt) * 1000)
    result["four-year table"] = {
        "best": min(walls),
        "ms": statistics.median(walls),
        "cpu": min(cpus),
        "sheets": table.row("sheets").numbers[-1].value,
        "intentions": Placement.objects.count(),
    }
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--scale", default="city")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    os.environ["PORTAL_DATA"] = str(options.data)
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings.dev"
    from tests.benchmarks.pages import prepare

    prepare(options.scale)
    import django

    django.setup()

    result = measure()
    for name, row in result.items():
        print(f"{name:20}" + "".join(f"{key:>12} {value:8.1f}" for key, value in row.items()))
    if options.json:
        options.json.write_text(json.dumps(result))


if __name__ == "__main__":
    main()
