"""Developer fields: what apps on a watch add to its messages, described inside the file itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retrorun.arrays import FloatArray
from retrorun.fit.definition import DeveloperPlace, Place
from retrorun.fit.profile import BASE_BY_NUMBER, BaseType, Field
from retrorun.fit.table import Slot, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """A field_description message: what a developer field means from `position` on."""

    position: int
    index: int
    number: int
    name: str
    unit: str
    base: BaseType
    scale: float
    offset: float


def descriptions(table: Table) -> list[Description]:
    """All descriptions of a file, in order; those of no known type are left out."""
    found = []
    names, units = table.texts("field_name"), table.texts("units")
    columns = (
        table.positions.tolist(),
        table.integers("developer_data_index"),
        table.integers("field_definition_number"),
        table.integers("fit_base_type_id"),
        table.integers("scale"),
        table.integers("offset"),
    )
    for row, (position, index, number, code, scale, offset) in enumerate(zip(*columns, strict=True)):
        base = BASE_BY_NUMBER.get(code & 0x1F) if code is not None else None
        if base is None or position is None or index is None or number is None or base.kind == "S":
            continue
        found.append(
            Description(
                position=position,
                index=index,
                number=number,
                name=names[row].strip() or f"field_{index}_{number}",
                unit=units[row].strip(),
                base=base,
                scale=scale or 1,
                offset=offset or 0,
            )
        )
    return found


def developer_columns(table: Table, described: list[Description]) -> dict[tuple[str, str], FloatArray]:
    """The developer fields of a table by name and unit, shape (n,), NaN where missing.

    Two fields of one name (from two apps) are told apart by a number behind the second.
    """
    by_key: dict[tuple[int, int], list[Description]] = {}
    for each in described:
        by_key.setdefault((each.index, each.number), []).append(each)
    parts: dict[tuple[str, str, int], list[FloatArray]] = {}
    for at, block in enumerate(table.blocks):
        for place in block.definition.developer:
            for each, rows in _in_force(by_key.get((place.index, place.number), []), block):
                values = _values(block, place, each)
                if values is None:
                    continue
                key = (each.name, each.unit, each.index)
                columns = parts.setdefault(key, [np.full(len(other), np.nan) for other in table.blocks])
                columns[at][rows] = values[rows]
    return _named({key: table.in_order(columns) for key, columns in parts.items()})


def _named(columns: dict[tuple[str, str, int], FloatArray]) -> dict[tuple[str, str], FloatArray]:
    found: dict[tuple[str, str], FloatArray] = {}
    taken: set[str] = set()
    for (name, unit, _), values in columns.items():
        unique, count = name, 1
        while unique in taken:
            count += 1
            unique = f"{name} {count}"
        taken.add(unique)
        found[unique, unit] = values
    return found


def _in_force(described: list[Description], block: Slot) -> list[tuple[Description, slice]]:
    """Which description holds for which rows: the last one before a row, the first one for rows before all."""
    if len(described) <= 1:
        return [(each, slice(None)) for each in described]
    cuts = np.searchsorted(block.positions, [each.position for each in described]).tolist()
    cuts[0] = 0
    ends = [*cuts[1:], len(block)]
    return [(each, slice(start, end)) for each, start, end in zip(described, cuts, ends, strict=True) if start < end]


def _values(block: Slot, place: DeveloperPlace, each: Description) -> FloatArray | None:
    field = Field(each.number, each.name, each.base.name, each.scale, each.offset)
    return block.values(Place(place.start, place.size, each.base), field)
