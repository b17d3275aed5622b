"""Giving a certification more time, with a reason: its last day moves, its baseline stays."""
