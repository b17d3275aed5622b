"""People: accounts, roles, teams and reporting lines, signing in, and the tokens of clients.

People are deactivated, never deleted, because records of what they did must stay readable. Passwords, session and
API tokens are stored as hashes only. Who may do what is decided by roles here and by ownership in each feature.
"""
