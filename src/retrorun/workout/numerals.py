"""Whole numbers in words, for places where a digit would be read as something else."""

from __future__ import annotations

_TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_SMALL = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", *_TEENS)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def spell(value: int) -> str:
    """A whole number from 0 to 999999 in words: 128 is `one hundred twenty-eight`."""
    if value >= 1000:
        rest = f" {spell(value % 1000)}" if value % 1000 else ""
        return f"{spell(value // 1000)} thousand{rest}"
    if value >= 100:
        rest = f" {spell(value % 100)}" if value % 100 else ""
        return f"{_SMALL[value // 100]} hundred{rest}"
    if value >= 20:
        rest = f"-{_SMALL[value % 10]}" if value % 10 else ""
        return f"{_TENS[value // 10 - 2]}{rest}"
    return _SMALL[value]
