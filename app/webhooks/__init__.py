"""Telling other systems what happened.

Messages are signed, sent at least once, in order for each subject, and never to where the operator does not want it.
"""
