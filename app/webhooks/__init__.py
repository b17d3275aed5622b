"""Telling other systems what happened: signed, at least once, in order for each subject, and never to where an operator does not want it."""
