"""The packages' archives: fetched by pip as files, opened as zip, never installed or imported."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path


class Unusable(ValueError):
    """An archive that is missing, refused or not what it was."""


@dataclass(frozen=True)
class Source:
    """One package at one version: where its data is, and its digest where that is known."""

    id: str
    kind: str
    version: str
    released: str
    licence: str
    member: str
    sha256: str | None = None

    def described(self) -> dict:
        """What the tables say of it."""
        return {key: getattr(self, key) for key in ("id", "kind", "version", "released", "licence")}


def chosen(entry: dict, version: str | None, released: str | None) -> Source:
    """The pinned source, or another version of it, whose release day must then be told."""
    version = version or entry["version"]
    label = f"{entry['id']} {version}"
    refused = entry.get("refused", {}).get(version)
    if refused:
        raise Unusable(f"{label} is refused: {refused}")
    facts = {key: value for key, value in entry.items() if key != "refused"}
    if version != entry["version"]:
        if not released:
            raise Unusable(f"{label} is not the pinned version: say the day it was released")
        facts |= {"version": version, "released": released, "sha256": None}
    return Source(**facts)


def text(source: Source, folder: Path, offline: bool) -> str:
    """The source's data file, from its archive in the folder, which pip fills unless it has it."""
    archive = _archive(source, folder)
    if archive is None and not offline:
        _download(source, folder)
        archive = _archive(source, folder)
    if archive is None:
        raise Unusable(f"no archive of {source.id} {source.version} in {folder}")
    data = _read(archive, source.member)
    digest = hashlib.sha256(data).hexdigest()
    if source.sha256 not in (None, digest):
        raise Unusable(f"{source.member} of {archive.name} is not the pinned one: sha256 {digest}")
    return data.decode("utf-8")


def _read(archive: Path, member: str) -> bytes:
    try:
        with zipfile.ZipFile(archive) as opened:
            return opened.read(member)
    except (KeyError, zipfile.BadZipFile) as error:
        raise Unusable(f"{archive.name} has no readable {member}") from error


def _archive(source: Source, folder: Path) -> Path | None:
    name = source.id.replace("-", "_")
    return min(folder.glob(f"{name}-{source.version}-*.whl"), default=None)


def _download(source: Source, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    # Wheels only: a source archive would run code to build one.
    options = ["--quiet", "--no-deps", "--only-binary=:all:", "--dest", str(folder)]
    command = [sys.executable, "-m", "pip", "download", *options]
    subprocess.run([*command, f"{source.id}=={source.version}"], check=True)
