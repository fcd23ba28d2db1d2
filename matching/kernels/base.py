"""Types and compiler options of the kernels."""

from numba import njit, types

u1, u2, u8, i4, i8, f4, f8 = (
    types.uint8,
    types.uint16,
    types.uint64,
    types.int32,
    types.int64,
    types.float32,
    types.float64,
)
_POINTERS = {
    "u1*": types.CPointer(u1),
    "u2*": types.CPointer(u2),
    "i4*": types.CPointer(i4),
    "i8*": types.CPointer(i8),
    "u8*": types.CPointer(u8),
    "f4*": types.CPointer(f4),
    "f8*": types.CPointer(f8),
}
_TYPES = _POINTERS | {"i8": i8, "f8": f8, "u8": u8}

_OPTIONS = {
    "error_model": "numpy",
    "boundscheck": False,
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
}
KERNELS = {}
"""Name -> (types of the arguments, compiled function)."""


def kernel(signature):
    def compiled(function):
        arguments = signature.split()
        dispatcher = njit(i8(*(_TYPES[a] for a in arguments)), **_OPTIONS)(function)
        KERNELS[function.__name__] = (arguments, dispatcher)
        return dispatcher

    return compiled


helper = njit(error_model="numpy", boundscheck=False, inline="always")
