"""What a rep must know, asked and marked.

A *quiz* is a bank of *items* for one product with a pass mark; an *attempt* stores the item versions it drew,
in the order it showed them, and is never derived again. A *critical* item answered wrong fails the attempt
whatever the percentage. The key stays on the server until the review policy allows it. Editing an item makes
a new version; a first score is kept whatever a regrade says later.
"""
