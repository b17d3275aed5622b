"""How the items of a quiz perform: statistics, who chose what, and what to do about it."""
