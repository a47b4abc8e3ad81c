"""From where units lie to a map of equal tiles: each unit on a tile of its own, near its neighbours, north up.

``centres/data/hanoi_tiles.csv`` holds what this came to for Hanoi; docs/adr/0054 says where the coordinates are from.
"""

import csv
import math
from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType

from django.conf import settings

type Spot = tuple[float, float]
type Place = tuple[int, int]

FILE = settings.BASE_DIR / "centres" / "data" / "hanoi_tiles.csv"
SIZES = {"district": (7, 7), "commune": (12, 13)}  # columns and rows the map was given
NEIGHBOURS = 6  # whom a unit should stay beside
ROUNDS = 60


@cache
def places(level: str) -> Mapping[str, Place]:
    """Return column and row by unit code: the districts until 30 June 2025, or the communes since 1 July 2025."""
    return MappingProxyType({row["code"]: (int(row["column"]), int(row["row"])) for row in _rows(level)})


def spots(level: str) -> dict[str, Spot]:
    """Return latitude and longitude by unit code, as the file has them."""
    return {row["code"]: (float(row["latitude"]), float(row["longitude"])) for row in _rows(level)}


def _rows(level: str) -> list[dict[str, str]]:
    with FILE.open(encoding="utf-8", newline="") as stream:
        return [row for row in csv.DictReader(stream) if row["level"] == level]


def assign(lying: Mapping[str, Spot], *, columns: int, rows: int) -> dict[str, Place]:
    """Return column (from the west) and row (from the north) of each unit.

    ``lying``: latitude and longitude in degrees. First a matching (the least sum of squared ways from where a unit
    lies, with crowded parts spread out, to its tile), then exchanges of two tiles as long as they bring neighbours
    nearer or put them in a truer direction. The same spots always give the same tiles.
    Raises ValueError when there are more units than tiles.
    """
    names = sorted(lying)
    if len(names) > columns * rows:
        raise ValueError("more units than tiles")
    middle = math.cos(math.radians(sum(lat for lat, _lon in lying.values()) / max(len(names), 1)))
    east = {name: lying[name][1] * middle for name in names}
    south = {name: -lying[name][0] for name in names}
    across, down = _spread(east, columns), _spread(south, rows)
    tiles = [(column, row) for row in range(rows) for column in range(columns)]
    costs = [[(across[name] - x) ** 2 + (down[name] - y) ** 2 for x, y in tiles] for name in names]
    chosen = {name: tiles[tile] for name, tile in zip(names, _match(costs), strict=True)}
    return _pack(_exchange(names, tiles, chosen, east, south, {name: (across[name], down[name]) for name in names}))


def _spread(values: Mapping[str, float], size: int) -> dict[str, float]:
    """Places along one side, half by distance and half by order: a crowded middle gets more room than it has."""
    order = sorted(values, key=lambda name: (values[name], name))
    low, high = values[order[0]], values[order[-1]]
    last = max(len(order) - 1, 1)
    return {
        name: (size - 1) * (0.35 * (values[name] - low) / ((high - low) or 1) + 0.65 * rank / last)
        for rank, name in enumerate(order)
    }


def _exchange(
    names: Sequence[str],
    tiles: Sequence[Place],
    chosen: dict[str, Place],
    east: Mapping[str, float],
    south: Mapping[str, float],
    wanted: Mapping[str, Spot],
) -> dict[str, Place]:
    near = {}
    for name in names:
        away = sorted(
            (math.hypot(east[name] - east[other], south[name] - south[other]), other)
            for other in names
            if other != name
        )
        near[name] = [other for _far, other in away[:NEIGHBOURS]]
    pairs = {(min(one, other), max(one, other)) for one in names for other in near[one]}
    beside: dict[str, list[tuple[str, float, float]]] = {name: [] for name in names}
    for one, other in sorted(pairs):
        x, y = east[other] - east[one], south[other] - south[one]
        far = math.hypot(x, y) or 1.0
        beside[one].append((other, x / far, y / far))
        beside[other].append((one, -x / far, -y / far))

    def strain(name: str, at: Place) -> float:
        # Neighbours a tile and a bit away in their true direction; the pull to its own spot keeps the whole in shape.
        here = 0.15 * ((at[0] - wanted[name][0]) ** 2 + (at[1] - wanted[name][1]) ** 2)
        for other, x, y in beside[name]:
            place = chosen[other]
            here += (place[0] - at[0] - 1.2 * x) ** 2 + (place[1] - at[1] - 1.2 * y) ** 2
        return here

    holder: dict[Place, str] = {place: name for name, place in chosen.items()}
    for _round in range(ROUNDS):
        moved = False
        for name in names:
            for tile in tiles:
                old, other = chosen[name], holder.get(tile, "")
                if tile == old or max(abs(tile[0] - old[0]), abs(tile[1] - old[1])) > 3:
                    continue
                before = strain(name, old) + (strain(other, tile) if other else 0.0)
                chosen[name] = tile
                if other:
                    chosen[other] = old
                after = strain(name, tile) + (strain(other, old) if other else 0.0)
                if after < before - 1e-9:
                    moved = True
                    holder[tile] = name
                    if other:
                        holder[old] = other
                    else:
                        del holder[old]
                else:
                    chosen[name] = old
                    if other:
                        chosen[other] = tile
        if not moved:
            break
    return chosen


def _pack(chosen: Mapping[str, Place]) -> dict[str, Place]:
    """Leave out columns and rows that nobody is in."""
    columns = sorted({column for column, _row in chosen.values()})
    rows = sorted({row for _column, row in chosen.values()})
    return {name: (columns.index(column), rows.index(row)) for name, (column, row) in chosen.items()}


def _match(costs: Sequence[Sequence[float]]) -> list[int]:
    """Return for each line its column in the cheapest matching (Hungarian method by shortest paths)."""
    lines, width = len(costs), len(costs[0]) if costs else 0
    up, over = [0.0] * (lines + 1), [0.0] * (width + 1)
    owner = [0] * (width + 1)
    for line in range(1, lines + 1):
        owner[0] = line
        column = 0
        least, way, seen = [math.inf] * (width + 1), [0] * (width + 1), [False] * (width + 1)
        while True:
            seen[column] = True
            here, step, following = owner[column], math.inf, 0
            row = costs[here - 1]
            for at in range(1, width + 1):
                if not seen[at]:
                    cost = row[at - 1] - up[here] - over[at]
                    if cost < least[at]:
                        least[at], way[at] = cost, column
                    if least[at] < step:
                        step, following = least[at], at
            for at in range(width + 1):
                if seen[at]:
                    up[owner[at]] += step
                    over[at] -= step
                else:
                    least[at] -= step
            column = following
            if owner[column] == 0:
                break
        while column:
            owner[column] = owner[way[column]]
            column = way[column]
    found = [0] * lines
    for at in range(1, width + 1):
        if owner[at]:
            found[owner[at] - 1] = at - 1
    return found
