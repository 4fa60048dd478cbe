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
from retrorun.errors import RecordingError

Element = tuple[bytes, bytes, bytes]  # local name (end tags with their slash), attributes, text up to the next tag

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_ASIDE = re.compile(rb"<!--|<!\[CDATA\[|<\?")
_CLOSERS = {b"<!--": b"-->", b"<![CDATA[": b"]]>", b"<?": b"?>"}
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
    return RecordingError("this is a web page, not a recording", mend="download the file itself")


def open_document(data: bytes) -> Document:
    """Prepare the bytes of an XML document; one that is broken somewhere is reported, not refused.

    Raises:
        RecordingError: it declares a document type or entities, which no recording needs and attacks do.
    """
    plain = _plain(data)
    blanks = len(plain) - len(plain.lstrip())
    plain = plain[blanks:]
    cleared = _clear(plain)
    declared = _DOCTYPE.search(cleared)
    if declared and cleared[declared.end() :].lstrip()[:4].lower() == b"html":
        raise web_page()
    if declared:
        raise RecordingError(
            "the XML declares a document type, which no recording does", mend="give the file as the watch wrote it"
        )
    root = _ROOT.search(cleared)
    return Document(cleared, root[1].decode("ascii", "replace") if root else "", _check(plain))


def elements(document: Document, pattern: re.Pattern[bytes]) -> list[Element]:
    """All elements that a pattern asks for, in order; the name of an end tag begins with a slash."""
    return pattern.findall(document.data)


def element_pattern(names: tuple[str, ...]) -> re.Pattern[bytes]:
    """A pattern for elements of these local names, whatever their prefix; `/name` asks for end tags."""
    prefix = r"(?:[\w.-]{1,64}:)?"
    starts = "|".join(name for name in names if not name.startswith("/"))
    ends = "".join(f"|/{prefix}{name[1:]}" for name in names if name.startswith("/"))
    return re.compile(rf"<{prefix}({starts}{ends})(?=[\s/>])([^<>]*)>([^<]*)(?=<)".encode("ascii"))


def _plain(data: bytes) -> bytes:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data.decode(encoding, "replace").encode("utf-8")
    return data


def _clear(data: bytes) -> bytes:
    """The document with comments, CDATA sections and processing instructions blanked; one never closed ends it."""
    parts = []
    pos = 0
    while (opened := _ASIDE.search(data, pos)) is not None:
        closer = _CLOSERS[opened[0]]
        close = data.find(closer, opened.end())
        end = close + len(closer) if close >= 0 else len(data)
        parts += [data[pos : opened.start()], b" " * (end - opened.start())]
        pos = end
    parts.append(data[pos:])
    return b"".join(parts) if len(parts) > 1 else data


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
