"""`python -m matching` compiles the inner loops for this machine, so that no web worker has to."""

import sys

from matching.native import kernels

kernels()
sys.stdout.write("the ranking's inner loops are compiled\n")
