"""XML as bytes: made safe, checked, and cut into the few elements that a recording consists of.

Calling Python for each element is what makes XML slow. So expat only checks that the document is well-formed, without
calling back; then the tags of interest are found all at once, as arrays. That is exact: with comments, CDATA sections
and processing instructions blanked out and document types refused, every `<` of a well-formed document begins a tag.
"""

import codecs
import re
import string
from dataclasses import dataclass
from xml.parsers import expat

import numpy as np
import numpy.typing as npt

from retrorun.activity.rules import MAX_ASIDES, SHORTEST_TAG
from retrorun.errors import RecordingError
from retrorun.fit.chain import Loss

Positions = npt.NDArray[np.int32]

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_ASIDES = {b"<!--": b"-->", b"<![CDATA[": b"]]>", b"<?": b"?>"}
_AS_WRITTEN = "give the file as the watch wrote it"
_LARGE = 2**20  # bytes; whatever is in less does no harm
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_PIECE = 1 << 18  # bytes; small enough for the processor's cache
_WORD = 8  # bytes that are compared as one number
_LONGEST_NAME, _LONGEST_PREFIX = 24, 64
_DIGIT, _OF_A_NAME, _BEHIND_A_NAME = (
    np.isin(np.arange(256), [*each])
    for each in (b"0123456789", string.ascii_letters.encode() + b"0123456789_.-", b"> \t\n\r\f\v")
)
_ROOT = re.compile(rb"<(?:[\w.-]{1,64}:)?([\w.-]{1,64})[\s/>]")


@dataclass(frozen=True, slots=True)
class Document:
    """The bytes of a document, UTF-8 or another superset of ASCII, with everything blanked that is no element."""

    data: bytes
    root: str
    losses: tuple[Loss, ...]


