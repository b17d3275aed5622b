"""Backups: one file with a consistent copy of the database, and a manifest by which anybody can tell that it is whole.

The file is a plain tar of two members: `manifest.json`, and the data as the database's own tools read them. So what it
holds can be got out even where Dealworthy is not installed.
"""
