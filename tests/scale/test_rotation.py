"""A new key for 97,092 files while the portal serves. Slow: makes the demo city first."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.must("files.4")
@pytest.mark.slow
def test_nothing_is_unreadable_while_keys_change(tmp_path: Path, figure: Any) -> None:
    result = tmp_path / "rotation.json"
    command = [sys.executable, "-m", "tests.benchmarks.rotation", "--json", str(result)]
    subprocess.run(command, cwd=ROOT, check=True)
    figures: dict[str, float] = json.loads(result.read_text())
    assert figures["files"] >= 97_092
    assert figures["changed"] == 0
    for phase in ("before", "during", "after"):
        assert figures[f"failures_{phase}"] == 0
        assert figures[f"answers_{phase}"] > 20
    figure(
        f"{figures['files']:.0f} files in {figures['seconds']:.0f} s; meanwhile"
        f" {figures['answers_during']:.0f} pages and {figures['writes_during']:.0f} writes, 0 failures;"
        " the new key alone reads all"
    )
