"""Marking again what was marked under a wrong key: looked at first, decided by a trainer, done attempt by attempt.

The first score stays in `AttemptRegrade`; an attempt that turns to passed counts as evidence from then on, and one
that turns to failed takes nothing away that was awarded: it becomes an event that people look at.
"""
