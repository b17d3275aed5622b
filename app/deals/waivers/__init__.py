"""Exceptions: asked for with a reason, decided by somebody else, for one person, deal and product, with an end.

A *waiver* holds through its last day unless somebody ends it, and never helps who is suspended or revoked. Nobody
decides about their own, about what they asked for, or on a deal that they are on. In an *emergency* somebody who may
gives one at once, through the next day at most; compliance reviews it afterwards.
"""
