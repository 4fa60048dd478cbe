"""YAML as plain data, without the readings of YAML 1.1 that surprise: here `1:30` is not 90 and `no` is not False.

Imported only when a document is read or written.
"""

from __future__ import annotations

import re
from collections.abc import Hashable

import yaml

from retrorun.errors import DocumentError

_BOOL = "tag:yaml.org,2002:bool"
_INT = "tag:yaml.org,2002:int"
_FLOAT = "tag:yaml.org,2002:float"
_NULL = "tag:yaml.org,2002:null"


class _Loader(yaml.SafeLoader):
    """Text stays text unless it is plainly a number, true, false or null; no aliases, no key twice."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own way

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]  # the stubs leave this one out
            raise _at(event.start_mark, "an alias (*) cannot be used here", "use a repeat, or write it out")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:  # noqa: FBT001, FBT002 - PyYAML's signature
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _at(key.start_mark, "a key must be text", "")
            if key.value in seen:
                raise _at(key.start_mark, f"the key {key.value!r} stands twice", "leave one out")
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


for _tag, _pattern, _first in (
    (_BOOL, r"true|false", "tf"),
    (_INT, r"-?(?:0|[1-9][0-9]{0,17})", "-0123456789"),
    (_FLOAT, r"-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,18}", "-0123456789"),
    (_NULL, r"null|~|", ["n", "~", ""]),
):
    _Loader.add_implicit_resolver(_tag, re.compile(rf"(?:{_pattern})\Z"), list(_first))


def read_yaml(text: str) -> object:
    """The data of a YAML document.

    Raises:
        DocumentError: it is no YAML, or uses what a session has no need of; `where` is the line and column.
    """
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a subclass of the safe loader
    except yaml.MarkedYAMLError as error:
        raise _at(error.problem_mark, f"this is no YAML: {error.problem}", "") from None
    except yaml.YAMLError as error:
        raise DocumentError(f"this is no YAML: {error}".split("\n", 1)[0]) from None
    except DocumentError:
        raise
    except (ValueError, TypeError) as error:  # what a tag such as !!int makes of its text
        raise DocumentError(f"this is no YAML: {error}") from None


def write_yaml(data: object) -> str:
    """Data as YAML, keys in their order."""
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=120)


def _at(mark: yaml.Mark | None, what: str, hint: str) -> DocumentError:
    where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    return DocumentError(what, where=where, hint=hint)
