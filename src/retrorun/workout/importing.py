"""A session from anywhere: FIT of any service, Zwift, Garmin Connect, intervals.icu, documents, notation.

What a source is, is told by its content; the ending of a name settles only what a text alone leaves open.
"""

import re
from os import PathLike
from pathlib import Path
from typing import Literal

from retrorun.documents import parse_json
from retrorun.errors import DocumentError, RetrorunError
from retrorun.files import GZIP, as_path, read_bytes
from retrorun.fit.reader import is_fit
from retrorun.session import document, notation
from retrorun.session.model import Session
from retrorun.workout.decode import Decompiled
from retrorun.workout.fit import decompile

LARGEST_DOCUMENT = 1_000_000  # bytes; a thousand steps take a fifth of it

Kind = Literal["FIT", "Zwift", "JSON", "YAML", "intervals.icu", "sheet", "notation"]

_YAML = re.compile(r"^steps\s*:", re.MULTILINE)  # notation begins with a name and a setting too
_ENDINGS: dict[str, Kind] = {".yaml": "YAML", ".yml": "YAML", ".json": "JSON"}
# The name of a file, in its place or not: no notation ends in a point and letters, or begins with a way there.
FILE_NAME = re.compile(r"[^\s;]*\.[A-Za-z]\w{0,4}(\.gz)?|(~|\.{0,2})/[^\s;]+")
_NO_SESSION = "give YAML, JSON, notation, FIT, or a workout of Zwift, Garmin Connect or intervals.icu"


def load_session(path: str | PathLike[str]) -> Session:
    """The session of a file: YAML, JSON, notation, FIT, Zwift, Garmin Connect JSON or intervals.icu text, by content.

    Raises:
        DocumentError: the file is missing, is no document, or describes no session.
        SessionError: a text that is no session.
        WorkoutError: a workout of another format that is no session.
    """
    return import_session(as_path(path)).session


def import_session(source: bytes | str | PathLike[str], *, name: str = "") -> Decompiled:
    """The session of a file, of bytes or of a text in any format, and what a session cannot hold of it.

    Args:
        source: a path, the bytes of a file, or a text; a text that is the name of a file is read.
        name: a name for formats that have none: notation and intervals.icu text.

    Raises:
        DocumentError: the file is missing, is no document, or describes no session.
        SessionError: a text that is no session.
        WorkoutError: a workout of another format that is no session.
        FitError: a damaged FIT file of which nothing can be read.
    """
    if isinstance(source, bytes | bytearray | memoryview):
        return _read(bytes(source), name)
    if not isinstance(source, str | PathLike):
        raise DocumentError(f"a session is given as a Session, a path, bytes or text, not {type(source).__name__}")
    if isinstance(source, str) and not _names_a_file(source):
        return _read(source.encode("utf-8", "surrogatepass"), name)
    path = Path(source)
    data = read_bytes(path, error=DocumentError)
    try:
        return _read(data, name, ending=path.suffix.lower())
    except RetrorunError as error:
        raise error.within(str(path)) from None


def as_session(source: Session | bytes | str | PathLike[str]) -> Session:
    """A session as it is, or the one that `import_session` finds in a path, in bytes or in a text."""
    return source if isinstance(source, Session) else import_session(source).session


def kind_of(data: bytes) -> Kind | None:  # noqa: PLR0911 - one for each kind
    """What the bytes of a plan are; None where they are none that a session can be read from."""
    if is_fit(data):
        return "FIT"
    if len(data) > LARGEST_DOCUMENT or b"\0" in data[:4096]:
        return None
    text = data.decode("utf-8-sig", "replace").lstrip()
    from retrorun.workout import intervals_icu, sheet, zwift

    if text.startswith("<"):
        return "Zwift" if zwift.is_zwift(text) else None
    if text.startswith(("{", "[")):
        return "JSON"
    if sheet.is_sheet(text):
        return "sheet"
    if _YAML.search(text):
        return "YAML"
    return "intervals.icu" if intervals_icu.is_intervals_icu(text) else "notation"


def _read(data: bytes, name: str, ending: str = "") -> Decompiled:
    if not data:
        raise DocumentError("the file is empty", hint="copy it again from where it came")
    if data.startswith(GZIP):
        from retrorun.activity.archive import unpack

        data = unpack(data)
    kind = kind_of(data)
    if kind == "FIT":
        return decompile(data)
    if kind is None:
        large = len(data) > LARGEST_DOCUMENT
        what = "the file is too large for a session" if large else "this is neither a session nor a workout"
        raise DocumentError(what, hint=_NO_SESSION)
    text = document.text_of(data)
    return _from_text(text, _ENDINGS.get(ending, kind) if kind == "notation" else kind, name)


def _from_text(text: str, kind: Kind, name: str) -> Decompiled:  # noqa: PLR0911 - likewise
    if kind == "notation":
        return Decompiled(session=notation.parse_session(text, name=name))
    if kind == "YAML":
        return Decompiled(session=document.session_from_yaml(text))
    from retrorun.workout import garmin_connect, intervals_icu, sheet, zwift  # not for our own texts

    if kind == "Zwift":
        return zwift.from_zwift(text)
    if kind == "intervals.icu":
        return intervals_icu.from_intervals_icu(text, name=name)
    if kind == "sheet":
        return sheet.from_sheet(text)
    value = parse_json(text, error=DocumentError)
    if garmin_connect.is_garmin_connect(value):
        return garmin_connect.from_garmin_connect(value)
    return Decompiled(session=document.session_from_dict(value))


def _names_a_file(text: str) -> bool:
    if "\n" in text or len(text) > 1000:
        return False
    try:
        return Path(text).is_file() or bool(FILE_NAME.fullmatch(text))
    except (OSError, ValueError):  # no file could have such a name
        return False
