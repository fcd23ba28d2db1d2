"""Cost of starting the portal: seconds, CPU seconds and memory, as `make run` starts it.

    python -m tests.scale.start [CHECKOUT] [--port 8765] [--data FOLDER] [--imports 25] [--runs 3]

Prints JSON. A data folder is filled by a first run, then the portal is stopped and started again, which is
what is measured. The checkout needs a `.venv`, which is never installed anew. Linux only: CPU times and
memory are read from /proc.
"""

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from tests.harness.optional import require

TICKS = os.sysconf("SC_CLK_TCK")
FIRST_RUN = 1_800.0  # seconds that a run with an empty data folder may take on a busy machine
SECOND_RUN = 300.0
SETTLE = 5.0  # seconds after the first page until memory is read
# Set by whoever started this script; `make run` in a terminal has none of them.
FOREIGN = (
    "PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "DATABASE_URL", "DJANGO_SETTINGS_MODULE", "MAKEFLAGS",
    "MAKELEVEL", "MFLAGS", "PORT", "HOST",
)  # fmt: skip


# --- /proc -----------------------------------------------------------------------------------------------
def read_stat(pid: int) -> tuple[int, float, float]:
    """(parent, CPU seconds of the process, CPU seconds of its children that ended) of one process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    user, system, user_children, system_children = (int(field) / TICKS for field in fields[11:15])
    return int(fields[1]), user + system, user_children + system_children


def list_tree(root: int) -> list[int]:
    """The process and all that stem from it."""
    children: dict[int, list[int]] = defaultdict(list)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                children[read_stat(int(entry.name))[0]].append(int(entry.name))
            except (FileNotFoundError, ProcessLookupError):
                continue
    tree = [root]
    for pid in tree:
        tree += children[pid]
    return tree


def read_memory(pid: int) -> dict[str, float]:
    """RSS, PSS and private memory of a process in MiB."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    sizes = {key: int(size) / 1024 for key, size in re.findall(r"^(\w+):\s+(\d+) kB$", text, re.MULTILINE)}
    return {
        "rss": round(sizes["Rss"], 1),
        "pss": round(sizes["Pss"], 1),
        "private": round(sizes["Private_Clean"] + sizes["Private_Dirty"], 1),
    }


def name_process(pid: int) -> str:
    """Name a process of the portal: by the name it gave itself, else by its command line."""
    own_name = Path(f"/proc/{pid}/comm").read_text().strip()
    if own_name.startswith("portal-"):
        return own_name.removeprefix("portal-")
    words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    if "granian" in words:
        parent = Path(f"/proc/{read_stat(pid)[0]}/cmdline").read_text().split("\0")
        return "web worker" if "granian" in parent else "web master"
    if any("multiprocessing" in word for word in words):
        tracker = any("resource_tracker" in word for word in words)
        return "resource tracker" if tracker else "web worker"
    for command, name in (
        ("steps", "supervisor"),
        ("serve", "supervisor"),
        ("work", "task worker"),
        ("tick", "clock"),
    ):
        if any(word == command or word.startswith(f"{command} ") for word in words):
            return name
    return " ".join(words)[:80].strip() or "?"


# --- running ---------------------------------------------------------------------------------------------
def _environment(data: Path) -> dict[str, str]:
    return {
        **{key: value for key, value in os.environ.items() if key not in FOREIGN},
        "PORTAL_DATA": str(data),
        "DJANGO_SETTINGS_MODULE": "portal.settings.dev",
    }


