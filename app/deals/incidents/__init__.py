"""What went wrong with a customer: a case that a person decides, and what a confirmed one leads to."""
