"""What a watch says of itself in GARMIN/GarminDevice.xml, as far as a delivery needs it.

The file also holds the unit's keys (StoreKey, Modulus and others): only the elements named here are ever looked at, so
that no key can reach a value, a message or a log.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.parsers import expat

WORKOUTS = "FIT_TYPE_5"  # the manifest's name for FIT files of type 5, workouts
INTO_UNIT = ("InputToUnit", "InputOutput")  # the first is preferred
LARGEST_MANIFEST = 4_000_000  # bytes; real ones hold some tens of thousands
LONGEST_MODEL = 60  # characters
_WANTED = ("Description", "Name", "Path", "TransferDirection")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The model's name and the folders for workouts, as written: relative to the top of the storage."""

    model: str = ""
    inboxes: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()


def read_manifest(data: bytes) -> Manifest | None:
    """The manifest in these bytes; None where they hold none that can be trusted."""
    if len(data) > LARGEST_MANIFEST:
        return None
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.EntityDeclHandler = reader.entity
    try:
        parser.Parse(data, True)  # noqa: FBT003 - expat takes no keyword here
    except (expat.ExpatError, _EntityError):
        return None
    ways = sorted(reader.ways, key=lambda way: way[0] not in INTO_UNIT[:1])
    return Manifest(
        model=reader.model,
        inboxes=tuple(path for direction, path in ways if direction in INTO_UNIT),
        stores=tuple(path for direction, path in ways if direction not in INTO_UNIT[:1]),
    )


class _EntityError(Exception):
    """The file declares entities, which no watch does, and which can be made to fill the memory."""


@dataclass(slots=True)
class _Reader:
    model: str = ""
    ways: list[tuple[str, str]] = field(default_factory=list)
    _open: list[str] = field(default_factory=list)
    _text: str = ""
    _type: str = ""
    _path: str = ""
    _direction: str = ""

    def start(self, name: str, _: dict[str, str]) -> None:
        self._open.append(name.rpartition(" ")[2])
        self._text = ""

    def text(self, text: str) -> None:
        if self._open and self._open[-1] in _WANTED:
            self._text += text

    def end(self, _: str) -> None:
        name, text = self._open.pop(), self._text.strip()
        self._text = ""
        parent = self._open[-1] if self._open else ""
        if name == "Description" and parent == "Model":
            self.model = "".join(sign for sign in text if sign.isprintable())[:LONGEST_MODEL]  # it goes to a terminal
        elif name == "Name" and parent == "DataType":
            self._type = text
        elif name == "Path":
            self._path = text
        elif name == "TransferDirection":
            self._direction = text
        elif name == "File":
            if self._type == WORKOUTS:
                self.ways.append((self._direction, self._path))
            self._path = self._direction = ""
        elif name == "DataType":
            self._type = ""

    def entity(self, *_: object) -> None:
        raise _EntityError
