"""Train the coder: python -m matching.coding train --titles FILE.csv"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from matching.coding import ARTEFACT
from matching.coding.training import train
from matching.evaluate import read_titles


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m matching.coding", description=__doc__)
    commands = parser.add_subparsers(required=True)
    training = commands.add_parser("train", help="train on labelled titles and write the artefact")
    training.add_argument("--titles", type=Path, required=True, help="CSV: title, occupation_code")
    training.add_argument("--out", type=Path, default=ARTEFACT)
    arguments = parser.parse_args(argv)
    titles, codes = read_titles(arguments.titles)
    coder = train(titles, codes)
    coder.save(arguments.out)
    size = arguments.out.stat().st_size / 1e6
    sys.stdout.write(
        f"{arguments.out}: {len(titles)} titles, {len(coder.arrays['weights'])} weights, {size:.1f} MB\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
