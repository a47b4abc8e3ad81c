"""The QR symbol of a certificate as an SVG path, drawn by the qrcode library."""

import qrcode
from qrcode.constants import ERROR_CORRECT_Q

QUIET_ZONE = 4  # modules, ISO/IEC 18004


def qr_path(text: str) -> tuple[str, int]:
    """Return the SVG path data (one unit a module, quiet zone included) and the symbol's size in modules.

    Upper-case text fits the alphanumeric mode, which keeps the symbol small. Error correction Q: a stain on paper does
    not stop it.
    """
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_Q, border=QUIET_ZONE)
    code.add_data(text)
    code.make(fit=True)
    matrix = code.get_matrix()
    parts = []
    for y, row in enumerate(matrix):
        x = 0
        while x < len(row):
            if not row[x]:
                x += 1
                continue
            start = x
            while x < len(row) and row[x]:
                x += 1
            parts.append(f"M{start} {y}h{x - start}v1h-{x - start}z")
    return "".join(parts), len(matrix)
