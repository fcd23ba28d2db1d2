"""Hostile and broken files: each gets a message that names the cause, and costs no process and no memory."""

import json
import os
import random
import subprocess
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
from django.core.exceptions import ValidationError

from portal.core import child_process
from portal.core.child_process import ChildRefusal, Limits, run_in_child
from portal.documents.upload_validation import validate_upload
from portal.imports.workbook_reader import read_table
from tests.attacks import hostile_files
from tests.attacks.hostile_files import TRANSFORMATIONS
from tests.attacks.lawful_files import WORKSHEET, unpack, workbook
from tests.harness.must import Figure

SEED = 20_261_130
FILES = 300
ROWS, COLUMNS = 97_092, 25
READERS: dict[str, Callable[[bytes], Any]] = {"table": read_table, "document": validate_upload}
INPUTS = Path(__file__).parents[3] / "shared" / "data" / "inputs"


def code_of(reader: str, content: bytes) -> str:
    """Return the code of the refusal, '' where the file was read; the message is one for people."""
    try:
        READERS[reader](content)
    except ValidationError as error:
        message, code = error.messages[0], str(error.code)
    else:
        return ""
    assert any("\u4e00" <= letter <= "\u9fff" for letter in message), message
    return code


@pytest.mark.parametrize("transformation", TRANSFORMATIONS, ids=lambda row: row.name)
def test_refusal_names_the_cause(transformation: hostile_files.Transformation) -> None:
    content = transformation.spoil(random.Random(3))
    assert code_of(transformation.reader, content) in transformation.codes


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("def answer(r, c, s):\n    while True: pass", "time"),
        ("def answer(r, c, s):\n    import time; time.sleep(60)", "time"),
        ("def answer(r, c, s):\n    bytearray(2_000_000_000)", "memory"),
        ("def answer(r, c, s):\n    import os; os.abort()", "memory"),
        ("def answer(r, c, s):\n    import os; os._exit(3)", "crash"),
        ("def answer(r, c, s):\n    raise RuntimeError", "crash"),
        ("def answer(r, c, s):\n    s(b'x', bytes(2_000_000))", "answer"),
        ("def answer(r, c, s):\n    import tempfile as t; t.TemporaryFile(buffering=0).write(b'x')", "crash"),
    ],
    ids=["loop", "sleep", "memory", "abort", "exit", "error", "answer", "file"],
)
def test_dead_child_is_a_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, code: str
) -> None:
    (tmp_path / "hostile_parser.py").write_text(source, encoding="utf-8")
    monkeypatch.setattr(
        child_process, "environment", lambda: {"PYTHONPATH": f"{Path.cwd()}{os.pathsep}{tmp_path}"}
    )
    limits = Limits(cpu_seconds=2, seconds=4, answer_bytes=1_000_000)
    with pytest.raises(ChildRefusal) as error:
        run_in_child("hostile_parser", b"content", limits=limits)
    assert error.value.code == code


def test_child_has_none_of_our_secrets() -> None:
    assert not [name for name in child_process.environment() if "KEY" in name or "SECRET" in name]


def test_only_so_many_children_run_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_process, "MAX_CHILDREN", 0)
    with pytest.raises(ValidationError, match="一分钟") as error:
        read_table(b"a,b\n1,2\n", limits=Limits(queue_seconds=0))
    assert error.value.code == "busy"


class Watch:
    """Samples of this process's memory, and of the memory and the life of its children."""

    def __init__(self) -> None:
        self.process = psutil.Process()
        self.peak = self.child_peak = 0
        self.child_seconds = 0.0

    def look(self) -> None:
        """Take one sample."""
        self.peak = max(self.peak, self.process.memory_info().rss)
        for child in self.process.children():
            try:
                if "child_entry" in " ".join(child.cmdline()):
                    self.child_peak = max(self.child_peak, child.memory_info().rss)
                    self.child_seconds = max(self.child_seconds, time.time() - child.create_time())
            except psutil.Error:
                continue


