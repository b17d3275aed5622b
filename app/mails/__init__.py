"""Mails that wait to be sent: stored with what they are about, sent by a job, at least once and no more than needed.

`post` stores a mail in the transaction of what it tells, and a job sends it. A job that is done twice sends the same
Message-ID twice, by which mail programs know that it is one mail. Without a mail server mails are kept, not sent.
"""
