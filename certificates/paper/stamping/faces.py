"""A style of the font: cut down once to the letters of Vietnamese, then shaped with HarfBuzz as Pango does it.

What is embedded has every letter that a name here may hold, so that the same bytes serve every certificate.
"""

import hashlib
import zlib
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from unicodedata import normalize

import uharfbuzz as hb

FONTS = Path(__file__).resolve().parents[2] / "fonts"
# Vietnamese in all tones, the letters that minorities' spellings add, and punctuation. Every file carries them in three
# styles, so what hardly ever stands in a name is left to the full rendering.
_VOWELS, _TONES = "AĂÂEÊIOÔƠUƯYaăâeêioôơuưy", ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
REPERTOIRE = frozenset(
    [chr(code) for code in range(0x20, 0x7F)]
    + [normalize("NFC", vowel + tone) for vowel in _VOWELS for tone in _TONES]
    + list("ĐđĔĕĬĭŎŏŬŭČčÑñƀɃ\u00a0§°·«»‐–—‘’“”•…₫№×½")
)
_NOT_EMBEDDED = ("GSUB", "GPOS", "GDEF", "OS/2", "name", "gasp", "post", "cmap", "fpgm", "prep", "cvt ")
# (bold, italic) to the file and the name in the PDF.
STYLES = {(False, False): "Tinos-Regular", (True, False): "Tinos-Bold", (False, True): "Tinos-Italic"}


class NotStampable(Exception):
    """This text or page needs the full rendering: letters we do not embed, or a layout that is not simple lines."""


@dataclass(frozen=True, slots=True)
class Shaped:
    """A text in one style and size: a TJ array, and its width in points."""

    array: bytes
    width: float


