"""What a set of cues is: words that change what a claim means, folded like the text.

A `border` parts clauses, an `aside` does not. `near` cues reach a claim only over the words named in
`bridge`; `far` cues reach it anywhere in their clause. `pseudo` expressions look like negation or report
and are none. `said_of` takes back a claim that is the `topic` of its sentence, `retracts` does so in the
next one; `supposes` only imagines a claim, unless it `offers` something that is to be `accepted`. `adopted` makes
what others ask for or say a claim of ours. `opens_question` and `asks_next` tell a claim within a question
from a claim before one; `wonders` asks without a question mark; `past` says that something has happened,
so that no date of it is a promise.
"""

import re
from dataclasses import dataclass

from app.redlines.characters import fold_pattern
from app.redlines.guards import Guarded


def one_of(*lists: str) -> str:
    """Return a group of the entries of lists; entries are parted by commas."""
    return "(?:" + "|".join(entry.strip() for entries in lists for entry in entries.split(", ")) + ")"


def any_of(*parts: str) -> Guarded:
    """Return alternatives for folded text."""
    return Guarded(parts, fold_pattern)


@dataclass(frozen=True, slots=True)
class Cues:
    """The cues of one language; `reach` is counted in words or Chinese characters."""

    border: Guarded
    aside: Guarded
    pseudo: Guarded
    far: Guarded
    near: Guarded
    bridge: re.Pattern[str]
    reach: int
    joint: re.Pattern[str]
    break_: re.Pattern[str]
    carries: re.Pattern[str]
    dangling: re.Pattern[str]
    own_clause: re.Pattern[str]
    topic: re.Pattern[str]
    said_of: Guarded
    after: Guarded
    attributed: Guarded
    own_voice: Guarded
    adopted: Guarded
    offers: Guarded
    accepted: Guarded
    attributed_after: Guarded
    talk: Guarded
    talk_before: Guarded
    talk_after: Guarded
    not_asking: Guarded
    tag: Guarded
    opens_question: Guarded
    asks_next: Guarded
    wonders: Guarded
    supposes: Guarded
    retracts: Guarded
    past: Guarded
