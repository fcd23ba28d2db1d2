"""Page times at city scale: `python -m tests.benchmarks.pages`.

Makes the demo city once (73 fairs, 66,000 positions, 97,092 veterans) in --data, starts the real server on
loopback, and prints for each page: its number of queries, p50 and p95 with one client, and requests a second
with eight; then, for each page that ranks, the same page beside one whose ranking costs nothing (--ranking:
only these; --files: only the pages that look for people; --duties: only those of the calls). Nothing is
asserted here: timings belong to the machine.
"""

import argparse
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.harness.optional import require

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Page:
    """A page to ask for, the session cookie of whoever asks ('' for nobody), and whether it ranks, looks for
    people among the files, or lists calls that are due.
    """

    name: str
    path: str
    session: str = ""
    ranks: bool = False
    files: bool = False
    duties: bool = False


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of one client's requests, and requests a second of eight clients."""

    p50: float
    p95: float
    per_second: float


def prepare(scale: str) -> None:
    """Make the demo data of PORTAL_DATA unless it is there already."""
    steps = (
        ["migrate", "--verbosity", "0"],
        ["load_reference"],
        ["setup_cms"],
        ["demo", "--scale", scale, "--if-empty"],
        ["index_positions", "--if-missing"],
        ["index_search", "--if-stale"],
        ["collectstatic", "--noinput", "--verbosity", "0"],
    )
    for step in steps:
        subprocess.run([sys.executable, "manage.py", *step], cwd=ROOT, check=True)


def pages() -> list[Page]:
    """The pages of the walk, asked for by those who use them most: the public, a veteran, the busiest
    clerk.
    """
    from django.db.models import Count
    from django.urls import reverse

    from cms.models import FairIndexPage, HomePage, JobFairPage
    from portal.accounts.models import Appointment, User
    from portal.accounts.roles import StationRole
    from portal.demo import logins
    from portal.employers.models import EmployerMembership
    from portal.positions.models import Position
    from portal.stations.enums import StationLevel
    from portal.stations.models import Station
    from portal.veterans.models import Veteran

    # A fair with a venue: its page shows the region, which that of an online fair does not load.
    fairs_at_a_venue = JobFairPage.objects.upcoming().exclude(venue="")
    biggest = fairs_at_a_venue.annotate(n=Count("booths")).order_by("-n").first()
    veteran = (
        Veteran.objects.filter(account__isnull=False, wish__isnull=False, employment_status="unemployed")
        .order_by("pk")
        .first()
    )
    city = Appointment.objects.filter(station__level=StationLevel.CITY, role=StationRole.OPERATOR).first()
    clerks = Appointment.objects.filter(role=StationRole.CLERK)
    town = clerks.filter(user=User.objects.get_by_natural_key(logins.TOWN_CLERK.phone)).first()
    county = Station.objects.filter(level=StationLevel.COUNTY).order_by("path")[0]
    files = reverse("staff:veterans")
    home, fairs = HomePage.objects.get(), FairIndexPage.objects.get()
    if biggest is None or veteran is None or veteran.account is None or city is None or town is None:
        raise SystemExit("the demo data lacks a coming fair, a veteran with an account, or staff")
    booth = biggest.booths.confirmed().filter(positions__in=Position.objects.open_at()).first()
    member = EmployerMembership.objects.filter(
        employer__positions__in=Position.objects.open_at(),
        user=User.objects.get_by_natural_key(logins.EMPLOYER.phone),
    ).first()
    if booth is None or member is None:
        raise SystemExit("the demo data lacks a booth with open positions, or an employer's member with one")
    wish = member.employer.positions.open_at().order_by("pk").first()
    mine, company, desk, clerk = (
        session_of(veteran.account),
        session_of(member.user),
        session_of(city.user, verified=True),
        session_of(town.user, verified=True),
    )
    return [
        Page("home", home.relative_url(home.get_site()) or "/"),
        Page("fair list", fairs.relative_url(fairs.get_site())),
        Page("fair page", biggest.relative_url(biggest.get_site())),
        Page("positions", reverse("public:positions")),
        Page("search", reverse("public:search") + "?q=%E5%8F%89%E8%BD%A6"),
        Page("recommended positions", reverse("veteran:positions"), mine, ranks=True),
        Page("booths worth a visit", reverse("veteran:fair", args=[biggest.pk]), mine, ranks=True),
        Page("candidates, city", reverse("staff:candidates", args=[require(wish).pk]), desk, ranks=True),
        Page("booth's people, city", reverse("staff:booth-candidates", args=[booth.pk]), desk, ranks=True),
        Page(
            "candidates, employer",
            reverse("employer:candidates", args=[require(wish).pk]),
            company,
            ranks=True,
        ),
        Page("staff day, town", reverse("staff:day"), clerk, duties=True),
        Page("staff day, city", reverse("staff:day"), desk, files=True, duties=True),
        Page("staff day, all of the city", reverse("staff:day") + "?whose=all", desk, duties=True),
        Page("team, city", reverse("staff:team"), desk, duties=True),
        Page("team's calls, city", reverse("staff:team-calls") + "?state=pending", desk, duties=True),
        Page("staff worklist, city", reverse("staff:placements"), desk, files=True),
        Page("veterans list, city", files, desk, files=True),
        Page("person by name, city", f"{files}?q={quote(veteran.name)}", desk, files=True),
        Page("person by a surname, city", f"{files}?q={quote(veteran.name[0])}", desk, files=True),
        Page("person by phone, city", f"{files}?q={veteran.phone}", desk, files=True),
        Page("person by last four, city", f"{files}?q={veteran.id_last4}", desk, files=True),
        Page("people out of work, city", f"{files}?employment_status=unemployed", desk, files=True),
        Page("people of a county", f"{files}?station={county.pk}", desk, files=True),
        Page("fair report, city", reverse("staff:fair", args=[biggest.pk]), desk),
    ]


