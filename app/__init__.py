"""Dealworthy decides who may sell what, and keeps what they say about it true."""
