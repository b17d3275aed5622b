"""Certificates: what a person can show, and what a stranger can check.

An issue is a row that never changes: everything printed, the design it is printed with, and a digest of both. A later
issue of the same period supersedes it. Files are made from the row when they are asked for, byte for byte the same;
whether a certificate holds today is derived from standing, never stored.
"""
