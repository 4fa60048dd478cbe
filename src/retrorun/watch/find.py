"""Which watches are plugged in: every mounted storage, on a disk of its own or through MTP, with a GARMIN folder.

A watch says in GARMIN/GarminDevice.xml of which model it is and where its workouts lie. The file also holds the unit's
keys (StoreKey, Modulus and others), so no other element of it may reach a value, a message or a log.
"""

import contextlib
import os
import re
import string
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from retrorun.errors import DeliveryError
from retrorun.files import read_bytes

Kind = Literal["mass storage", "MTP"]

WORKOUTS = "FIT_TYPE_5"  # the manifest's name for FIT files of type 5, workouts
INTO_UNIT = ("InputToUnit", "InputOutput")  # the first is preferred
LARGEST_MANIFEST = 4_000_000  # bytes; real ones hold some tens of thousands
LONGEST_MODEL = 60  # characters
# The declarations of a document type or an entity, also in UTF-16: no watch makes them, and they can fill the memory.
_DECLARED = re.compile(rb"<\0?!\0?[DE]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The model's name and the folders for workouts, as written: relative to the top of the storage."""

    model: str = ""
    inboxes: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()


def read_manifest(data: bytes) -> Manifest | None:
    """The manifest in these bytes; None where they hold none that can be trusted."""
    from xml.etree import ElementTree as ET  # every command asks where a watch is, few find one

    if len(data) > LARGEST_MANIFEST or _DECLARED.search(data):
        return None
    try:
        root = ET.fromstring(data)  # noqa: S314 - without declarations there is nothing to expand
    except (ET.ParseError, LookupError, ValueError):  # an encoding that nobody knows
        return None
    models = [text for each in root.findall(".//{*}Model") if (text := each.findtext("{*}Description"))]
    ways = [
        tuple((file.findtext(f".//{{*}}{name}") or "").strip() for name in ("TransferDirection", "Path"))
        for kind in root.findall(".//{*}DataType")
        if (kind.findtext("{*}Name") or "").strip() == WORKOUTS
        for file in kind.findall(".//{*}File")
    ]
    return Manifest(
        model="".join(filter(str.isprintable, "".join(models[-1:]).strip()))[:LONGEST_MODEL],  # it goes to a terminal
        inboxes=tuple(path for into in INTO_UNIT for direction, path in ways if direction == into),
        stores=tuple(path for direction, path in ways if direction != INTO_UNIT[0]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A plugged-in watch: its model, its storage, the folder for new files and the folders with its workouts."""

    name: str
    root: Path
    kind: Kind
    inbox: Path
    stores: tuple[Path, ...]

    def __str__(self) -> str:
        return f"{self.name} at {self.root}"


def find_watches(mounts: Iterable[Path] | None = None) -> tuple[Watch, ...]:
    """Every watch among the mounted storages, or among the folders given."""
    found = (_watch(mount) for mount in (usual_mounts() if mounts is None else mounts))
    return tuple({watch.inbox: watch for watch in found if watch is not None}.values())


def choose_watch(wanted: str = "", mounts: Iterable[Path] | None = None) -> Watch:
    """The one watch that is meant.

    Args:
        wanted: a folder (the watch's storage), or a part of the watch's name or path; empty where there is one only.
        mounts: folders to look at instead of the mounted storages.

    Raises:
        DeliveryError: no watch, several, or none that fits `wanted`.
    """
    if wanted and is_folder(Path(wanted)):
        folder = Path(wanted)
        watch = _watch(folder.parent if folder.resolve().name.casefold() == "garmin" else folder)
        if watch is None:
            what = "this folder holds no watch: there is no GARMIN folder with a folder for new files in it"
            raise DeliveryError(what, where=wanted, hint="name the folder in which GARMIN lies")
        return watch
    watches = find_watches(mounts)
    if not watches:
        hint = "plug it in and unlock it; in its USB settings choose MTP or mass storage, not 'Garmin'"
        what = f"there is no watch here, and no folder {wanted!r}" if wanted else "there is no watch here"
        raise DeliveryError(what, hint=hint)
    fitting = [watch for watch in watches if wanted.casefold() in str(watch).casefold()]
    if len(fitting) == 1:
        return fitting[0]
    listed = ", ".join(str(watch) for watch in fitting or watches)
    what = f"there are {len(fitting)} watches" if fitting else f"no watch is called {wanted!r}"
    raise DeliveryError(f"{what}: {listed}", hint="say which: --watch with its folder or its name")


def usual_mounts(top: Path = Path("/")) -> Iterator[Path]:
    """Where systems mount storages: Linux, gvfs (MTP), macOS, all below `top`; on Windows, every drive."""
    if sys.platform == "win32":
        yield from (Path(f"{letter}:\\") for letter in string.ascii_uppercase[2:])
        return
    user = f"run/user/{os.getuid()}/gvfs"
    for pattern in ("Volumes/*", "media/*", "media/*/*", "run/media/*/*", "mnt", "mnt/*", f"{user}/*", f"{user}/*/*"):
        with contextlib.suppress(OSError):
            yield from sorted(top.glob(pattern))


def _child(folder: Path, name: str) -> Path | None:
    """The folder or file of that name, in whatever case the watch wrote it."""
    try:
        named = [path for path in folder.iterdir() if path.name.casefold() == name.casefold()]
    except OSError:
        return None
    return min(named, key=lambda path: path.name != name, default=None)


def is_folder(path: Path) -> bool:
    """Whether there is a folder; False too where the storage no longer answers, or no path could have such a name."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _watch(root: Path) -> Watch | None:
    garmin = _child(root, "GARMIN")
    if garmin is None:
        return None
    path = _child(garmin, "GarminDevice.xml")
    manifest = Manifest()
    with contextlib.suppress(DeliveryError):
        data = b"" if path is None else read_bytes(path, most=LARGEST_MANIFEST, error=DeliveryError)
        manifest = read_manifest(data) or manifest
    named = (_below(root, path) for path in manifest.inboxes)
    inbox = next((path for path in (*named, _child(garmin, "NewFiles")) if path and _inside(root, path)), None)
    if inbox is None:
        return None
    stores = (*(_below(root, path) for path in manifest.stores), _child(garmin, "Workouts"))
    return Watch(
        name=manifest.model or root.resolve().name,
        root=root,
        kind="MTP" if any(part == "gvfs" or part.startswith("mtp:") for part in root.parts) else "mass storage",
        inbox=inbox,
        stores=tuple(dict.fromkeys(path for path in stores if path and path != inbox and _inside(root, path))),
    )


def _inside(root: Path, path: Path) -> bool:
    """Whether that folder is there and lies on the storage itself: a link may lead anywhere."""
    return is_folder(path) and path.resolve().is_relative_to(root.resolve())


def _below(root: Path, path: str) -> Path | None:
    """A path of the manifest on the disk; None where there is none, or where it leads out of the storage."""
    here: Path | None = root
    for part in filter(None, re.split(r"[\\/]", path)):
        if here is None or part in (".", ".."):
            return None
        here = _child(here, part)
    return here if here != root else None