def count_rows() -> dict[str, int]:
    """Count the people, intentions and follow-ups of the database."""
    from portal.follow_ups.models import FollowUp
    from portal.placements.models import Placement
    from portal.veterans.models import Veteran

    return {
        "people": Veteran.objects.count(),
        "intentions": Placement.objects.count(),
        "duties": FollowUp.objects.count(),
    }


def session_of(user: Any, *, verified: bool = False) -> str:
    """A signed-in session's key, as the sign-in pages would have left it."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django_otp import DEVICE_ID_SESSION_KEY
    from django_otp.plugins.otp_totp.models import TOTPDevice

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    if verified:
        device, _ = TOTPDevice.objects.get_or_create(user=user, confirmed=True, defaults={"name": "bench"})
        session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session.create()
    return str(session.session_key)


def count_queries(page: Page) -> int:
    """Queries of one answer, warm (the first request of a process fills caches)."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(SERVER_NAME="localhost")  # the demo answers to no other name
    if page.session:
        client.cookies[settings.SESSION_COOKIE_NAME] = page.session
    client.get(page.path)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(page.path)
    if response.status_code != 200:
        raise SystemExit(f"{page.name}: {page.path} answered {response.status_code}")
    return len(captured)


@contextmanager
def server(application: str = "portal.wsgi:application", *, data: Path | None = None) -> Iterator[int]:
    """The real application server on a free loopback port; `data`: its data folder, if not this process's."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", "2", "--blocking-threads", "4", "--log-level", "warning"]
    command += [application]
    environment = os.environ | ({"PORTAL_DATA": str(data)} if data is not None else {})
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        for _ in range(150):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        else:
            raise SystemExit("the server did not start")
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


def _ask(port: int, page: Page, until: float, least: int) -> list[float]:
    """Ask again and again on one connection; returns each answer's milliseconds."""
    headers = {"Cookie": f"sessionid={page.session}"} if page.session else {}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    times: list[float] = []
    while len(times) < least or time.perf_counter() < until:
        start = time.perf_counter()
        connection.request("GET", page.path, headers=headers)
        response = connection.getresponse()
        response.read()
        times.append((time.perf_counter() - start) * 1000)
        if response.status != 200:
            raise SystemExit(f"{page.name}: {page.path} answered {response.status}")
    connection.close()
    return times


