"""How a sheet keeps its lines: one compressed piece of JSON, read whole or not at all."""

import json
import zlib
from dataclasses import dataclass, field
from typing import Any

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


@dataclass(frozen=True)
class Rows:
    """A body as it was written: centre, topic and figures (in the order of ``names``) a line; group and counts."""

    names: tuple[str, ...]
    lines: list[list[Any]]
    groups: list[list[Any]]

    def body(self) -> Body:
        """Return figures by their names."""
        lines = {(row[0], row[1]): dict(zip(self.names, row[2:], strict=True)) for row in self.lines}
        return Body(lines, {row[0]: (row[1], row[2], row[3]) for row in self.groups})


def read_rows(packed: bytes | memoryview) -> Rows:
    """Return what stands in the bytes of a body. Raises ValueError for bytes that are none."""
    try:
        data = json.loads(zlib.decompress(packed))
    except zlib.error as error:
        raise ValueError(str(error)) from error
    return Rows(tuple(data["names"]), data["lines"], data["groups"])


def unpack(packed: bytes | memoryview) -> Body:
    """Return the body of its bytes. Raises ValueError for bytes that are none."""
    return read_rows(packed).body()
