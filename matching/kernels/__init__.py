"""Inner loops in the subset of Python that numba compiles. Only matching/native.py imports this package.

Every function of KERNELS takes pointers and numbers, allocates nothing, raises nothing and takes no lock, so
that its machine code is self-contained: native.py compiles it once per machine and later processes load it
without numba (a second and 30 MB less each).
"""

from matching.kernels import facts, search
from matching.kernels.base import KERNELS

__all__ = ["KERNELS", "facts", "search"]
