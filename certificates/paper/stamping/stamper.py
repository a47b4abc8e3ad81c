"""The way in: papers to files, with a layout for each shape that comes along."""

import logging
from collections.abc import Hashable
from functools import cached_property

from certificates.paper.rendering import Paper, Press, shape_of
from certificates.paper.stamping.faces import NotStampable
from certificates.paper.stamping.files import Made, Sheet, made_whole
from certificates.paper.stamping.layout import lay_out, texts_of
from certificates.qr import symbol_of
from certificates.wording.filling import Line

logger = logging.getLogger(__name__)
MOST_SHEETS = 60  # 50 kB each; a class needs one to five


Sheets = dict[Hashable, list[Sheet]]
# A worker prints class after class on the same few layouts. Whoever finds none makes one; two threads at once make two.
_KNOWN: Sheets = {}


class Stamper:
    """Makes the files of certificates. Make one per job; it is not shared between threads.

    A paper of a new shape costs a layout by WeasyPrint (a quarter of a second), each further one less than a
    thousandth. What cannot be stamped is rendered whole, so there is always a file. ``sheets`` are the layouts known
    so far; without it, those of this process.
    """

    def __init__(self, sheets: Sheets | None = None) -> None:
        self._sheets = _KNOWN if sheets is None else sheets

    @cached_property
    def press(self) -> Press:
        """What renders whole pages: heavy, so it waits until one is needed."""
        return Press()

    def page(self, paper: Paper) -> bytes:
        """Return the PDF of a paper."""
        return self.made(paper).whole

    def made(self, paper: Paper) -> Made:
        """Return the PDF of a paper in its two parts: what it begins with need not be copied and hashed again."""
        try:
            return self._stamped(paper)
        except NotStampable as reason:
            logger.info("rendered whole: %s", reason)
            return made_whole(self.press.render([paper]))

    def _stamped(self, paper: Paper) -> Made:
        lines = paper.lines
        texts = texts_of(lines)
        shape = _shape(paper, lines)
        sheet = next((sheet for sheet in self._sheets.get(shape, ()) if sheet.layout.takes(texts)), None)
        if sheet is None:
            sheet = Sheet(lay_out(self.press, paper))
            if sum(map(len, list(self._sheets.values()))) >= MOST_SHEETS:
                self._sheets.clear()
            self._sheets.setdefault(shape, []).append(sheet)
        return sheet.file(sheet.drawing.content(texts, symbol_of(paper.verify_url)), paper.title)


def _shape(paper: Paper, lines: dict[str, Line]) -> Hashable:
    """Papers of one shape have one layout, as long as their texts fit in their lines."""
    forms = tuple([line.form for line in lines.values()])
    return paper.wording.key if paper.wording else "", shape_of(lines), forms
