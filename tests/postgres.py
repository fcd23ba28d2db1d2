"""A scratch PostgreSQL for the length of one command: `python -m tests.postgres -- COMMAND …`

The cluster lives in a temporary folder, speaks only through a Unix socket there, and never syncs to disk. The
command finds it in DATABASE_URL. Where no PostgreSQL is installed the command is not run: that is said, and
under CI=true it is a failure. As root the server runs as the user `postgres`, since it refuses root.
"""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.harness.leaks import CLUSTER
from tests.harness.needs import IN_CI, postgres_bin

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = "-c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off"


def _user() -> str | None:
    """Return the user who runs the server: `postgres` when we are root, else ourselves (None)."""
    if os.geteuid() != 0:
        return None
    return pwd.getpwnam("postgres").pw_name


@contextmanager
def scratch_server(bin_folder: Path) -> Iterator[tuple[str, Path]]:
    """A running server's DATABASE_URL and its folder; the server and its folder are gone afterwards."""
    user = _user()
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    if user:
        shutil.chown(folder, user)

    def run(program: str, *words: str) -> None:
        result = subprocess.run(
            [bin_folder / program, *words],
            check=False, user=user, cwd=folder, stdin=subprocess.DEVNULL, capture_output=program != "pg_ctl",
        )  # fmt: skip
        if result.returncode:
            raise SystemExit(f"{program} failed: {(result.stderr or b'').decode(errors='replace')}")

    data = str(folder / "data")
    try:
        run(
            "initdb",
            "-D",
            data,
            "-U",
            "portal",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        )
        run(
            "pg_ctl",
            "-D",
            data,
            "-s",
            "-w",
            "-l",
            str(folder / "log"),
            "-o",
            f"{SETTINGS} -k {folder}",
            "start",
        )
        try:
            run("createdb", "-h", str(folder), "-U", "portal", "portal")
            yield f"postgres://portal@/portal?host={folder}", folder
        finally:
            run("pg_ctl", "-D", data, "-s", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def figure_on_postgres(test: str) -> str:
    """Run one slow test on a scratch PostgreSQL and return the line that it prints after 'postgresql:'.

    Raises:
        AssertionError: it failed, or did not run.
    """
    ours = {"DATABASE_URL", "PORTAL_DATA", "DJANGO_SETTINGS_MODULE"}
    pytest = [sys.executable, "-m", "pytest", "-q", "-s", "--slow", test]
    process = subprocess.run(
        [sys.executable, "-m", "tests.postgres", "--", *pytest],
        cwd=ROOT, check=False, capture_output=True, text=True,
        env={name: value for name, value in os.environ.items() if name not in ours},
    )  # fmt: skip
    assert process.returncode == 0, process.stdout[-4_000:]
    return next(line for line in process.stdout.splitlines() if line.startswith("postgresql:"))


def main(command: list[str]) -> int:
    """Run the command beside a scratch server; its exit code."""
    bin_folder = postgres_bin()
    if bin_folder is None:
        print(f"MISSING PostgreSQL (Debian: postgresql): not run: {' '.join(command)}")
        return 1 if IN_CI else 0
    with scratch_server(bin_folder) as (url, folder):
        print(f"on PostgreSQL ({bin_folder}): {' '.join(command)}", flush=True)
        environment = {**os.environ, "DATABASE_URL": url, CLUSTER: str(folder)}
        return subprocess.run(command, check=False, env=environment).returncode


if __name__ == "__main__":
    words = sys.argv[1:]
    raise SystemExit(main(words[words.index("--") + 1 :]))
