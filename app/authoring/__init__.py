"""Content as files: the tree of courses and quizzes, read, checked as a whole and written back.

Each feature knows its own documents; this package knows how they hang together: a quiz belongs to a product,
a program names its quizzes, a lesson shows red lines by id. Nothing of a tree is used while anything in it is
wrong, and a tree that is written and read again is the same tree.
"""
