"""RFC 6962's tree: known roots and proofs, every small size, and every proof that was changed is refused."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.tlog import merkle, tiles
from certificates.tlog.checkpoint import BrokenCheckpoint, Checkpoint, read_checkpoint, read_proof, write_proof

# The entries and roots that Certificate Transparency's own tests use, from the program of RFC 6962's authors.
ENTRIES = [bytes.fromhex(text) for text in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def leaves_of(count):
    return merkle.as_leaves(str(number).encode() for number in range(count))


def plain_root(leaves):
    """Section 2.1 word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\1" + plain_root(leaves[:split]) + plain_root(leaves[split:])).digest()


def test_known_roots():
    leaves = merkle.as_leaves(ENTRIES)
    node = merkle.in_memory(leaves)
    assert [merkle.root_of(node, size).hex() for size in range(1, 9)] == ROOTS
    assert merkle.root_of(node, 0).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_known_proofs():
    node = merkle.in_memory(merkle.as_leaves(ENTRIES))
    assert [step.hex() for step in merkle.inclusion_proof(node, 5, 8)] == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]
    assert [step.hex() for step in merkle.consistency_proof(node, 6, 8)] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


def test_every_place_of_every_small_tree():
    leaves = leaves_of(33)
    node = merkle.in_memory(leaves)
    for size in range(1, 34):
        root = plain_root(leaves[:size])
        assert merkle.root_of(node, size) == root
        for index in range(size):
            proof = merkle.inclusion_proof(node, index, size)
            assert merkle.root_from_inclusion(leaves[index], index, size, proof) == root
        for old in range(1, size + 1):
            proof = merkle.consistency_proof(node, old, size)
            assert merkle.is_consistent(old, plain_root(leaves[:old]), size, root, proof)
    with pytest.raises(IndexError):
        merkle.inclusion_proof(node, 5, 5)
    for old in (0, 6):
        with pytest.raises(IndexError):
            merkle.consistency_proof(node, old, 5)


