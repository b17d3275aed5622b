"""What people say to customers, held against the red lines.

A text is checked in passing and forgotten, unless whoever wrote it sends it for review: then it is stored, for as long
as the installation's setting says, with a finding for every red line that it crosses. A person gives each finding its
disposition; only one that is confirmed makes a violation, and only a person says what that leads to. A drill is the way
back: the forbidden sentence, to be said right.
"""
