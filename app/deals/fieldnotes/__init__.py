"""What customers say, ask and misunderstand, from the deal to the trainers of the product and back.

A *note* is written by somebody on the deal, with its *root*: where it comes from. It goes from new to taken, answered
and closed; whoever has taken it answers it, and its author is told.
"""
