"""Raw steps as a tree of repeats, and last rounds that were written out taken back into their repeat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from retrorun.errors import SessionError
from retrorun.session.model import Repeat, Step
from retrorun.session.values import Times

Say = Callable[[int | None, str, str], None]  # raw index (None: the whole workout), what, hint


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A step or repeat, and the raw steps that it came from.

    `start` is the raw index at which it begins, `indices` are the raw steps that stand for it. `written_out` is whether
    its note says that the last round stands behind it.
    """

    item: Step | Repeat
    start: int
    indices: tuple[int, ...]
    children: tuple[Node, ...] = ()
    written_out: bool = False


def fold(nodes: list[Node], say: Say) -> list[Node]:
    """The nodes with each last round that was written out taken back into its repeat, as `skip_last`."""
    folded: list[Node] = []
    for node in reversed(nodes):  # from the end, so that repeats within a last round are whole when it is looked at
        whole = _with_last_round(node, folded) if node.written_out else None
        if whole is not None:
            folded = [whole, *folded[len(node.children) - 1 :]]
            continue
        if node.written_out:
            what = "the repeat's note says that its last round is written out behind it, but that round is not there"
            say(node.indices[0], what, "taken as it stands")
        folded = [replace(node, written_out=False), *folded]
    return folded


def _with_last_round(node: Node, behind: list[Node]) -> Node | None:
    """The repeat with the round behind it, less its last step, as its last one; None where that is no such round."""
    body = node.children[:-1]
    tail = behind[: len(body)]
    if not isinstance(node.item, Repeat) or not isinstance(node.item.until, Times):
        return None
    if not body or [each.item for each in tail] != [each.item for each in body]:
        return None
    try:
        item = replace(node.item, until=Times(count=node.item.until.count + 1), skip_last=True)
    except SessionError:
        return None
    merged = tuple(_merged(ours, last) for ours, last in zip(body, tail, strict=True))
    return replace(node, item=item, children=(*merged, node.children[-1]), written_out=False)


def _merged(node: Node, other: Node) -> Node:
    children = tuple(_merged(*pair) for pair in zip(node.children, other.children, strict=True))
    return replace(node, indices=node.indices + other.indices, children=children)


def places_of(nodes: list[Node] | tuple[Node, ...], place: str = "steps") -> dict[int, str]:
    """For each raw index its place in the session, e.g. `steps[2].repeat[0]`."""
    places: dict[int, str] = {}
    for number, node in enumerate(nodes):
        here = f"{place}[{number}]"
        places |= dict.fromkeys(node.indices, here)
        places |= places_of(node.children, f"{here}.repeat")
    return dict(sorted(places.items()))
