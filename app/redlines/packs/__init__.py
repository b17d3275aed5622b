"""Rule packs: red lines that others wrote, read from a file with its source and licence, to which products subscribe.

A version of a pack holds from its approval on; a product names the packs in its own red lines, so what it subscribes to
is written, published and signed with them. The choice itself needs no approval.
"""
