"""Finding people among 97,092 files beside the same among 1,000: `python -m tests.benchmarks.people`.

Makes both demo cities once, starts a real server for each, and asks them in turns, one request each: whatever
else the machine does slows both alike. Prints for each page its queries, p95 of both, and their ratio.
Nothing is asserted here.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.pages import ROOT, Page, _ask, server

SCALES = ("small", "city")


def listed(scale: str, folder: Path, kind: str) -> tuple[list[tuple[Page, int]], dict[str, int]]:
    """The pages of this kind at this scale, each with the number of its queries, and how many rows there are;
    makes the data.
    """
    result = folder / f"{scale}-pages.json"
    command = [sys.executable, "-m", "tests.benchmarks.pages", "--scale", scale, f"--{kind}"]
    subprocess.run([*command, "--list", str(result)], cwd=ROOT, check=True)
    texts = json.loads(result.read_text())
    return [(Page(**row["page"]), row["queries"]) for row in texts["pages"]], texts["rows"]


def compare(times: int, folder: Path, kind: str = "files") -> dict[str, dict[str, float]]:
    """Milliseconds at both scales, by the page's name; as 'rows' how many rows the city has."""
    outcome = {scale: listed(scale, folder, kind) for scale in SCALES}
    pages = {scale: request for scale, (request, _) in outcome.items()}
    figures: dict[str, dict[str, float]] = {"rows": {**outcome["city"][1]}}
    with server(data=data_of("small")) as small, server(data=data_of("city")) as city:
        ports = {"small": small, "city": city}
        print(f"\n{'page':26}{'queries':>9}{'small p95':>11}{'city p95':>10}{'ratio':>8}")
        for (page, queries), (page_city, queries_city) in zip(*pages.values(), strict=True):
            request = {"small": page, "city": page_city}
            spent: dict[str, list[float]] = {scale: [] for scale in SCALES}
            for scale in SCALES:
                _ask(ports[scale], request[scale], 0, 12)  # all workers and threads warm
            for _ in range(times):
                for scale in SCALES:
                    spent[scale] += _ask(ports[scale], request[scale], 0, 1)
            p95 = {scale: statistics.quantiles(spent[scale], n=20)[-1] for scale in SCALES}
            figures[page.name] = {
                "queries": queries,
                "queries_city": queries_city,
                "p95": p95["small"],
                "p95_city": p95["city"],
                "ratio": p95["city"] / p95["small"],
            }
            print(
                f"{page.name:26}{queries:>9}{p95['small']:>11.1f}{p95['city']:>10.1f}"
                f"{figures[page.name]['ratio']:>7.2f}x",
                flush=True,
            )
    return figures


def data_of(scale: str) -> Path:
    return ROOT / "var" / f"bench-{scale}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=200, help="requests of each page at each scale")
    parser.add_argument("--duties", action="store_true", help="the pages of the calls that are due instead")
    parser.add_argument("--json", type=Path, help="also write the figures into this file")
    options = parser.parse_args()
    folder = ROOT / "var"
    folder.mkdir(exist_ok=True)
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings.dev"
    figures = compare(options.times, folder, "duties" if options.duties else "files")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
