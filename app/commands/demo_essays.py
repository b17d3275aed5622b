"""What the demonstration's people wrote: two essays, what the trainer said of one, and a report of a question."""

QUIZ = "objection-in-writing"

WAITING = """\
Dear Ms Albrecht,

thank you for writing so plainly. Losing regulars over too many messages is the worst that such a tool can do, \
so this first: no guest gets more than four messages a month, only those who agreed get any, and each message \
has a way to leave.

About the fee: at 20% commission and €25 an order, about 15 pick-up orders a month by regulars cover the €69 of \
one shop. If your own rider delivers them, the platform may well be cheaper, and then I would leave those orders \
there.

What will it bring you? I do not know, and nobody does before it has been tried. Part of your guests get no \
message. On day 60 we lay both groups side by side, and until then you may leave at the end of any month.

May I come by on Tuesday after three and count your pick-up orders of October with you? It takes twenty minutes.

With kind regards"""

RETURNED = """\
Hello,

I understand that another fee is the last thing you need. But you will see that this one pays for itself: our \
shops get at least seven percent more guests, and the platform takes 20% of everything while we take nothing.

We also send far fewer messages than others, so your regulars will stay. If you sign this month I will see what \
I can do about the set-up.

Shall we talk on Thursday?

Best regards"""

COMMENT = (
    "Friendly, and short, which is good. Three things to mend: “at least seven percent” is a promise (what may you say "
    "about the noodle house, and with which words beside it?); “see what I can do” is a price outside the list; and "
    "“far fewer” needs the number. Then count the fee with the owner's own figures."
)

REPORTED_ITEM = "sm-commission-sum"
REPORT = "The text does not say whether the €69 are with or without tax. With tax I get another number."
