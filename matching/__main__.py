"""Compile the kernels for this machine in advance, so that no web worker has to: `python -m matching`."""

import sys

from matching.native import kernels

kernels()
sys.stdout.write("the ranking's inner loops are compiled\n")
