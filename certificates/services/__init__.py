"""Verbs on the register. Each is one transaction, checks the permission itself and writes its audit row."""

from certificates.services.blanks import (
    papers_without_blank,
    receive_blanks,
    release_blank,
    spoil_blank,
    use_blanks,
)
from certificates.services.decisions import Decision, Second
from certificates.services.erasing import erase_from_log
from certificates.services.numbering import IssueBatch, issue_class, papers_to_issue, resume_printing
from certificates.services.printing import merged_pdf, render_reserved, zipped_files
from certificates.services.proposals import (
    confirm_proposal,
    propose_late_issue,
    propose_revocation,
    refuse_proposal,
    withdraw_proposal,
)
from certificates.services.states import (
    hand_out_copies,
    revoke_certificate,
    supersede_certificate,
    void_certificate,
)

__all__ = [
    "Decision",
    "IssueBatch",
    "Second",
    "confirm_proposal",
    "erase_from_log",
    "hand_out_copies",
    "issue_class",
    "merged_pdf",
    "papers_to_issue",
    "papers_without_blank",
    "propose_late_issue",
    "propose_revocation",
    "receive_blanks",
    "refuse_proposal",
    "release_blank",
    "render_reserved",
    "resume_printing",
    "revoke_certificate",
    "spoil_blank",
    "supersede_certificate",
    "use_blanks",
    "void_certificate",
    "withdraw_proposal",
    "zipped_files",
]
