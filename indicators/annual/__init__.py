"""The annual report: text with figures filled in, frozen in versions, as DOCX and PDF (docs/adr/0053)."""
