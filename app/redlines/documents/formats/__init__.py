"""Readers of single kinds of files; they run in a process of their own, where time and memory are limited."""