def measure(port: int, page: Page, seconds: float) -> Timing:
    _ask(port, page, 0, 6)  # both workers warm
    alone = _ask(port, page, time.perf_counter() + seconds, 20)
    start_time = time.perf_counter()
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda _: _ask(port, page, start_time + seconds, 3), range(8))
        total = sum(len(times) for times in answers)
    return Timing(
        p50=statistics.median(alone),
        p95=statistics.quantiles(alone, n=20)[-1],
        per_second=total / (time.perf_counter() - start_time),
    )


def measure_all(pages: list[Page], seconds: float) -> dict[str, dict[str, float]]:
    counts = {page.name: count_queries(page) for page in pages}
    figures: dict[str, dict[str, float]] = {}
    print(f"\n{'page':26}{'queries':>9}{'p50 ms':>10}{'p95 ms':>10}{'req/s (8)':>11}")
    with server() as port:
        for page in pages:
            timing = measure(port, page, seconds)
            print(
                f"{page.name:26}{counts[page.name]:>9}{timing.p50:>10.1f}{timing.p95:>10.1f}"
                f"{timing.per_second:>11.1f}",
                flush=True,
            )
            figures[page.name] = {"queries": counts[page.name], **asdict(timing)}
    return figures


def compare(pages: list[Page], times: int) -> dict[str, dict[str, float]]:
    """Pages that rank beside the same pages with a ranking that costs nothing, one request each in turn."""
    figures = {}
    with server() as port, server("tests.benchmarks._remembered:application") as free:
        for page in pages:
            spent: dict[int, list[float]] = {port: [], free: []}
            for side in spent:
                _ask(side, page, 0, 12)  # all workers and threads warm, answers remembered
            for _ in range(times):
                for side in spent:
                    spent[side] += _ask(side, page, 0, 1)
            with_, without = (statistics.quantiles(spent[side], n=20)[-1] for side in (port, free))
            figures[page.name] = {
                "p50": statistics.median(spent[port]),
                "p95": with_,
                "p50_without": statistics.median(spent[free]),
                "p95_without": without,
            }
            print(f"{page.name:26}{with_:>10.1f}{without:>14.1f}{with_ / without:>8.2f}x", flush=True)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", default="city", choices=["small", "city"])
    parser.add_argument("--data", type=Path, help="folder of the data (default: var/bench-SCALE)")
    parser.add_argument("--json", type=Path, help="also write the figures into this file")
    parser.add_argument("--ranking", action="store_true", help="only what the ranking adds to its pages")
    parser.add_argument("--files", action="store_true", help="only the pages that look for people")
    parser.add_argument("--duties", action="store_true", help="only the pages of the calls that are due")
    parser.add_argument("--list", type=Path, help="only make the data and write the pages into this file")
    parser.add_argument("--seconds", type=float, default=4.0, help="how long each page is asked for")
    options = parser.parse_args()
    data = options.data or ROOT / "var" / f"bench-{options.scale}"
    os.environ["PORTAL_DATA"] = str(data.resolve())
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings.dev"
    data.mkdir(parents=True, exist_ok=True)
    prepare(options.scale)

    import django

    django.setup()
    query_args = pages()
    ranking = [page for page in query_args if page.ranks]
    if options.files:
        query_args = [page for page in query_args if page.files]
    if options.duties:
        query_args = [page for page in query_args if page.duties]
    if options.list:
        rows = [{"page": asdict(page), "queries": count_queries(page)} for page in query_args]
        options.list.write_text(json.dumps({"pages": rows, "rows": count_rows()}))
        return
    figures = {} if options.ranking else measure_all(query_args, options.seconds)
    comparison = {}
    if not (options.files or options.duties):
        print(f"\n{'page that ranks':26}{'p95 ms':>10}{'without it':>14}")
        comparison = compare(ranking, 200)
    for name, row in comparison.items():
        figures.setdefault(name, {}).update({f"compared_{key}": value for key, value in row.items()})
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
