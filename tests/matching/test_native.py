"""Machine code: compiled once, loaded by everybody else without the compiler."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from matching import native
from matching.index import Index
from matching.store import IndexStore
from tests.matching.making import posting

ROOT = Path(__file__).resolve().parents[2]
SERVE = """
import sys
from datetime import UTC, datetime
from matching import IndexStore, Profile
index = IndexStore(sys.argv[1]).current()
person = Profile(id=1, wished_occupations=("6-31-01-03",), skills="电工")
assert len(index.rank(person, now=datetime(2026, 12, 1, 9, tzinfo=UTC)).matches) == 2
index.explain(person, 1, datetime(2026, 12, 1, 9, tzinfo=UTC))
print([name for name in ("numba", "scipy", "sklearn", "django", "jieba") if name in sys.modules])
"""


@pytest.mark.must("matching.4")
def test_serving_brings_no_compiler(tmp_path: Path) -> None:
    IndexStore(tmp_path).publish(Index.build([posting(1), posting(2, "焊工")]))
    native.kernels()  # compiled by now, whoever came first
    command = [sys.executable, "-c", SERVE, str(tmp_path)]
    completed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=60)
    assert completed.stdout.strip() == "[]"


def compiled_in(folder: Any) -> Any:
    command = [
        sys.executable,
        "-c",
        "from matching.native import kernels; kernels(); import sys; print('numba' in sys.modules)",
    ]
    env = os.environ | {"MATCHING_CACHE": str(folder)}
    completed = subprocess.run(
        command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=120, env=env
    )
    return completed.stdout.strip()


def test_the_code_is_kept_and_made_again_when_damaged(tmp_path: Path) -> None:
    assert compiled_in(tmp_path) == "True"
    assert compiled_in(tmp_path) == "False"
    (remaining_rows,) = tmp_path.glob("kernels-*.o")
    data = bytearray(remaining_rows.read_bytes())
    data[len(data) // 2] ^= 1
    remaining_rows.write_bytes(data)
    assert compiled_in(tmp_path) == "True"
    assert compiled_in(tmp_path) == "False"


def test_code_that_others_may_write_is_not_run(tmp_path: Path) -> None:
    assert compiled_in(tmp_path) == "True"
    tmp_path.chmod(0o777)
    assert compiled_in(tmp_path) == "True"