@contextmanager
def repeating(action: Callable[[], None], seconds: float) -> Iterator[None]:
    """Call the action every so many seconds in a thread."""
    stop = Event()

    def loop() -> None:
        while not stop.wait(seconds):
            action()

    thread = Thread(target=loop, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


class Visitor:
    """Asks for a page again and again, and keeps how long the answers took."""

    def __init__(self, url: str) -> None:
        self.netloc = urlsplit(url).netloc
        self.seconds: list[float] = []

    def visit(self) -> None:
        """Ask once.

        Raises:
            AssertionError: the page did not answer.
        """
        start = time.perf_counter()
        connection = HTTPConnection(self.netloc, timeout=30)
        connection.request("GET", "/sign-in/")
        response = connection.getresponse()
        response.read()
        connection.close()
        assert response.status == 200
        self.seconds.append(time.perf_counter() - start)

    def p95(self) -> float:
        return sorted(self.seconds)[int(len(self.seconds) * 0.95)]


def lawful_workbook(path: Path) -> None:
    """Write a worksheet of a city: headers, then ROWS x COLUMNS cells of invented texts and numbers."""
    rnd = random.Random(5)
    texts = [f"内容{number}" for number in range(5000)]
    parts = unpack(workbook("", texts))
    head, tail = parts.pop(WORKSHEET).split(b"</sheetData>")
    letters = [chr(65 + number) for number in range(COLUMNS)]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
        with archive.open(WORKSHEET, "w") as target:
            target.write(head)
            headers = "".join(
                f'<c r="{letter}1" t="inlineStr"><is><t>列{letter}</t></is></c>' for letter in letters
            )
            target.write(f'<row r="1">{headers}</row>'.encode())
            for row in range(2, ROWS + 2):
                cells = "".join(
                    f'<c r="{letter}{row}" t="s"><v>{rnd.randrange(5000)}</v></c>'
                    if letter < "S"
                    else f'<c r="{letter}{row}"><v>{rnd.randrange(10**6)}</v></c>'
                    for letter in letters
                )
                target.write(f'<row r="{row}">{cells}</row>'.encode())
            target.write(b"</sheetData>" + tail)


@pytest.mark.slow
@pytest.mark.must("hold.1")
@pytest.mark.django_db
def test_hostile_files_cost_no_process_no_memory_and_no_page(
    tmp_path: Path, live_server: Any, figure: Figure
) -> None:
    generator = [sys.executable, "-m", "tests.attacks.hostile_files", str(tmp_path), str(FILES), str(SEED)]
    subprocess.run(generator, check=True)
    lawful_workbook(tmp_path / "lawful.xlsx")
    files = json.loads((tmp_path / "expected.json").read_text(encoding="utf-8"))
    assert len(files) == FILES
    inputs = sorted(INPUTS.iterdir())
    assert inputs
    visitor = Visitor(live_server.url)
    for _ in range(100):
        visitor.visit()
    quiet = visitor.p95()
    visitor.seconds.clear()
    READERS["table"](b"a,b\n1,2\n")
    READERS["document"](hostile_files.picture(random.Random(1), "JPEG"))
    watch = Watch()
    watch.look()
    before = watch.peak
    surprises: list[str] = []
    codes: Counter[str] = Counter()
    slowest = 0.0
    with repeating(watch.look, 0.02), repeating(visitor.visit, 0.1):
        for row in files:
            start = time.perf_counter()
            code = code_of(row["reader"], (tmp_path / row["path"]).read_bytes())
            slowest = max(slowest, time.perf_counter() - start)
            codes[code or "read"] += 1
            if code not in row["codes"]:
                surprises.append(f"{row['path']}: {code or 'read'}, not {row['codes']}")
        read_inputs = sum(code_of("table", path.read_bytes()) == "" for path in inputs)
        table = read_table((tmp_path / "lawful.xlsx").read_bytes())
        size = {(len(cells)) for _, cells in table.numbered_rows()}
        row_count = sum(1 for _ in table.numbered_rows())
    growth = (watch.peak - before) / 1e6
    busy = visitor.p95()
    figure(
        f"{FILES} files: {codes['read']} read all the same, refused "
        + ", ".join(f"{code} {count}" for code, count in codes.most_common() if code != "read")
        + f"; {read_inputs} of {len(inputs)} given inputs read"
    )
    assert not surprises
    assert code_of("table", (INPUTS / "sparse_far.xlsx").read_bytes()) == "far"
    assert (row_count, size) == (ROWS, {COLUMNS})
    figure(f"parent +{growth:.0f} MB", growth, below=50)
    figure(f"child {watch.child_peak / 1e6:.0f} MB", watch.child_peak, at_most=600e6)
    figure(
        f"child {watch.child_seconds:.1f} s, slowest answer {slowest:.1f} s", watch.child_seconds, at_most=30
    )
    figure(f"pages p95 {busy * 1000:.0f} ms against {quiet * 1000:.0f} ms", busy, below=3 * quiet)
    left_children = [" ".join(child.cmdline()) for child in psutil.Process().children()]
    assert not [line for line in left_children if "child_entry" in line]
