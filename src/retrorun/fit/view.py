"""What both readers of FIT files offer, the own one and the second opinion."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


class TableView(Protocol):
    """All messages of one kind, in the order of the file."""

    positions: npt.NDArray[np.int64]

    def __len__(self) -> int:
        """How many messages there are."""
        ...

    def has(self, name: str) -> bool:
        """Whether any message holds the field, valid or not."""
        ...

    def numbers(self, name: str) -> FloatArray:
        """A field as scaled numbers, NaN where it is missing."""
        ...

    def integers(self, name: str) -> list[int | None]:
        """A field as it stands in the bytes, None where it is missing."""
        ...

    def texts(self, name: str) -> list[str]:
        """A text field, empty where it is missing."""
        ...

    def is_utf8(self, name: str) -> bool:
        """Whether every text of a field is UTF-8; `texts` reads others as Latin-1."""
        ...

    def packed(self, name: str) -> npt.NDArray[np.int64]:
        """A field of single bytes as one number, lowest byte first, -1 where it is missing."""
        ...


class FileView(Protocol):
    """All messages of a file."""

    def table(self, name: str) -> TableView:
        """All messages of a kind, by its name in the profile."""
        ...

    def times(self, name: str) -> FloatArray:
        """When each message of a kind was written [s, FIT clock], NaN where that is not known."""
        ...

    def developer(self, name: str) -> dict[tuple[str, str], FloatArray]:
        """The developer fields of a kind of message by name and unit."""
        ...
