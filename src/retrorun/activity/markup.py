"""XML as bytes: made safe, checked, and cut into the few elements that a recording consists of.

Calling Python for each element is what makes XML slow. So expat only checks that the document is well-formed, without
calling back; then one regular expression finds the elements of interest. That is exact: with comments, CDATA sections
and processing instructions blanked out and document types refused, every `<` of a well-formed document begins a tag.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from xml.parsers import expat

from retrorun.activity.raw import RawLoss
from retrorun.activity.rules import MAX_ASIDES, SHORTEST_TAG
from retrorun.errors import RecordingError

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_ASIDES = {b"<!--": b"-->", b"<![CDATA[": b"]]>", b"<?": b"?>"}
_LARGE = 2**20  # bytes; whatever is in less does no harm
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ROOT = re.compile(rb"<(?:[\w.-]{1,64}:)?([\w.-]{1,64})[\s/>]")


@dataclass(frozen=True, slots=True)
class Document:
    """The bytes of a document, UTF-8 or another superset of ASCII, with everything blanked that is no element."""

    data: bytes
    root: str
    losses: tuple[RawLoss, ...]


def looks_like_xml(data: bytes) -> bool:
    """Whether the first character that is not blank could begin an XML document."""
    return _plain(data[:4096]).lstrip().startswith(b"<")


def web_page() -> RecordingError:
    """The error for what a browser saves when the service asks to log in first."""
    return RecordingError("this is a web page, not a recording", hint="download the file itself")


def open_document(data: bytes) -> Document:
    """Prepare the bytes of an XML document; one that is broken somewhere is reported, not refused.

    Raises:
        RecordingError: it declares a document type or entities, which no recording needs and attacks do.
    """
    plain = _plain(data)
    blanks = len(plain) - len(plain.lstrip())
    plain = plain[blanks:]
    if len(plain) > _LARGE and plain.count(b"<") * SHORTEST_TAG > len(plain):
        # Nothing but tags: millions of them, nested, would fill expat's memory.
        raise RecordingError("the XML is all tags and no content", hint="give the file as the watch wrote it")
    cleared = _clear(plain)
    declared = _DOCTYPE.search(cleared) if _find(cleared, b"<!", 0) >= 0 else None
    if declared and cleared[declared.end() :].lstrip()[:4].lower() == b"html":
        raise web_page()
    if declared:
        raise RecordingError(
            "the XML declares a document type, which no recording does", hint="give the file as the watch wrote it"
        )
    root = _ROOT.search(cleared)
    return Document(cleared, root[1].decode("ascii", "replace") if root else "", _check(plain))


def elements(document: Document, pattern: re.Pattern[bytes]) -> list[bytes]:
    """All elements that a pattern asks for, in order, each as `name attributes>text`, the text up to the next tag.

    The name is local; that of an end tag begins with a slash. One string for each keeps Python's garbage collector
    out, which looks through tuples.
    """
    return pattern.findall(document.data)


def element_pattern(names: tuple[str, ...], *, track: str) -> re.Pattern[bytes]:
    """A pattern for elements of these local names, whatever their prefix, and for the end tag of a track.

    Possessive quantifiers keep it from trying twice what cannot match otherwise: a third quicker, and linear in the
    length of any document.
    """
    prefix = r"(?:[\w.-]++:)?+"
    choice = "|".join((*names, f"/{prefix}{track}"))
    return re.compile(rf"<{prefix}((?:{choice})(?:\s[^<>]*+)?+>[^<]*+)(?=<)".encode("ascii"))


def _plain(data: bytes) -> bytes:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data.decode(encoding, "replace").encode("utf-8")
    return data


def _clear(data: bytes) -> bytes:
    """The document with comments, CDATA sections and processing instructions blanked; one never closed ends it."""
    cleared: bytearray | None = None
    pos, count = 0, 0
    exclamation, question = _find(data, b"<!", 0), _find(data, b"<?", 0)
    while exclamation >= 0 or question >= 0:
        start = min(each for each in (exclamation, question) if each >= 0)
        count += 1
        if count > MAX_ASIDES:
            raise RecordingError("more comments than any recording has", hint="give the file as the watch wrote it")
        closer = next((closer for opener, closer in _ASIDES.items() if data.startswith(opener, start)), None)
        if closer is None:  # "<!" of a document type, which is refused elsewhere
            pos = start + 2
        else:
            close = data.find(closer, start)
            pos = close + len(closer) if close >= 0 else len(data)
            cleared = cleared or bytearray(data)
            cleared[start:pos] = _aside(data[start:pos])
        # Each is sought on only when it was passed, so that the document is gone through once.
        exclamation = _find(data, b"<!", pos) if 0 <= exclamation < pos else exclamation
        question = _find(data, b"<?", pos) if 0 <= question < pos else question
    return data if cleared is None else bytes(cleared)


def _aside(text: bytes) -> bytes:
    """What is left of a comment, an instruction or a CDATA section: blanks, and the plain text of the last."""
    inner = text[9:-3] if text.startswith(b"<![CDATA[") and text.endswith(b"]]>") else b""
    kept = b"" if b"<" in inner or b">" in inner else inner
    return kept + b" " * (len(text) - len(kept))


def _find(data: bytes, two: bytes, pos: int) -> int:
    """Where `two` bytes stand next; the second one is rare, and one byte is sought ten times quicker than two."""
    return data.find(two, pos) if data.find(two[1:], pos) >= 0 else -1


def _check(data: bytes) -> tuple[RawLoss, ...]:
    """Where expat stops, as a loss; it is handed no document type, so nothing can be expanded or fetched."""
    # The declared encoding does not matter for tags and numbers, but a wrong one would stop expat.
    parser = expat.ParserCreate("utf-8" if _is_utf8(data) else "iso-8859-1")
    try:
        parser.Parse(data, True)  # noqa: FBT003 - expat takes it by position only
    except expat.ExpatError as error:
        at = max(parser.ErrorByteIndex, 0)
        return (RawLoss(what=f"the XML is broken: {expat.errors.messages[error.code]}", start=at, end=at),)
    return ()


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
