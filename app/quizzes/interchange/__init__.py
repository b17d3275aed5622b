"""Questions from other systems' files and back: GIFT, Moodle XML, Aiken, QTI, CSV and JSON."""
