"""Jobs: work to be done after the transaction that asked for it, kept in the same database and done at least once.

A job is leased, done and deleted in one transaction of its own; a worker that dies loses its lease and another
takes the job. A job that keeps failing is set aside with its error.
"""
