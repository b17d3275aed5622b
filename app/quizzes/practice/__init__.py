"""Practice: rounds of questions with feedback at once, on which nothing rests."""
