"""The audit trail: who did what to which thing, when. Rows are only added, each chained to the one before by a hash.

The record of an action is written by the action, in its transaction. Nothing personal beyond names and addresses of
accounts goes into `details`, and never a password, a token or an answer key.
"""
