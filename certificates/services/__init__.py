"""Verbs on the register. Each is one transaction, checks the permission itself and writes its audit row."""

from certificates.services.numbering import IssueBatch, issue_class, papers_to_issue, resume_printing
from certificates.services.printing import merged_pdf, render_reserved
from certificates.services.states import revoke_certificate, supersede_certificate, void_certificate

__all__ = [
    "IssueBatch",
    "issue_class",
    "merged_pdf",
    "papers_to_issue",
    "render_reserved",
    "resume_printing",
    "revoke_certificate",
    "supersede_certificate",
    "void_certificate",
]
