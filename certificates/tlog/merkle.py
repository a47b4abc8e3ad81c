"""The Merkle tree of RFC 6962, section 2.1: roots, inclusion proofs and consistency proofs.

A tree is anything that answers ``node(height, index)`` with the hash of the full subtree of 2**height leaves that
begins at leaf index * 2**height: a list in memory here, tiles on a disk in ``tiles``.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
Node = Callable[[int, int], bytes]


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf: SHA-256(0x00 ‖ data)."""
    return hashlib.sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node: SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\1" + left + right).digest()


def fold(hashes: Sequence[bytes]) -> bytes:
    """Return the hash over a full subtree's row: as many hashes as a power of two."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(row[place], row[place + 1]) for place in range(0, len(row), 2)]
    return row[0]


def in_memory(leaves: Sequence[bytes]) -> Node:
    """Return the nodes over leaf hashes kept in memory; they serve the trees of all smaller sizes too."""
    rows = [list(leaves)]
    while len(rows[-1]) > 1:
        below = rows[-1]
        rows.append([node_hash(below[place], below[place + 1]) for place in range(0, len(below) - 1, 2)])
    return lambda height, index: rows[height][index]


class Frontier:
    """A tree that leaves are added to, kept as the roots of its full subtrees: a few dozen hashes however large."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []  # of falling height, one for each 1 in the size

    def append(self, leaf: bytes) -> None:
        """Add a leaf's hash."""
        found, rest = leaf, self.size
        while rest & 1:
            found, rest = node_hash(self._peaks.pop(), found), rest >> 1
        self._peaks.append(found)
        self.size += 1

    def root(self) -> bytes:
        """Return the root over what was added so far."""
        if not self._peaks:
            return EMPTY_ROOT
        *above, found = self._peaks
        for peak in reversed(above):
            found = node_hash(peak, found)
        return found


def _split(size: int) -> int:
    """Return the largest power of two smaller than ``size``."""
    return 1 << ((size - 1).bit_length() - 1)


def _hash(node: Node, start: int, end: int) -> bytes:
    """MTH(D[start:end]), where ``start`` is a multiple of a power of two that is not smaller than the range."""
    size = end - start
    if size & (size - 1) == 0:
        height = size.bit_length() - 1
        return node(height, start >> height)
    middle = start + _split(size)
    return node_hash(_hash(node, start, middle), _hash(node, middle, end))


def root_of(node: Node, size: int) -> bytes:
    """Return the root over the first ``size`` leaves."""
    return _hash(node, 0, size) if size else EMPTY_ROOT


def inclusion_proof(node: Node, index: int, size: int) -> list[bytes]:
    """Return PATH(index, D[size]), from the leaf's sibling up. Raises IndexError for a leaf that is not in the tree."""
    if not 0 <= index < size:
        raise IndexError(index)
    return _path(node, index, 0, size)


def _path(node: Node, index: int, start: int, end: int) -> list[bytes]:
    if end - start == 1:
        return []
    middle = start + _split(end - start)
    if index < middle:
        return [*_path(node, index, start, middle), _hash(node, middle, end)]
    return [*_path(node, index, middle, end), _hash(node, start, middle)]


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """Return the root that the proof leads to; None when it is no proof for that place (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return None
    here, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return None
        if here & 1 or here == last:
            found = node_hash(step, found)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            found = node_hash(found, step)
        here, last = here >> 1, last >> 1
    return found if last == 0 else None


def consistency_proof(node: Node, old: int, size: int) -> list[bytes]:
    """Return PROOF(old, D[size]). Raises IndexError unless 0 < old <= size."""
    if not 0 < old <= size:
        raise IndexError(old)
    return _subproof(node, old, 0, size, whole=True)


def _subproof(node: Node, old: int, start: int, end: int, *, whole: bool) -> list[bytes]:
    if old == end:
        return [] if whole else [_hash(node, start, end)]
    middle = start + _split(end - start)
    if old <= middle:
        return [*_subproof(node, old, start, middle, whole=whole), _hash(node, middle, end)]
    return [*_subproof(node, old, middle, end, whole=False), _hash(node, start, middle)]


def is_consistent(old: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the tree of ``size`` leaves begins with the one of ``old`` leaves (RFC 9162, 2.1.4.2)."""
    if old == size:
        return not proof and old_root == root
    if not 0 < old < size:
        return old == 0 and not proof and old_root == EMPTY_ROOT
    steps = list(proof) if old & (old - 1) else [old_root, *proof]
    if not steps:
        return False
    here, last = old - 1, size - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            first, second = node_hash(step, first), node_hash(step, second)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            second = node_hash(second, step)
        here, last = here >> 1, last >> 1
    return last == 0 and first == old_root and second == root


def as_leaves(entries: Iterable[bytes]) -> list[bytes]:
    """Return the leaf hashes of entries."""
    return [leaf_hash(entry) for entry in entries]
