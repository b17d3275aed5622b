"""How much of a stranger's file is read. Beyond a limit a file is refused, never read in part."""

from typing import Final

MOST_BYTES: Final = 50_000_000
"""Bytes of a file; a deck full of pictures is tens of megabytes, its words are not."""

MOST_CHARACTERS: Final = 5_000_000
"""Characters of text in one file: some 2,000 dense pages."""

MOST_SAID: Final = 2_000_000
"""Characters of a transcript: a day of talk is half of it."""

MOST_PAGES: Final = 2_000
"""Pages of a PDF, or slides of a deck."""

MOST_PIECES: Final = 100_000
"""Paragraphs, cells and the like that have a place of their own."""

MOST_MEMBERS: Final = 5_000
"""Files within a Word or PowerPoint file."""

MOST_UNPACKED: Final = 60_000_000
"""Bytes of XML within a Word or PowerPoint file, unpacked; pictures and films are not unpacked."""

MOST_ATTACHMENTS: Final = 50
"""Attachments of a mail that are looked at."""

DEEPEST: Final = 20
"""Levels of a mail's parts within parts."""

SECONDS: Final = 8.0
"""How long reading one file may take; a process of its own reads it and is ended then."""

MOST_MEMORY: Final = 1_500_000_000
"""Bytes of address space of that process, where the system can limit it."""

MOST_AT_ONCE: Final = 2
"""Files that one server process has read at the same time; others wait for their turn."""

MOST_WAITING: Final = 3
"""Files that wait for their turn; more are refused at once, since each that waits keeps a request busy."""
