"""Files of deals, from a CRM or a spreadsheet: stored as a whole or not at all, with every fault in its cell."""
