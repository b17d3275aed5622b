"""What `doctor` looks at: each check is one function that yields a sentence for everything that it finds wrong.

Checks read, and change nothing. None shows a secret: not a password, a key, or what was sealed.
"""
