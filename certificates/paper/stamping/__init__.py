"""Certificates by the thousand: WeasyPrint lays a page out once, what differs is stamped on it (docs/adr/0033).

``faces``     a style of the font: subset, embedding, shaping
``layout``    from WeasyPrint's boxes to lines with places
``drawing``   from a layout and a paper's texts to the content of its page
``files``     one file for each paper: a constant beginning and the page
``joining``   the file of a class, from the files of its papers
"""