class Portal:
    """`make run` of a checkout in a session of its own."""

    def __init__(self, checkout: Path, data: Path, port: int) -> None:
        self.checkout, self.data, self.port = checkout, data, port

    def __enter__(self) -> "Portal":
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            ["make", "--no-print-directory", "--old-file=.venv/.run", "run", f"PORT={self.port}"],
            cwd=self.checkout,
            env=_environment(self.data),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.output = require(self.process.stdout)
        os.set_blocking(self.output.fileno(), False)
        return self

    def __exit__(self, *error: object) -> None:
        # The supervisor ends the others in order; make ends when it does.
        tree = list_tree(self.process.pid)
        names = {}
        for pid in tree:
            with suppress(FileNotFoundError, ProcessLookupError):
                names[pid] = name_process(pid)
        for pid in [pid for pid, name in names.items() if name == "supervisor"] or tree:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.output.close()

    def wait_for(self, page: str, seconds: float) -> tuple[int, float]:
        """(status, seconds since the start) of the page's first answer."""
        deadline = self.began + seconds
        while time.monotonic() < deadline:
            self.output.read()  # a full pipe would stop the portal
            if self.process.poll() is not None:
                raise RuntimeError(f"make run ended with {self.process.returncode}")
            connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
            try:
                connection.request("GET", page)
                response = connection.getresponse()
                response.read()
                return response.status, time.monotonic() - self.began
            except (OSError, HTTPException):
                time.sleep(0.05)
            finally:
                connection.close()
        raise TimeoutError(f"no answer within {seconds:.0f} s")

    def cpu_seconds(self) -> float:
        """CPU seconds of all that was started since, processes that ended included."""
        return sum(sum(read_stat(pid)[1:]) for pid in list_tree(self.process.pid))

    def list_processes(self) -> list[dict[str, Any]]:
        """Kind, CPU seconds and memory of each process, `make` itself left out."""
        rows = []
        for pid in list_tree(self.process.pid)[1:]:
            with suppress(FileNotFoundError, ProcessLookupError):  # it ended meanwhile
                kind = name_process(pid)
                rows.append({"process": kind, "cpu": round(read_stat(pid)[1], 2), **read_memory(pid)})
        return rows


def fill_data(checkout: Path, data: Path, port: int) -> float:
    """Run once with an empty data folder; the seconds until the first page."""
    with Portal(checkout, data, port) as portal:
        seconds = portal.wait_for("/", FIRST_RUN)[1]
        time.sleep(SETTLE)
    return round(seconds, 2)


def measure_second_run(checkout: Path, data: Path, port: int) -> dict[str, Any]:
    """Seconds and CPU seconds until the first page; memory of all processes some seconds later."""
    with Portal(checkout, data, port) as portal:
        status, seconds = portal.wait_for("/", SECOND_RUN)
        cpu = portal.cpu_seconds()
        time.sleep(SETTLE)
        processes = portal.list_processes()
        cpu_settled = portal.cpu_seconds()
    return {
        "status": status,
        "wall_to_first_page": round(seconds, 2),
        "cpu_to_first_page": round(cpu, 2),
        "cpu_settled": round(cpu_settled, 2),
        "pss_together": round(sum(row["pss"] for row in processes), 1),
        "rss_together": round(sum(row["rss"] for row in processes), 1),
        "processes": processes,
    }


# --- one web process -------------------------------------------------------------------------------------
_ONE_PROCESS = """
import json, os, resource, sys, time
sys.path.insert(0, os.getcwd())
began = time.perf_counter()
from portal.wsgi import application
def used():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
loaded = used()
def ask(path):
    status = []
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": path, "SERVER_NAME": "localhost", "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.url_scheme": "http", "wsgi.input": sys.stdin.buffer,
        "wsgi.errors": sys.stderr, "REMOTE_ADDR": "127.0.0.1", "wsgi.version": (1, 0),
        "wsgi.multithread": True, "wsgi.multiprocess": True, "wsgi.run_once": False, "QUERY_STRING": "",
    }
    body = b"".join(application(environ, lambda line, headers, error=None: status.append(line)))
    return status[0], len(body)
answer = ask(sys.argv[1])
first = used()
wall = time.perf_counter() - began
text = open("/proc/self/smaps_rollup").read()
size = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in text.splitlines()[1:] if "kB" in line}
began = used()
ask(sys.argv[1])
print(json.dumps({
    "status": answer[0], "bytes": answer[1],
    "cpu_loaded": round(loaded, 2), "cpu_to_first_answer": round(first, 2),
    "wall_to_first_answer": round(wall, 2), "cpu_second_answer": round(used() - began, 3),
    "rss": round(size["Rss"], 1), "pss": round(size["Pss"], 1), "modules": len(sys.modules),
}))
"""


