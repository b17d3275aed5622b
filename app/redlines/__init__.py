"""What may not be said to a customer, why, and what to say instead.

A *red line* belongs to a product; it carries the phrases that cross it (*match*), the ways out (*unless*),
the wording to use (*say_instead*) and its own proof (*must_flag*, *must_not_flag*). A rule that *matches* a
text makes a *finding*; only a person turns a finding into a *violation*. A rep *attests*, by name and with a
meaning, to one version of the red lines. A rule is never silently dead: a record that contradicts itself is
not loaded.
"""
