"""A bar on stderr for work of more than a second or two: to somebody who watches, and in a pipe to nobody."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Advance = Callable[[int], None]


@contextmanager
def progress_bar(words: str, total: Callable[[], int], *, shown: bool = True) -> Iterator[Advance]:
    """What counts how many of a total are done; the bar goes when the work ends, so that only the result stays.

    Args:
        words: what is being done, in a word.
        total: counts how many there are to do, where that is asked.
        shown: False for no bar anywhere. Where stderr is no terminal and no notebook there is none either.
    """
    if not (shown and (sys.stderr.isatty() or "ipykernel" in sys.modules)):
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn())
    with Progress(TextColumn(words), *columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(words, total=total(), rate="")

        def advance(count: int) -> None:
            bar.advance(task, count)
            speed = bar.tasks[0].speed
            bar.update(task, rate="" if speed is None else f"{speed:.0f} files/s")

        yield advance
