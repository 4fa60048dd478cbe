"""Numbers in sentences."""

from __future__ import annotations

from typing import SupportsInt


def counted(count: SupportsInt, what: str) -> str:
    """`1 sample`, `2 samples`, `10,406 samples`."""
    number = int(count)
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
