from __future__ import annotations

import pickle

import pytest

from retrorun import errors
from retrorun.errors import DocumentError, FitError, NotationError, RetrorunError, SessionError


def test_an_error_says_what_where_and_what_to_do() -> None:
    error = DocumentError("reps must be a whole number", where="steps[2].repeat", hint="write 4")
    assert str(error) == "steps[2].repeat: reps must be a whole number; write 4"
    assert str(RetrorunError("no more than this")) == "no more than this"


def test_notation_error_puts_the_caret_under_the_place() -> None:
    error = NotationError("unknown word 'bwdd'", text="10min warmup\n\t400m bwdd", position=19, hint="use bwd")
    assert (error.line, error.column) == (2, 7)
    assert str(error).split("\n") == [
        "line 2, column 7: unknown word 'bwdd'; use bwd",
        "  \t400m bwdd",
        "  \t     ^",
    ]


@pytest.mark.parametrize(
    ("text", "shown", "caret"),
    [
        ("🏃 走 400m bwdd", "🏃 走 400m bwdd", 11),  # two columns each, in a terminal
        ("cafe\u0301 bwdd", "cafe\u0301 bwdd", 5),
        ("\x1b[2J\u202e bwdd\r", "\ufffd[2J\ufffd bwdd", 6),
    ],
)
def test_the_caret_stands_below_its_place_and_nothing_works_on_the_terminal(text: str, shown: str, caret: int) -> None:
    error = NotationError("unknown word", text=text, position=text.index("bwdd"))
    assert str(error).split("\n")[1:] == [f"  {shown}", "  " + " " * caret + "^"]


@pytest.mark.parametrize(
    "error",
    [
        RetrorunError("a", where="b", hint="c"),
        NotationError("a", text="xyz", position=1),
        FitError("a", offset=12),
    ],
)
def test_errors_cross_process_borders_whole(error: RetrorunError) -> None:
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 (our own bytes, made on this line)
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert again.__dict__ == error.__dict__


def test_every_error_has_one_root_and_stands_in_the_drawn_tree() -> None:
    kinds = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, Exception)]
    assert len(kinds) > 5
    for kind in kinds:
        assert issubclass(kind, RetrorunError)
        assert kind.__name__ in (errors.__doc__ or "")


def test_errors_about_values_are_value_errors_too() -> None:
    with pytest.raises(ValueError, match="too long"):
        raise SessionError("too long")
