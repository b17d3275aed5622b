"""The CRM's teams beside ours: what differs, and who is on a deal there without being cleared.

A *run* compares rows, which a client sent or which were fetched from a *source*; what a row leaves out is not
compared. Only a run that *records* stores deals as the CRM has them, whoever is in the way: they are at risk then.
"""