def measure_web_process(checkout: Path, data: Path, page: str = "/") -> dict[str, Any]:
    """CPU seconds and memory of one process that loads the WSGI application and answers one page."""
    output = subprocess.run(
        [".venv/bin/python", "-c", _ONE_PROCESS, page],
        cwd=checkout,
        env=_environment(data),
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return json.loads(output.splitlines()[-1])


def measure_imports(checkout: Path, data: Path, rows: int) -> dict[str, Any]:
    """Milliseconds by package (own time of its modules) and the slowest modules, to the first answer."""
    lines = subprocess.run(
        [".venv/bin/python", "-X", "importtime", "-c", _ONE_PROCESS, "/"],
        cwd=checkout,
        env=_environment(data),
        check=True,
        capture_output=True,
        text=True,
    ).stderr.splitlines()
    packages: dict[str, list[float]] = defaultdict(lambda: [0.0, 0])
    modules = []
    for line in lines:
        match = re.fullmatch(r"import time:\s+(\d+) \|\s+(\d+) \|\s*(\S+)", line)
        if match:
            own, total, name = int(match[1]) / 1000, int(match[2]) / 1000, match[3]
            packages[name.partition(".")[0]][0] += own
            packages[name.partition(".")[0]][1] += 1
            modules.append((total, own, name))
    heaviest = sorted(packages.items(), key=lambda item: -item[1][0])[:rows]
    return {
        "total_ms": round(sum(own for own, _ in packages.values())),
        "modules": len(modules),
        "by_package": {name: {"ms": round(own), "modules": count} for name, (own, count) in heaviest},
        "slowest_own": {name: round(own) for _, own, name in sorted(modules, key=lambda row: -row[1])[:rows]},
        "slowest_with_children": {name: round(total) for total, _, name in sorted(modules)[: -rows - 1 : -1]},
    }


def measure(checkout: Path, data: Path, port: int, *, runs: int, imports: int) -> dict[str, Any]:
    """All figures of one checkout; the best of several second runs."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=checkout, check=False, capture_output=True, text=True
    ).stdout.strip()
    first = None if (data / "portal.sqlite3").exists() else fill_data(checkout, data, port)
    second = [measure_second_run(checkout, data, port) for _ in range(runs)]
    web = [measure_web_process(checkout, data) for _ in range(runs)]
    return {
        "commit": commit,
        "first_run_wall": first,
        "second_run": min(second, key=lambda row: row["wall_to_first_page"]),
        "second_run_all": [
            {key: row[key] for key in ("wall_to_first_page", "cpu_to_first_page", "pss_together")}
            for row in second
        ],
        "web_process": min(web, key=lambda row: row["cpu_to_first_answer"]),
        "web_process_all": [row["cpu_to_first_answer"] for row in web],
        "imports": measure_imports(checkout, data, imports),
        "load": list(os.getloadavg()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkout", type=Path, nargs="?", default=Path(__file__).parents[2])
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("--data", type=Path, help="data folder; a scratch folder unless told")
    parser.add_argument("--imports", type=int, default=25, help="rows of the tables of import times")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    scratch = None if options.data else Path(tempfile.mkdtemp(prefix="portal-start-"))
    data = require(options.data or scratch).resolve()
    try:
        figures = measure(
            options.checkout.resolve(), data, options.port, runs=options.runs, imports=options.imports
        )
    finally:
        if scratch:
            shutil.rmtree(scratch, ignore_errors=True)
    json.dump(figures, sys.stdout, ensure_ascii=False, indent=1)
    print()


if __name__ == "__main__":
    main()
