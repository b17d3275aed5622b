"""Files with older entries of the audit trail, which prove themselves."""
