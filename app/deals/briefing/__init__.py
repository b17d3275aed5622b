"""What to have at hand in a meeting, on one printable page; and of that, what may be left with the customer."""
