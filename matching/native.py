"""Machine code of matching/kernels: compiled once per machine, loaded by later processes without numba.

numba takes 0.6 s to import and 30 MB per process; its compiled code loads in milliseconds. The code is cached
beside Python's own caches (`matching/__pycache__`, or the folder in MATCHING_CACHE) under a name that changes
with the kernels' text, numba's version and the processor. `python -m matching` compiles in advance.
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

import llvmlite.binding as llvm
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
    configured = os.environ.get("MATCHING_CACHE")
    own = Path(tempfile.gettempdir()) / f"matching-kernels-{os.getuid()}"
    return [Path(configured)] if configured else [SOURCE.parent / "__pycache__", own]


def _compile() -> bytes:
    """Compile the kernels: a description of the contents, followed by the object files.

    Raises:
        RuntimeError: a kernel calls an external function.
    """
    from matching.kernels import KERNELS  # noqa: PLC0415 - imports numba, which serving does not need

    machine, descriptions, objects = _machine(), {}, []
    for name, (arguments, function) in KERNELS.items():
        ((signature, compiled),) = function.overloads.items()
        module = llvm.parse_assembly(function.inspect_llvm(signature))
        symbol = compiled.fndesc.llvm_func_name
        foreign = {f.name for f in module.functions if f.is_declaration and not f.name.startswith("llvm.")}
        if foreign - _MATH:
            raise RuntimeError(f"kernel {name} needs {sorted(foreign - _MATH)} from outside")
        code = machine.emit_object(module)
        descriptions[name] = {"symbol": symbol, "arguments": arguments, "bytes": len(code)}
        objects.append(code)
    words = json.dumps(descriptions).encode()
    rest = words + b"".join(objects)
    return _HEAD.pack(len(words), zlib.crc32(rest)) + rest


def _is_complete(data: bytes) -> bool:
    return len(data) > _HEAD.size and zlib.crc32(data[_HEAD.size :]) == _HEAD.unpack_from(data)[1]


def _is_owned_folder(folder: Path) -> bool:
    """Return whether only this user or root can write there, as its contents are executed."""
    try:
        status = folder.stat()
    except OSError:
        return False
    return status.st_uid in (os.getuid(), 0) and not status.st_mode & 0o002


def _code() -> bytes:
    """Return the machine code; compile it first, in about ten seconds, if this machine has none yet."""
    name = f"kernels-{_key()}.o"
    for folder in _folders():
        path = folder / name
        if path.exists() and _is_owned_folder(folder) and _is_complete(data := path.read_bytes()):
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
        except OSError:  # read-only installation: try the next folder, or compile again next time
            continue
    return data


Kernel = Callable[..., int]


class Kernels:
    """Compiled functions by name. A call releases the GIL."""

    def __init__(self) -> None:
        data = _code()
        (size, _) = _HEAD.unpack_from(data)
        at = _HEAD.size + size
        descriptions = json.loads(data[_HEAD.size : at])
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _machine())
        for one in descriptions.values():
            code = llvm.object_file.ObjectFileRef.from_data(data[at : at + one["bytes"]])
            self._engine.add_object_file(code)
            at += one["bytes"]
        self._engine.finalize_object()
        for name, one in descriptions.items():
            setattr(self, name, self._function(one["symbol"], one["arguments"]))

    def _function(self, symbol: str, arguments: list[str]) -> Kernel:
        types: list[Any] = [_NUMBERS.get(a, ctypes.c_void_p) for a in arguments]
        kind = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, *types)
        native = kind(self._engine.get_function_address(symbol))

        def call(*values: Any) -> int:
            result = ctypes.c_int64()
            exception = ctypes.c_void_p()
            native(ctypes.byref(result), ctypes.byref(exception), *values)
            return result.value

        return call

    best_by_scan: Kernel
    best_by_ceilings: Kernel
    count_pairs: Kernel
    fill_ceilings: Kernel
    judge: Kernel


@cache
def _load_kernels() -> Kernels:
    return Kernels()


def kernels() -> Kernels:
    with _lock:
        return _load_kernels()


def address(array: NDArray[Any]) -> int:
    """Return the address of an array's data, for a kernel.

    The caller keeps the array alive; it must be contiguous and have the dtype of the kernel's signature.
    """
    data: tuple[int, bool] = array.__array_interface__["data"]  # faster than .ctypes
    return data[0]


def addresses(*arrays: NDArray[Any]) -> tuple[int, ...]:
    """Return the addresses of several arrays; each is checked to be contiguous."""
    assert all(array.flags.c_contiguous for array in arrays)
    return tuple(address(array) for array in arrays)