class Face:
    """One style. Shaping keeps to WeasyPrint's arithmetic, so that both ways of making a page put a letter in the
    same place: whole widths in thousandths of the type size, kerning cut to whole thousandths."""

    def __init__(self, name: str) -> None:
        self.name = name
        face = hb.Face(hb.Blob.from_file_path(str(FONTS / f"{name}.ttf")))
        self._font, self.program = self._cut(face)
        self._per_em = face.upem
        self._font.scale = (face.upem, face.upem)
        self.widths = [round(self._font.get_glyph_h_advance(glyph) * 1000 / face.upem) for glyph in self._glyphs()]
        thousand = 1000 / face.upem
        extents = self._font.get_font_extents("ltr")
        self.ascent, self.descent = round(extents.ascender * thousand), round(extents.descender * thousand)
        inks = [self._font.get_glyph_extents(glyph) for glyph in self._glyphs()]
        self.box = (
            round(min(ink.x_bearing for ink in inks) * thousand),
            round(min(ink.y_bearing + ink.height for ink in inks) * thousand),
            round(max(ink.x_bearing + ink.width for ink in inks) * thousand),
            round(max(ink.y_bearing for ink in inks) * thousand),
        )
        self.letters: dict[int, str] = {}
        self._set = lru_cache(maxsize=4096)(self._letter)
        self.repertoire = frozenset(letter for letter in sorted(REPERTOIRE) if self._knows(letter))
        # As PDF wants the name of a part of a font: six capitals that follow from what is in it.
        digest = hashlib.sha256(self.program).digest()
        self.base_font = "".join(chr(65 + byte % 26) for byte in digest[:6]) + f"+{name}"

    def _glyphs(self) -> range:
        return range(self._font.face.glyph_count)

    def _knows(self, letter: str) -> bool:
        """Remember which letter the glyph is that stands for it (spaces and marks have one for Latin scripts)."""
        glyphs = self._shaped(letter).glyph_infos
        if len(glyphs) != 1 or not glyphs[0].codepoint:
            return False
        self.letters.setdefault(glyphs[0].codepoint, letter)
        return True

    def _shaped(self, text: str) -> "hb.Buffer":
        buffer = hb.Buffer()
        buffer.add_str(text)
        buffer.direction, buffer.script, buffer.language = "ltr", "Latn", "vi"
        hb.shape(self._font, buffer)
        return buffer

    @staticmethod
    def _cut(face: "hb.Face") -> tuple["hb.Font", bytes]:
        """The font to shape with, and the program to embed: the same glyphs under the same numbers."""
        wish = hb.SubsetInput()
        wish.sets(hb.SubsetInputSets.UNICODE).update(map(ord, REPERTOIRE))
        wish.flags = hb.SubsetFlags.NO_HINTING
        part = hb.subset(face, wish)
        bare = hb.SubsetInput()
        bare.keep_everything()
        bare.flags = hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.RETAIN_GIDS | hb.SubsetFlags.NOTDEF_OUTLINE
        dropped = bare.sets(hb.SubsetInputSets.DROP_TABLE_TAG)
        dropped.update(int.from_bytes(tag.encode()) for tag in _NOT_EMBEDDED)
        return hb.Font(part), bytes(hb.subset(part, bare).blob.data)

    def shape(self, text: str, size: float, spacing: float = 0.0) -> Shaped:
        """Return a text set in ``size`` points with ``spacing`` points after each letter. Raises NotStampable."""
        if not self.repertoire.issuperset(text):
            raise NotStampable("a letter that is not embedded")
        buffer = self._shaped(text)
        if not spacing:
            return self._unspaced(buffer, size)
        thousand, spaced = 1000 / self._per_em, spacing * 1000 / size
        last = len(text) - 1
        parts, total = ["[<"], 0.0
        for at, (info, place) in enumerate(zip(buffer.glyph_infos, buffer.glyph_positions, strict=True)):
            glyph = info.codepoint
            if place.x_offset or place.y_offset or glyph not in self.letters:
                raise NotStampable("a letter that is put together from two")
            advance = place.x_advance * thousand
            total += advance + spaced
            # Pango puts half of the space on each side of a letter, none at the ends; WeasyPrint counts the first half
            # in 1024ths.
            before = spaced / 2 * 1.024 if at else 0.0
            advance += spaced / 2 * ((at > 0) + (at < last))
            if before:
                parts.append(f">{-before:.3f}<")
            parts.append(f"{glyph:04x}")
            if kerning := int(self.widths[glyph] + before - advance):
                parts.append(f">{kerning}<")
        return Shaped("".join([*parts, ">]TJ "]).encode(), total * size / 1000)

    def _unspaced(self, buffer: "hb.Buffer", size: float) -> Shaped:
        places = buffer.glyph_positions
        glyphs, advances = [info.codepoint for info in buffer.glyph_infos], [place.x_advance for place in places]
        if any(place.x_offset or place.y_offset for place in places) or not self.letters.keys() >= set(glyphs):
            raise NotStampable("a letter that is put together from two")
        parts = [self._set(glyph, advance) for glyph, advance in zip(glyphs, advances, strict=True)]
        width = sum(advances) * 1000 / self._per_em * size / 1000
        return Shaped(f"[<{''.join(parts)}>]TJ ".encode(), width)

    def _letter(self, glyph: int, advance: int) -> str:
        """A glyph that goes on by ``advance``, with its kerning."""
        kerning = int(self.widths[glyph] - advance * 1000 / self._per_em)
        return f"{glyph:04x}>{kerning}<" if kerning else f"{glyph:04x}"

    def to_unicode(self) -> bytes:
        """Return the CMap that says which letter each glyph is."""
        rows = [f"<{glyph:04x}> <{letter.encode('utf-16-be').hex()}>" for glyph, letter in sorted(self.letters.items())]
        blocks = [rows[at : at + 100] for at in range(0, len(rows), 100)]
        body = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
        return (
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
            "/CMapName /Adobe-Identity-UCS def /CMapType 2 def\n"
            f"1 begincodespacerange <0000> <ffff> endcodespacerange\n{body}\n"
            "endcmap CMapName currentdict /CMap defineresource pop end end"
        ).encode()

    def packed_program(self) -> bytes:
        """Return the program as it is embedded, deflated."""
        return zlib.compress(self.program, 9)


@cache
def face(bold: bool, italic: bool) -> Face:
    """Return a style, cut once a process. Raises NotStampable for one that we have no font of."""
    name = STYLES.get((bold, italic))
    if name is None:
        raise NotStampable("no such style")
    return Face(name)
