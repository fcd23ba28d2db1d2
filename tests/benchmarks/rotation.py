"""Keys change while the portal serves: `python -m tests.benchmarks.rotation`.

Takes a copy of the demo city (97,092 files), starts the real server on it, and lets staff and a veteran read
files while somebody writes to them and `manage.py rotate_keys` runs. Prints answers and failures before,
during and after, and at the end reads every value with the new key alone.
"""

import argparse
import http.client
import json
import os
import random
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.benchmarks.pages import ROOT, prepare, server, session_of

READERS = 3
MASKED_PARTS = re.compile(r"1[3-9]\d\*{4}\d{4}")


@dataclass
class Phase:
    """Response times, failures and writes during one phase."""

    times: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    writes: int = 0


class Traffic:
    """Reads and writes veteran records continuously until stopped, counted under the current `phase`."""

    def __init__(self, port: int, session: str, files: list[int], by: Any) -> None:
        self.phases = {name: Phase() for name in ("before", "during", "after")}
        self.phase = "before"
        self.written_ids: set[int] = set()
        self._port, self._session, self._files, self._by = port, session, files, by
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._read, args=(n,)) for n in range(READERS)]
        self._threads.append(threading.Thread(target=self._write))

    def __enter__(self) -> "Traffic":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _read(self, seed: int) -> None:
        rng = random.Random(seed)
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        while not self._stop.is_set():
            path = rng.choice(
                (f"/desk/veterans/?page={rng.randrange(1, 400)}", f"/desk/veterans/{self._any(rng)}/")
            )
            start_time, phase = time.perf_counter(), self.phases[self.phase]
            connection.request("GET", path, headers={"Cookie": f"sessionid={self._session}"})
            response = connection.getresponse()
            body = response.read().decode(errors="replace")
            phase.times.append((time.perf_counter() - start_time) * 1000)
            if response.status != 200 or ("?page=" in path and not MASKED_PARTS.search(body)):
                phase.failures.append(f"{path} {response.status}")
        connection.close()

    def _any(self, rng: random.Random) -> int:
        return rng.choice(self._files)

    def _write(self) -> None:
        from portal.veterans import actions
        from portal.veterans.models import Veteran

        rng = random.Random(99)
        while not self._stop.wait(0.05):
            phase = self.phases[self.phase]
            veteran = Veteran.objects.get(pk=self._any(rng))
            try:
                actions.update_record(
                    veteran=veteran, by=self._by, section="identity", values={"address": "会城街道演示路1号"}
                )
            except Exception as error:
                phase.failures.append(f"write {veteran.pk}: {error!r}")
            else:
                phase.writes += 1
                self.written_ids.add(veteran.pk)


def copy_city(source: Path, target: Path) -> None:
    """A copy of the data folder with its own database, settled and whole."""
    for name in ("secrets.env", "field_keys"):
        if (source / name).exists():
            shutil.copy(source / name, target)
    with sqlite3.connect(source / "portal.sqlite3") as database:
        database.execute("VACUUM INTO ?", (str(target / "portal.sqlite3"),))
    for name in ("static", "matching"):
        (target / name).symlink_to(source / name)


def snapshot() -> dict[int, tuple[str, ...]]:
    """The sensitive values of every file, decrypted: phone, difficulty, disability, address."""
    from portal.veterans.models import Veteran

    rows = Veteran.objects.order_by("pk").values_list("pk", "phone", "difficulty", "disability", "address")
    return {pk: tuple(values) for pk, *values in rows.iterator(5000)}


def changed_rows(before: dict[int, tuple[str, ...]], written_rows: set[int]) -> int:
    """Count the records that differ from `before`; the address may differ where a record was written."""
    now = snapshot()
    return sum(
        now.get(pk, ())[:3] != values[:3] or (pk not in written_rows and now[pk] != values)
        for pk, values in before.items()
    )


def run(seconds: float) -> dict[str, float]:
    from django.conf import settings

    from portal.accounts.models import Appointment
    from portal.accounts.roles import StationRole
    from portal.core import key_rotation
    from portal.stations.enums import StationLevel
    from portal.veterans.models import Veteran

    position = Appointment.objects.filter(station__level=StationLevel.CITY, role=StationRole.OPERATOR)[0]
    files = list(Veteran.objects.values_list("pk", flat=True))
    session = session_of(position.user, verified=True)
    before = snapshot()
    with server() as port, Traffic(port, session, files, position.user) as traffic:
        time.sleep(seconds)
        traffic.phase = "during"
        start_time = time.perf_counter()
        subprocess.run([sys.executable, "manage.py", "rotate_keys"], cwd=ROOT, check=True)
        duration = time.perf_counter() - start_time
        traffic.phase = "after"
        time.sleep(seconds)
    left = key_rotation.rewrite()
    key_rotation.retire(by=None, at_once=True)
    settings.FIELD_ENCRYPTION_KEYS = []  # nothing but the newest key
    figures: dict[str, float] = {
        "files": len(files),
        "seconds": duration,
        "left_over": left,
        "changed": changed_rows(before, traffic.written_ids),
    }
    for name, phase in traffic.phases.items():
        print(
            f"{name:8}{len(phase.times):>7} answers,"
            f" p95 {statistics.quantiles(phase.times, n=20)[-1]:.0f} ms,"
            f" {phase.writes} writes, {len(phase.failures)} failures {phase.failures[:3]}"
        )
        figures[f"answers_{name}"] = len(phase.times)
        figures[f"writes_{name}"] = phase.writes
        figures[f"failures_{name}"] = len(phase.failures)
    print(
        f"{len(files)} files rewritten in {duration:.0f} s; {left} values written with the old key in between"
    )
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT / "var" / "bench-city", help="folder of the city")
    parser.add_argument("--json", type=Path, help="also write the figures into this file")
    parser.add_argument("--seconds", type=float, default=5.0, help="of traffic before and after")
    options = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings.dev"
    options.data.mkdir(parents=True, exist_ok=True)
    os.environ["PORTAL_DATA"] = str(options.data.resolve())
    prepare("city")
    with tempfile.TemporaryDirectory() as folder:
        copy_city(options.data.resolve(), Path(folder))
        os.environ["PORTAL_DATA"] = folder

        import django

        django.setup()
        figures = run(options.seconds)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
