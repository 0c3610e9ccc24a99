"""Arrays from a file that PyTorch saved before 1.6, without PyTorch, and without running what such a file may tell to run.

Such a file is five pickles (magic number, version, machine, the saved object, the names of its storages) and then each
storage: how many numbers as a 64-bit integer, and the numbers. https://github.com/pytorch/pytorch/blob/v1.5.0/torch/serialization.py
"""

from __future__ import annotations

import collections
import io
import pickle
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mediatheque.kit.errors import Invalid

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_MAGIC = 0x1950A86A20F9469CFC6C


@dataclass(frozen=True, slots=True)
class _Tensor:
    """Which part of a storage of 32-bit floats it is; `stride` in numbers."""

    storage: str
    offset: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]


def arrays_in(content: bytes, within: str) -> dict[str, npt.NDArray[np.float32]]:
    """The 32-bit arrays of the mapping saved as `within`, by name; raises Invalid for a file of another kind."""
    file = io.BytesIO(content)
    try:
        if _Reader(file).load() != _MAGIC:
            raise Invalid("not a file of PyTorch before 1.6")
        for _ in ("version", "machine"):
            _Reader(file).load()
        saved = _Reader(file).load()[within]
        storages = _read_storages(file, _Reader(file).load())
        return {name: _array(part, storages) for name, part in saved.items() if isinstance(part, _Tensor)}
    except (pickle.UnpicklingError, EOFError, KeyError, TypeError, ValueError, struct.error) as error:
        raise Invalid(
            f"The file of weights cannot be read ({type(error).__name__}): install its package anew"
        ) from error


class _Reader(pickle.Unpickler):
    """Builds containers and descriptions of tensors, and nothing else whatever the file says."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _described
        if (module, name) == ("torch", "FloatStorage"):
            return name
        raise pickle.UnpicklingError(f"{module}.{name} has no business in a file of weights")

    def persistent_load(self, pid: Any) -> str:
        kind, storage_type, key, *_ = pid
        if (kind, storage_type) != ("storage", "FloatStorage"):
            raise pickle.UnpicklingError("only 32-bit floats are read")
        return str(key)


def _described(storage: str, offset: int, shape: Sequence[int], stride: Sequence[int], *_: object) -> _Tensor:
    return _Tensor(storage, offset, tuple(shape), tuple(stride))


def _read_storages(file: io.BytesIO, keys: Sequence[str]) -> dict[str, npt.NDArray[np.float32]]:
    import numpy as np

    storages: dict[str, npt.NDArray[np.float32]] = {}
    for key in keys:
        (count,) = struct.unpack("<q", file.read(8))
        storages[key] = np.frombuffer(file.read(4 * count), "<f4", count)
    return storages


def _array(tensor: _Tensor, storages: Mapping[str, npt.NDArray[np.float32]]) -> npt.NDArray[np.float32]:
    import numpy as np

    count = int(np.prod(tensor.shape))
    expected = tuple(int(np.prod(tensor.shape[n + 1 :])) for n in range(len(tensor.shape)))
    if tensor.stride != expected:
        raise Invalid("The file of weights holds them in an order that is not read: install its package anew")
    part = storages[tensor.storage][tensor.offset : tensor.offset + count]
    return part.reshape(tensor.shape).copy()