@settings(max_examples=60)
@given(st.data())
def test_a_changed_inclusion_proof_is_refused(data):
    size = data.draw(st.integers(2, 700))
    index = data.draw(st.integers(0, size - 1))
    leaves = leaves_of(size)
    node = merkle.in_memory(leaves)
    root, proof = merkle.root_of(node, size), merkle.inclusion_proof(node, index, size)
    assert merkle.root_from_inclusion(leaves[index], index, size, proof) == root
    assert len(proof) <= (size - 1).bit_length()

    place, bit = data.draw(st.integers(0, len(proof) * 256 - 1)), bytearray(b"".join(proof))
    bit[place // 8] ^= 1 << place % 8
    flipped = [bytes(bit[start : start + 32]) for start in range(0, len(bit), 32)]
    other = (index + data.draw(st.integers(1, size - 1))) % size
    wrong = [
        (leaves[index], index, size, flipped),
        (leaves[index], index, size, proof[:-1]),
        (leaves[index], index, size, [*proof, proof[0]]),
        (leaves[other], index, size, proof),
        (leaves[index], other, size, proof),
        (leaves[index], size, size, proof),
    ]
    assert root not in [merkle.root_from_inclusion(*each) for each in wrong]


@settings(max_examples=60)
@given(st.data())
def test_a_rewritten_history_has_no_consistency_proof(data):
    size = data.draw(st.integers(2, 700))
    old = data.draw(st.integers(1, size - 1))
    changed = data.draw(st.integers(0, old - 1))
    leaves = leaves_of(size)
    node = merkle.in_memory(leaves)
    old_root, root = merkle.root_of(node, old), merkle.root_of(node, size)
    proof = merkle.consistency_proof(node, old, size)
    assert merkle.is_consistent(old, old_root, size, root, proof)

    forged = [*leaves[:changed], b"\0" * 32, *leaves[changed + 1 :]]
    other = merkle.in_memory(forged)
    forged_root, forged_proof = merkle.root_of(other, size), merkle.consistency_proof(other, old, size)
    assert not merkle.is_consistent(old, old_root, size, forged_root, forged_proof)
    assert not merkle.is_consistent(old, old_root, size, forged_root, proof)
    assert not merkle.is_consistent(old, old_root, size, root, [*proof, root])
    if proof:
        assert not merkle.is_consistent(old, old_root, size, root, proof[:-1])


# --- tiles ------------------------------------------------------------------------------------------------------------


def test_paths_as_the_specification_has_them():
    assert tiles.tile_path(0, 1234067) == "tile/0/x001/x234/067"
    assert tiles.tile_path("entries", 0, 17) == "tile/entries/000.p/17"
    assert tiles.tile_path(2, 1000) == "tile/2/x001/000"
    for good in ("tile/0/000", "tile/63/x001/x234/067.p/255", "tile/entries/000.p/1"):
        assert tiles.PATH.fullmatch(good)
    for bad in ("tile/64/000", "tile/00/000", "tile/0/0", "tile/0/../checkpoint", "tile/0/000.p/0", "tile/0/000/001"):
        assert not tiles.PATH.fullmatch(bad)


def test_tiles_of_a_tree_of_70000():
    """The specification's own example: 273 full and one of 112, one full and one of 17, one of 1."""
    found = list(tiles.tiles_of(70_000))
    assert sum(level == 0 and width == 256 for level, _n, width in found) == 273
    assert [each for each in found if each[2] != 256 or each[0]] == [
        (0, 273, 112), (1, 0, 256), (1, 1, 17), (2, 0, 1),
    ]  # fmt: skip
    assert list(tiles.tiles_of(256)) == [(0, 0, 256), (1, 0, 1)]


def grown(steps):
    files, size = {}, 0

    def read(name):
        try:
            return files[name]
        except KeyError:
            raise FileNotFoundError(name) from None

    for step in steps:
        entries = [str(number).encode() for number in range(size, size + step)]
        new = [
            *tiles.grown_tiles(read, size, merkle.as_leaves(entries)),
            *tiles.grown_bundles(read, size, entries),
        ]
        files.update(new)
        size += step
    return read, size, files


@settings(max_examples=12)
@given(st.lists(st.integers(1, 400), min_size=1, max_size=4))
def test_tiles_grown_step_by_step_are_the_tree(steps):
    read, size, files = grown(steps)
    leaves = leaves_of(size)
    whole, node = merkle.in_memory(leaves), tiles.tree_in_tiles(read, size)
    root = merkle.root_of(whole, size)
    assert merkle.root_of(node, size) == root
    assert list(tiles.leaves_in_tiles(read, size)) == leaves
    assert list(tiles.entries_in_bundles(read, size)) == [str(number).encode() for number in range(size)]
    for level, number, width in tiles.tiles_of(size):
        assert len(files[tiles.tile_path(level, number, width)]) == width * 32
    for index in {0, size // 2, size - 1}:
        assert merkle.inclusion_proof(node, index, size) == merkle.inclusion_proof(whole, index, size)
    old = steps[0]
    proof = merkle.consistency_proof(node, old, size)
    assert merkle.is_consistent(old, plain_root(leaves[:old]), size, root, proof)


def test_a_large_tree_over_three_levels_of_tiles():
    read, size, files = grown([65_530, 10])
    node = tiles.tree_in_tiles(read, size)
    assert merkle.root_of(node, size) == merkle.root_of(merkle.in_memory(leaves_of(size)), size)
    assert "tile/2/000.p/1" in files
    part = files.pop("tile/0/x000/255.p/250", None) or files.pop("tile/0/255.p/250")
    assert len(part) == 250 * 32
    # The part of a tile that is full by now may be gone: the whole one is read instead.
    assert merkle.root_of(tiles.tree_in_tiles(read, 65_530), 65_530) == merkle.root_of(node, 65_530)


def test_a_tile_that_is_too_short_is_broken():
    read, size, files = grown([300])
    files["tile/0/001.p/44"] = files["tile/0/001.p/44"][:-1]
    with pytest.raises(tiles.BrokenTile):
        list(tiles.leaves_in_tiles(read, size))
    files["tile/entries/001.p/44"] = files["tile/entries/001.p/44"][:-1]
    with pytest.raises(tiles.BrokenTile):
        list(tiles.entries_in_bundles(read, size))


# --- checkpoints and proofs -------------------------------------------------------------------------------------------

# The example of the specification (c2sp.org/tlog-checkpoint), its signature shortened to what the form needs.
EXAMPLE = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
)


def test_the_example_of_the_specification():
    checkpoint, note = read_checkpoint(EXAMPLE.encode())
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.text() == note.text


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace("20852163", "020852163"),
        lambda text: text.replace("20852163", "-20852163"),
        lambda text: text.replace("CsUY", ""),
        lambda text: text.replace("2I=\n\n", "2I=\nmore\n\n"),
        lambda text: "\n" + text,
        lambda text: text.partition("\n\n")[0],
        lambda text: "",
    ],
)
def test_a_checkpoint_that_we_would_not_write_is_refused(damage):
    with pytest.raises(BrokenCheckpoint):
        read_checkpoint(damage(EXAMPLE).encode())


def test_a_proof_is_read_as_written_and_holds_for_its_leaf_only():
    leaves = leaves_of(11)
    node = merkle.in_memory(leaves)
    note = Checkpoint("example.com/log", 11, merkle.root_of(node, 11)).text() + "\n" + EXAMPLE.splitlines()[-1] + "\n"
    text = write_proof(7, merkle.inclusion_proof(node, 7, 11), note)
    assert text.startswith("c2sp.org/tlog-proof@v1\nindex 7\n")
    proof = read_proof(text.encode())
    assert proof.proves(leaves[7])
    assert not proof.proves(leaves[6])
    for damage in (text.replace("index 7", "index 07"), text.replace("@v1", "@v2"), text[:60], text + "x"):
        with pytest.raises(BrokenCheckpoint):
            read_proof(damage.encode())
