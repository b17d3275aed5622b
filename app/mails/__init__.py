"""Mails that wait to be sent: stored with what they are about, sent by a job, at least once and no more than needed."""
