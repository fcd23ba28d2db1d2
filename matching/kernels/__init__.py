"""The inner loops, in the part of Python that numba compiles. Only matching/native.py imports this package.

Every function of KERNELS takes plain pointers and numbers, allocates nothing, raises nothing and holds no
lock, so that its machine code stands alone: native.py compiles it once a machine and later processes load it
without numba (a second and 30 MB less for each of them).
"""

from matching.kernels import facts, search
from matching.kernels.base import KERNELS

__all__ = ["KERNELS", "facts", "search"]