@dataclass(frozen=True, slots=True)
class Tags:
    """The tags of a document that were asked for, in order, as positions in its bytes, each of shape (n,).

    `which` counts in `names`, local ones; attributes lie in `[attributes, text)`, less the last byte, and the text up
    to the next tag in `[text, end)`.
    """

    data: bytes
    names: tuple[str, ...]
    which: Positions
    attributes: Positions
    text: Positions
    end: Positions

    def texts(self, rows: npt.NDArray[np.intp] | slice) -> list[bytes]:
        """The text behind some of the tags."""
        return self._cut(self.text[rows], self.end[rows])

    def said(self, rows: npt.NDArray[np.intp] | slice) -> list[bytes]:
        """The attributes of some of the tags, each with the blank before it."""
        return self._cut(self.attributes[rows], self.text[rows] - 1)

    def _cut(self, starts: Positions, ends: Positions) -> list[bytes]:
        data = self.data
        return [data[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]


def looks_like_xml(data: bytes) -> bool:
    """Whether the first character that is not blank could begin an XML document."""
    return _plain(data[:4096]).lstrip().startswith(b"<")


def web_page() -> RecordingError:
    """The error for what a browser saves when the service asks to log in first."""
    return RecordingError("this is a web page, not a recording", hint="download the file itself")


def open_document(data: bytes) -> Document:
    """Prepare the bytes of an XML document; one that is broken somewhere is reported, not refused.

    One that declares a document type or entities, which no recording needs and attacks do, is.
    """
    plain = _plain(data).lstrip()
    if len(plain) > _LARGE and plain.count(b"<") * SHORTEST_TAG > len(plain):
        # Nothing but tags: millions of them, nested, would fill expat's memory.
        raise RecordingError("the XML is all tags and no content", hint=_AS_WRITTEN)
    cleared = _clear(plain)
    declared = _DOCTYPE.search(cleared) if b"!" in cleared else None
    if declared and cleared[declared.end() :].lstrip()[:4].lower() == b"html":
        raise web_page()
    if declared:
        raise RecordingError("the XML declares a document type, which no recording does", hint=_AS_WRITTEN)
    root = _ROOT.search(cleared)
    return Document(cleared, root[1].decode("ascii", "replace") if root else "", _check(plain))


def _plain(data: bytes) -> bytes:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data.decode(encoding, "replace").encode("utf-8")
    return data


def _clear(data: bytes) -> bytes:
    """The document with comments, CDATA sections and processing instructions blanked; one never closed ends it."""
    text = np.frombuffer(data, dtype=np.uint8)
    opens = np.flatnonzero((text[1:] == ord("!")) | (text[1:] == ord("?")))
    opens = opens[text[opens] == ord("<")]
    if len(opens) > MAX_ASIDES:
        raise RecordingError("more comments than any recording has", hint=_AS_WRITTEN)
    cleared, end = bytearray(data), 0
    for start in opens.tolist():
        closer = next((closer for opener, closer in _ASIDES.items() if data.startswith(opener, start)), None)
        if start >= end and closer is not None:  # else within another, or a document type, which is refused elsewhere
            close = data.find(closer, start)
            end = close + len(closer) if close >= 0 else len(data)
            cleared[start:end] = _aside(data[start:end])
    return bytes(cleared)


def _aside(text: bytes) -> bytes:
    """What is left of a comment, an instruction or a CDATA section: blanks, and the plain text of the last."""
    inner = text[9:-3] if text.startswith(b"<![CDATA[") and text.endswith(b"]]>") else b""
    kept = b"" if b"<" in inner or b">" in inner else inner
    return kept + b" " * (len(text) - len(kept))


def _check(data: bytes) -> tuple[Loss, ...]:
    """Where expat stops, as a loss; it is handed no document type, so nothing can be expanded or fetched."""
    try:
        data.decode("utf-8")
        encoding = "utf-8"
    except UnicodeDecodeError:
        encoding = "iso-8859-1"  # a wrong one that is declared would stop expat
    parser = expat.ParserCreate(encoding)
    try:
        parser.Parse(data, True)  # noqa: FBT003 - expat takes it by position only
    except expat.ExpatError as error:
        at = max(parser.ErrorByteIndex, 0)
        return (Loss(what=f"the XML is broken: {expat.errors.messages[error.code]}", start=at, end=at),)
    return ()


def find_tags(data: bytes, names: tuple[str, ...]) -> Tags:
    """The tags of these local names, whatever their prefix; a name that begins with a slash is that of an end tag.

    All tags are looked at together, as arrays, a piece of the document at a time, so that the arrays stay small.
    """
    start, found = 0, [np.empty((4, 0), dtype=np.int32)]
    while start < len(data):
        following = data.find(b"<", start + _PIECE)
        stop = len(data) if following < 0 else following
        piece = _tags_of(data[start : stop + 1], names)  # with the "<" at which its last text ends
        piece[1:] += start
        found.append(piece)
        start = stop
    return Tags(data, names, *np.concatenate(found, axis=1))


def _tags_of(piece: bytes, names: tuple[str, ...]) -> Positions:
    """Which names a piece holds, and where; rows as in `Tags`. Eight bytes of each name are one number."""
    text = np.frombuffer(piece + bytes(_LONGEST_NAME), dtype=np.uint8)
    opens = np.flatnonzero(text == ord("<")).astype(np.int32)
    opens, ends = opens[:-1], opens[1:]
    closes = np.flatnonzero(text == ord(">")).astype(np.int32)
    if len(closes) != len(opens) or (closes < opens).any() or (closes > ends).any():
        closes = np.append(closes, len(text))[np.searchsorted(closes, opens)]  # a ">" in a text, or a tag that is cut
    slash = text[opens + 1] == ord("/")
    begins = _local_names(text, opens + 1 + slash)
    words = np.ndarray((len(text) - _WORD + 1,), dtype="<u8", buffer=text, strides=(1,))
    rows_of = {is_end: np.flatnonzero(slash == is_end) for is_end in (False, True)}
    heads = {is_end: words[begins[rows]] for is_end, rows in rows_of.items()}
    which = np.full(len(opens), -1, dtype=np.int32)
    for number in sorted(range(len(names)), key=lambda number: len(names[number])):  # "trkpt" behind "trk"
        is_end, local = names[number].startswith("/"), names[number].removeprefix("/").encode()
        rows = rows_of[is_end][_same(heads[is_end], local[:_WORD])]
        for at in range(_WORD, len(local), _WORD):
            rows = rows[_same(words[begins[rows] + at], local[at : at + _WORD])]
        which[rows] = number
    lengths = np.array([len(name.removeprefix("/")) for name in names])
    kept = np.flatnonzero((which >= 0) & (closes < ends))
    behind = begins[kept] + lengths[which[kept]]
    ended = _BEHIND_A_NAME[text[behind]]
    kept, behind = kept[ended], behind[ended]
    return np.stack((which[kept], behind, closes[kept] + 1, ends[kept])).astype(np.int32)


def _same(words: npt.NDArray[np.uint64], local: bytes) -> npt.NDArray[np.intp]:
    """Which words begin with up to eight bytes."""
    mask = np.uint64((1 << 8 * len(local)) - 1)
    return np.flatnonzero((words & mask) == np.uint64(int.from_bytes(local, "little")))


def _local_names(text: npt.NDArray[np.uint8], begins: Positions) -> Positions:
    """Where the local name of each tag begins: behind its prefix, if it has one."""
    colons = np.flatnonzero(text == ord(":")).astype(np.int32)
    colons = colons[_OF_A_NAME[text[colons + 1]] & ~_DIGIT[text[colons + 1]]]  # not those of times
    owners = np.searchsorted(begins, colons) - 1
    colons, owners = colons[owners >= 0], owners[owners >= 0]
    lengths = colons - begins[owners]
    for length in np.unique(lengths[lengths <= _LONGEST_PREFIX]).tolist():
        rows = np.flatnonzero(lengths == length)
        for at in range(length):
            rows = rows[_OF_A_NAME[text[begins[owners[rows]] + at]]]
        begins[owners[rows]] += length + 1
    return begins
