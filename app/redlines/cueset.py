"""What a set of cues is: words that change what a claim means, folded like the text.

A `border` parts clauses, an `aside` does not. `near` cues reach a claim only over the words named in `bridge`; `far` cues reach it anywhere
in their clause. `pseudo` expressions look like negation or report and are none. `opens_question` and
`asks_next` tell a claim within a question from a claim before one; `wonders` asks without a
question mark; `supposes` only imagines a claim; `retracts` takes it back in the
next sentence; `past` says that something has happened, so that no date of it is a promise.
"""

import re
from dataclasses import dataclass

from app.redlines.folding import fold_pattern


def one_of(*lists: str) -> str:
    """Return a group of the entries of lists; entries are parted by commas."""
    return "(?:" + "|".join(entry.strip() for entries in lists for entry in entries.split(", ")) + ")"


def any_of(*parts: str) -> re.Pattern[str]:
    """Compile alternatives as one pattern for folded text."""
    return re.compile(fold_pattern("|".join(f"(?:{part})" for part in parts)))


@dataclass(frozen=True, slots=True)
class Cues:
    """The cues of one language; `reach` is counted in words or Chinese characters."""

    border: re.Pattern[str]
    aside: re.Pattern[str]
    pseudo: re.Pattern[str]
    far: re.Pattern[str]
    near: re.Pattern[str]
    bridge: re.Pattern[str]
    reach: int
    joint: re.Pattern[str]
    break_: re.Pattern[str]
    carries: re.Pattern[str]
    dangling: re.Pattern[str]
    own_clause: re.Pattern[str]
    after: re.Pattern[str]
    attributed: re.Pattern[str]
    own_voice: re.Pattern[str]
    attributed_after: re.Pattern[str]
    talk: re.Pattern[str]
    talk_before: re.Pattern[str]
    talk_after: re.Pattern[str]
    not_asking: re.Pattern[str]
    tag: re.Pattern[str]
    opens_question: re.Pattern[str]
    asks_next: re.Pattern[str]
    wonders: re.Pattern[str]
    supposes: re.Pattern[str]
    retracts: re.Pattern[str]
    past: re.Pattern[str]
