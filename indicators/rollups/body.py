"""How a sheet keeps its lines: one compressed piece of JSON, read whole or not at all."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

Pair = tuple[int | None, int | None]


@dataclass
class Body:
    """Lines with figures by name: the total (no centre, no topic), each topic, each centre; target groups (None:
    nothing recorded). A centre's topics are not kept: no page shows them, and they were nine tenths of the bytes."""

    lines: dict[Pair, dict[str, int]] = field(default_factory=dict)
    # group → classes meant for it, learners, women
    groups: dict[int | None, tuple[int, int, int]] = field(default_factory=dict)


def pack(body: Body, names: tuple[str, ...]) -> bytes:
    """Return the bytes of a body; the same body gives the same bytes."""

    def order(pair: Pair) -> tuple[int, int]:
        return pair[0] or 0, pair[1] or 0

    lines = [[*pair, *(body.lines[pair][name] for name in names)] for pair in sorted(body.lines, key=order)]
    groups = [[pk, *body.groups[pk]] for pk in sorted(body.groups, key=lambda pk: pk or 0)]
    text = json.dumps({"names": names, "lines": lines, "groups": groups}, separators=(",", ":"))
    return zlib.compress(text.encode(), 6)


def unpack(packed: bytes | memoryview) -> Body:
    """Return the body of its bytes. Raises ValueError for bytes that are none."""
    try:
        data = json.loads(zlib.decompress(packed))
    except zlib.error as error:
        raise ValueError(str(error)) from error
    names = data["names"]
    lines = {(row[0], row[1]): dict(zip(names, row[2:], strict=True)) for row in data["lines"]}
    return Body(lines, {row[0]: (row[1], row[2], row[3]) for row in data["groups"]})


def seen_from_a_centre(centre_id: int, lines: Mapping[Pair, dict[str, int]]) -> dict[Pair, dict[str, int]]:
    """A centre's sheet keeps its total once; its statistics show it as the total and as the centre's line."""
    return {**lines, (centre_id, None): lines[None, None]}
