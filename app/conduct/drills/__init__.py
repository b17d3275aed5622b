"""Saying it right: a sentence that crosses a red line, to be written anew so that it crosses none."""
