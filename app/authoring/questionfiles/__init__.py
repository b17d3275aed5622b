"""Question files of other systems: read into the draft of a quiz, and written from it, on the web and by command."""
