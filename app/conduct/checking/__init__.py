"""Where people hold what they want to say against the red lines; nothing is stored unless they ask for a review."""
