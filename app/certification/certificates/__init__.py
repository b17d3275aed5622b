"""Certificates: what is issued once and never changed, as a page, a PDF and a badge that others can verify."""
