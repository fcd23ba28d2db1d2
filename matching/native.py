"""Machine code of matching/kernels: compiled once a machine, loaded by every later process without numba.

numba takes 0.6 s to import and 30 MB a process; what it made takes milliseconds to load. The code is kept
beside Python's own caches (`matching/__pycache__`, or the folder in MATCHING_CACHE) under a name that changes
with the kernels' text, numba's version and the processor. `python -m matching` compiles beforehand, so
that no web worker ever has to.
"""

import ctypes
import hashlib
import json
import os
import struct
import tempfile
import zlib
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import Any

import llvmlite.binding as llvm  # type: ignore[import-untyped, unused-ignore]
from numpy.typing import NDArray

SOURCE = Path(__file__).with_name("kernels")
_HEAD = struct.Struct("<II")  # bytes of the description, CRC-32 of all that follows
_MATH = {"memset", "memcpy", "memmove"}
_lock = Lock()
_NUMBERS = {"i8": ctypes.c_int64, "u8": ctypes.c_uint64, "f8": ctypes.c_double}


def _machine() -> Any:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=3,
        reloc="default",
        codemodel="jitdefault",
        jit=True,
    )


def _key() -> str:
    processor = (llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten(), llvm.get_default_triple())
    parts = (version("numba"), version("llvmlite"), *processor)
    digest = hashlib.blake2b(digest_size=12)
    for path in sorted(SOURCE.glob("*.py")):
        digest.update(path.read_bytes())
    digest.update("\0".join(parts).encode())
    return digest.hexdigest()


def _folders() -> list[Path]:
    given = os.environ.get("MATCHING_CACHE")
    own = Path(tempfile.gettempdir()) / f"matching-kernels-{os.getuid()}"
    return [Path(given)] if given else [SOURCE.parent / "__pycache__", own]


def _compile() -> bytes:
    """The kernels as machine code: a description of what is where, then one object file after the other.

    Raises:
        RuntimeError: a kernel calls something that is not part of it.
    """
    from matching.kernels import KERNELS  # noqa: PLC0415 - brings numba, which serving does without

    machine, described, objects = _machine(), {}, []
    for name, (arguments, made) in KERNELS.items():
        ((signature, compiled),) = made.overloads.items()
        module = llvm.parse_assembly(made.inspect_llvm(signature))
        symbol = compiled.fndesc.llvm_func_name
        foreign = {f.name for f in module.functions if f.is_declaration and not f.name.startswith("llvm.")}
        if foreign - _MATH:
            raise RuntimeError(f"kernel {name} needs {sorted(foreign - _MATH)} from outside")
        code = machine.emit_object(module)
        described[name] = {"symbol": symbol, "arguments": arguments, "bytes": len(code)}
        objects.append(code)
    words = json.dumps(described).encode()
    rest = words + b"".join(objects)
    return _HEAD.pack(len(words), zlib.crc32(rest)) + rest


def _whole(data: bytes) -> bool:
    return len(data) > _HEAD.size and zlib.crc32(data[_HEAD.size :]) == _HEAD.unpack_from(data)[1]


def _owned(folder: Path) -> bool:
    """Whether only we can have written there: what lies in it is run."""
    try:
        found = folder.stat()
    except OSError:
        return False
    return found.st_uid in (os.getuid(), 0) and not found.st_mode & 0o002


def _code() -> bytes:
    """The machine code, compiled now if this machine has none yet, which takes about ten seconds."""
    name = f"kernels-{_key()}.o"
    for folder in _folders():
        path = folder / name
        if path.exists() and _owned(folder) and _whole(data := path.read_bytes()):
            return data
    data = _compile()
    for folder in _folders():
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, half = tempfile.mkstemp(dir=folder)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(half).replace(folder / name)
            break
        except OSError:  # a read-only installation: the next folder, or compile again next time
            continue
    return data


Kernel = Callable[..., int]


class Kernels:
    """The compiled functions by name. A call lets other threads run."""

    def __init__(self) -> None:
        data = _code()
        (size, _) = _HEAD.unpack_from(data)
        at = _HEAD.size + size
        described = json.loads(data[_HEAD.size : at])
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _machine())
        for one in described.values():
            code = llvm.object_file.ObjectFileRef.from_data(data[at : at + one["bytes"]])
            self._engine.add_object_file(code)
            at += one["bytes"]
        self._engine.finalize_object()
        for name, one in described.items():
            setattr(self, name, self._function(one["symbol"], one["arguments"]))

    def _function(self, symbol: str, arguments: list[str]) -> Kernel:
        types: list[Any] = [_NUMBERS.get(a, ctypes.c_void_p) for a in arguments]
        kind = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, *types)
        native = kind(self._engine.get_function_address(symbol))

        def call(*values: Any) -> int:
            result = ctypes.c_int64()
            raised = ctypes.c_void_p()
            native(ctypes.byref(result), ctypes.byref(raised), *values)
            return result.value

        return call

    best_by_scan: Kernel
    best_by_ceilings: Kernel
    count_pairs: Kernel
    fill_ceilings: Kernel
    judge: Kernel


@cache
def _loaded() -> Kernels:
    return Kernels()


def kernels() -> Kernels:
    with _lock:
        return _loaded()


def address(array: NDArray[Any]) -> int:
    """Where an array's numbers lie, for a kernel.

    The caller keeps the array alive and gives the type the kernel names; it must lie in one piece.
    """
    data: tuple[int, bool] = array.__array_interface__["data"]  # quicker than .ctypes
    return data[0]


def addresses(*arrays: NDArray[Any]) -> tuple[int, ...]:
    """As `address`, of several; each is seen to lie in one piece."""
    assert all(array.flags.c_contiguous for array in arrays)
    return tuple(address(array) for array in arrays)
