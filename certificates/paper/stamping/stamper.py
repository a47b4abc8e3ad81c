"""The way in: papers to files, with a layout for each shape that comes along."""

import logging
from collections.abc import Hashable, Mapping

from certificates.paper.rendering import Paper, Press, shape_of
from certificates.paper.stamping.faces import NotStampable
from certificates.paper.stamping.files import Sheet
from certificates.paper.stamping.layout import lay_out, texts_of
from certificates.qr import symbol_of
from certificates.wording.filling import Line

logger = logging.getLogger(__name__)
MOST_SHEETS = 24  # 100 kB each; a class needs one to five


class Stamper:
    """Makes the files of certificates. Make one per job; it is not shared between threads.

    A paper of a new shape costs a layout by WeasyPrint (a tenth of a second), each further one less than a
    thousandth. What cannot be stamped is rendered whole, so there is always a file.
    """

    def __init__(self, press: Press | None = None) -> None:
        self.press = press or Press()
        self._sheets: dict[Hashable, list[Sheet]] = {}

    def page(self, paper: Paper) -> bytes:
        """Return the PDF of a paper."""
        try:
            return self._stamped(paper)
        except NotStampable as reason:
            logger.info("rendered whole: %s", reason)
            return self.press.render([paper])

    def _stamped(self, paper: Paper) -> bytes:
        lines = paper.lines
        texts = texts_of(lines)
        shape = _shape(paper, lines)
        sheets = self._sheets.setdefault(shape, [])
        sheet = next((sheet for sheet in sheets if sheet.layout.takes(texts)), None)
        if sheet is None:
            if sum(map(len, self._sheets.values())) >= MOST_SHEETS:
                self._sheets.clear()
                sheets = self._sheets.setdefault(shape, [])
            sheet = Sheet(lay_out(self.press, paper))
            sheets.append(sheet)
        return sheet.file(sheet.drawing.content(texts, symbol_of(paper.verify_url)), paper.title)


def _shape(paper: Paper, lines: Mapping[str, Line]) -> Hashable:
    """Papers of one shape have one layout, as long as their texts fit in their lines."""
    texts = [
        (line.name, tuple([run.bold for run in line.runs])) if line.varies else line.runs for line in lines.values()
    ]
    return paper.wording.key if paper.wording else "", shape_of(dict(lines)), tuple(texts)
