"""Who is told what: notices follow from what is stored, are kept as records, and end when the thing is done.

`rules` decides what is due to be told from facts alone; a job stores what was not told yet, ends what no longer
holds, and sends: what cannot wait at once, the rest in one digest. Nothing is told twice: a notice is stored once for
its person, kind and key, and is marked as sent in the transaction that posts its mail.
"""
