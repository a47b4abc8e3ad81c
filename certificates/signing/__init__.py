"""Signed claims in the QR of a certificate (docs/adr/0028): keys, claims, the fragment, and judging one."""
