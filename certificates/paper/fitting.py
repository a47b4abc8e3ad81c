"""Whether the words of a template leave room for each other: asked of the layout itself, not of letters counted."""

from typing import Any

from certificates.paper.rendering import FONTS, Paper, Press, paper_html

SIGNATURE = 45.0  # pixels between "sign here" and the name: room for a signature and the seal's edge


def fits(press: Press, paper: Paper) -> bool:
    """Whether a paper is one page on which nothing runs into anything else."""
    from weasyprint import HTML

    document = HTML(string=paper_html([paper]), base_url=FONTS.as_uri() + "/", url_fetcher=press.fetcher).render(
        font_config=press.fonts, stylesheets=[press.css]
    )
    if len(document.pages) != 1:
        return False
    edges: dict[str, tuple[float, float]] = {}
    _collect(document.pages[0]._page_box, edges)
    below = edges["facts"][1] if "facts" in edges else 0.0
    corners = [edges[name][0] for name in ("codes", "qr", "sign") if name in edges]
    if any(below > top for top in corners):
        return False
    signing = max((edges[name][1] for name in ("role", "how") if name in edges), default=0.0)
    return "who" not in edges or edges["who"][0] - signing >= SIGNATURE


def _collect(box: Any, edges: dict[str, tuple[float, float]]) -> None:
    """Note the top and bottom of the parts of the page, by class."""
    from weasyprint.layout.absolute import AbsolutePlaceholder

    if isinstance(box, AbsolutePlaceholder):
        box = box._box
    if box.element is not None and box.element_tag and "::" not in box.element_tag:
        names = (box.element.get("class") or "").split()
        if box.element.get("data-field") == "qr":
            names.append("qr")
        for name in names:
            top, bottom = box.border_box_y(), box.border_box_y() + box.border_height()
            first, last = edges.get(name, (top, bottom))
            edges[name] = (min(first, top), max(last, bottom))
    for child in getattr(box, "children", ()):
        _collect(child, edges)
