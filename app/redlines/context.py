"""Say what surrounds a claim: who speaks, and whether it is denied, reported, quoted or asked.

Sentences and quotation marks are found once for a text. What is read around a hit is
bounded, so many hits in one long sentence stay linear.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property, lru_cache

from app.redlines.characters import HAN, fold_pattern
from app.redlines.cues import LANGUAGES
from app.redlines.cueset import Cues
from app.redlines.folding import Folded
from app.redlines.guards import Guarded
from app.redlines.literals import units

BEFORE = 300
AFTER = 120
_SHORT_LINE = 45
_NEAREST = 6
_FRAGMENT = 3
"""How many words or Chinese characters of a listed claim stand before it in its own part of the list at most."""
_BLANK = "\0"
_AROUND = frozenset(" ,;:.!?。、\n")
_OWN_SUBJECT = re.compile(fold_pattern(r"(?:we|i|our)\b|我们?|咱们?|本公司"))
_QUOTED = frozenset({"quoted"})

_END = re.compile(
    r"(?:[!?。]+|(?<!\be\.g)(?<!\bi\.e)(?<!\bvs)(?<!\binc)(?<!\bmr)(?<!\bms)(?<!\bdr)(?<!\bno)(?<!\betc)(?<!\bltd)"
    r"\.+(?=[\"')\]」』]*(?:\s|$|[^\x00-\u2e7f])))[\"')\]」』]*|\n"
)
_WIDE = re.compile(rf"(?![_\W])[{HAN}]")
_STOP = re.compile(r"[!?。\n]|\.+")
_NEW_LINE_STARTS = re.compile(r"[ \t]*(?:$|\n|[>*•#|+-]|\d+[.)、]|<v\b|\d\d:\d\d)")
_LABEL = re.compile(
    r"^[ \t>*]*(?:\[?\d{1,2}:\d\d(?::\d\d)?\]?[ \t-]*)?"
    r"(?:<v(?:\.[^ >]*)?[ \t]+(?P<voice>[^>\n]{1,60})>|(?P<label>[^\W\d_][^:\n,。!?\"]{0,40}):(?!//)\**)",
    re.MULTILINE,
)
_REP = re.compile(fold_pattern(r"\b(?:rep|sales|ae|agent)\b|^(?:销售|业务|顾问|客服)"))
_CUSTOMER = re.compile(
    fold_pattern(
        r"^(?:customer|client|prospect|buyer)\b(?! success)|[(\[] ?(?:customer|client|prospect|buyer|客户|买方|甲方)\b|"
        r"^(?:客户|顾客|买方|甲方)(?!您好|你好|朋友|们|成功)[^\W_]{0,4}$|^(?:客户|顾客|买方|甲方)[^\w]"
    )
)
_QUOTED_LINE = re.compile(r"^[ \t]*>[^\n]*", re.MULTILINE)
_QUOTATION = re.compile(
    r"\"[^\"\n]{1,200}\"|(?<![^\W_])'[^'\n]{1,200}'(?![^\W_])|「[^」\n]{1,200}」|『[^』\n]{1,200}』"
)
_QUOTATION_SIGNS = "\"'「『"
_ASKS = re.compile(fold_pattern(r"\?[\"')\]」』\s]*$|[吗么][。\s]*$"))
_AFFIRMED = re.compile(
    fold_pattern(
        r"[ \t]*(?:yes|yeah|yep|absolutely|definitely|of course|sure|certainly|indeed|you bet|"
        r"是的|对的?[,。!]|没错|当然|肯定)"
    )
)


def role(name: str) -> str:
    """Return `rep` or `customer` for a folded speaker's name; an unknown name is the rep's."""
    if _REP.search(name):
        return "rep"
    return "customer" if _CUSTOMER.search(name) else "rep"


def label_role(text: str, line: int) -> str | None:
    """Return who speaks by the label with which a line of folded text starts, if it has one."""
    match = _LABEL.match(text, line)
    return role((match["voice"] or match["label"]).strip()) if match else None


def happened(stretches: Sequence[str]) -> bool:
    """Tell whether words say that something has taken place, so that its date is no promise."""
    return any(cues.past.search(stretch) for stretch in stretches for cues in LANGUAGES)


def _width(line: str) -> int:
    short = line[:_SHORT_LINE]
    return len(short) if short.isascii() else len(short) + len(_WIDE.findall(short))


def _wraps(folded: Folded, start: int, newline: int) -> bool:
    """Tell whether a sentence goes on after a line break: a long line, or a small letter next."""
    if _NEW_LINE_STARTS.match(folded.text, newline + 1):
        return False
    following = folded.source[folded.origin[newline + 1]]
    return following.islower() or _width(folded.text[start:newline]) >= _SHORT_LINE


def _sentences(folded: Folded) -> list[int]:
    text = folded.text
    starts = [0]
    for stop in _STOP.finditer(text):
        # the whole expression is slow to look for, and fast to read where it may stand
        if stop.start() < starts[-1]:
            continue
        match = _END.match(text, stop.start())
        if match is None and len(stop[0]) > 1:
            # after an abbreviation's own point stands another
            match = _END.match(text, stop.start() + 1)
        if match is None:
            continue
        if match[0] == "\n":
            line = text.rfind("\n", max(0, match.start() - _SHORT_LINE), match.start()) + 1
            if _wraps(folded, line or max(0, match.start() - _SHORT_LINE), match.start()):
                continue
        starts.append(match.end())
    return starts


def _within(spans: Sequence[tuple[int, int]], start: int, end: int) -> tuple[int, int] | None:
    place = bisect_right(spans, (start, len(spans) + end)) - 1
    if place < 0 or not spans[place][0] <= start < end <= spans[place][1]:
        return None
    return spans[place]


class Context:
    """What is known of a folded text beyond its words."""

    def __init__(self, folded: Folded) -> None:
        text = folded.text
        self._text = text
        self._sentences = _sentences(folded)

    @cached_property
    def _quoted_lines(self) -> list[tuple[int, int]]:
        return [match.span() for match in _QUOTED_LINE.finditer(self._text)] if ">" in self._text else []

    @cached_property
    def _quotations(self) -> list[tuple[int, int]]:
        if not any(sign in self._text for sign in _QUOTATION_SIGNS):
            return []
        return [match.span() for match in _QUOTATION.finditer(self._text)]

    def sentence(self, place: int) -> int:
        """Return the number of the sentence at a place."""
        return bisect_right(self._sentences, place) - 1

    def reasons(self, start: int, end: int, inner: Sequence[str] = ()) -> frozenset[str]:
        """Return which of `negated`, `attributed`, `quoted`, `question` hold for a span.

        `inner` are the stretches within the span that no phrase prescribes.
        """
        start, end = self._trimmed(start, end)
        number = self.sentence(start)
        following = self.sentence(end - 1) + 1
        last = self._sentences[following] if following < len(self._sentences) else len(self._text)
        before = self._text[max(self._sentences[number], start - BEFORE) : start]
        after = self._text[end : min(last, end + AFTER)]
        rest = self._text[max(end, last - AFTER) : last]
        own = _OWN_SUBJECT.match(self._text, start, end)
        held = _reasons(before, own[0] if own else "", after, rest, self._text[last : last + AFTER], tuple(inner))
        return held | _QUOTED if "quoted" not in held and self._is_quoted(start, end, before, after) else held

    def _trimmed(self, start: int, end: int) -> tuple[int, int]:
        """Leave out the punctuation around a span: a regular expression may take it in."""
        while end - start > 1 and self._text[end - 1] in _AROUND:
            end -= 1
        while end - start > 1 and self._text[start] in _AROUND:
            start += 1
        return start, end

    def _is_quoted(self, start: int, end: int, before: str, after: str) -> bool:
        if _within(self._quoted_lines, start, end):
            return True
        quotation = _within(self._quotations, start, end)
        if quotation is None:
            return False
        around = before[: max(0, len(before) - (start - quotation[0]))] + _BLANK + after[quotation[1] - end :]
        return any(cues.talk.search(around) for cues in LANGUAGES)


@lru_cache(maxsize=1024)
def _reasons(before: str, own: str, after: str, rest: str, following: str, inner: tuple[str, ...]) -> frozenset[str]:
    """Return the reasons that the words around a claim give; remembered, since texts repeat themselves.

    `own` is the subject with which the claim begins, if it is ours, `rest` the end of its sentence, `following` the
    beginning of the next.
    """
    clear = _without_asides(before)
    offered = _offered(clear, own, after)
    supposed = not offered and _supposed(clear)
    held = {
        "negated": _negated(clear, own, after, inner) or supposed or _retracted(following),
        "attributed": any(_attributed(cues, clear, own, after) for cues in LANGUAGES)
        and not _adopted(after, following),
        "quoted": any(cues.talk_before.search(clear) or cues.talk_after.search(after) for cues in LANGUAGES),
        "question": not offered and _asked(clear, rest) and not _AFFIRMED.match(following),
    }
    return frozenset(reason for reason, holds in held.items() if holds)


def _blanked(pattern: Guarded, text: str) -> str:
    return pattern.sub(lambda match: _BLANK * len(match[0]), text)


def _without_asides(text: str) -> str:
    """Drop “, if any,” and the like, keeping every place: a clause goes on after them."""
    for cues in LANGUAGES:
        if cues.aside.search(text):
            text = cues.aside.sub(lambda match: " " * len(match[0]), text)
    return text


def _cues(cues: Cues, clause: str) -> int:
    """Count the negations of a clause that reach its end; coordinated ones are one."""
    bare = _blanked(cues.pseudo, clause)
    found = [
        match.span()
        for match in cues.far.finditer(bare)
        if units(bare[match.end() :]) <= cues.reach and not cues.break_.search(bare, match.end())
    ]
    bare = _blanked(cues.far, bare)
    found += [
        match.span()
        for match in cues.near.finditer(bare)
        if units(bare[match.end() :]) <= _NEAREST * 2 and cues.bridge.match(bare[match.end() :].replace(_BLANK, ""))
    ]
    count = 0
    last = -1
    for start, end in sorted(found):
        if last < 0 or not cues.joint.fullmatch(clause[last:start]):
            count += 1
        last = max(last, end)
    return count


def _inherited(cues: Cues, before: str, borders: list[re.Match[str]]) -> bool:
    """Tell whether an earlier clause's negation goes on: “We do not, ever, …”, or a list."""
    clause = before[borders[-1].end() :]
    for number in range(len(borders) - 1, -1, -1):
        if borders[number][0] not in {",", "、"} or cues.own_clause.search(clause):
            return False
        listed = units(clause) <= _FRAGMENT
        start = borders[number - 1].end() if number else 0
        clause = before[start : borders[number].start()]
        bare = _blanked(cues.pseudo, clause)
        if cues.dangling.search(bare) or (listed and cues.carries.search(bare)):
            return True
    return False


def _before(cues: Cues, before: str, own: str) -> int:
    bare = _blanked(cues.pseudo, before)
    borders = [border for border in cues.border.finditer(bare + own) if border.end() <= len(bare)]
    count = _cues(cues, before[borders[-1].end() :] if borders else before)
    return int(_inherited(cues, before, borders)) if borders and not count else count


def _negated(before: str, own: str, after: str, inner: Sequence[str]) -> bool:
    if any(_cues(cues, text) for text in inner for cues in LANGUAGES):
        return True
    count = sum(_before(cues, before, own) for cues in LANGUAGES)
    if count:
        return count % 2 == 1
    if any(cues.topic.search(before) and cues.said_of.search(after) for cues in LANGUAGES):
        return True
    return any(cues.after.search(after) for cues in LANGUAGES)


def _offered(before: str, own: str, after: str) -> bool:
    """Tell whether a supposition is an offer: “if I …, will you sign?”."""
    return any(cues.offers.search(before + own) and cues.accepted.search(after) for cues in LANGUAGES)


def _supposed(before: str) -> bool:
    """Tell whether a claim is only imagined: “if we …”, “we hope to …”."""
    return any(cues.supposes.search(_clause(cues, before)) for cues in LANGUAGES)


def _retracted(following: str) -> bool:
    return any(cues.retracts.match(following) for cues in LANGUAGES)


def _attributed(cues: Cues, before: str, own: str, after: str) -> bool:
    bare = _blanked(cues.pseudo, before)
    last = None
    for match in cues.attributed.finditer(bare):
        last = match
    if last is not None and not cues.own_voice.search(bare[last.end() :] + own):
        return True
    return cues.attributed_after.search(after) is not None


def _adopted(after: str, following: str) -> bool:
    """Tell whether we make a claim ours that others made, or fulfil what they ask for."""
    return any(cues.adopted.search(after + following) for cues in LANGUAGES)


def _clause(cues: Cues, before: str) -> str:
    """Return what stands before a claim in its own clause."""
    start = 0
    for border in cues.border.finditer(before):
        start = border.end()
    return before[start:]


def _asked(before: str, rest: str) -> bool:
    if any(cues.not_asking.search(before) for cues in LANGUAGES):
        return False
    if any(cues.wonders.search(_clause(cues, before)) for cues in LANGUAGES):
        return True
    if not _ASKS.search(rest):
        return False
    if not any(cues.opens_question.search(before) for cues in LANGUAGES) and any(
        cues.asks_next.search(rest) for cues in LANGUAGES
    ):
        return False
    return not any(cues.tag.search(rest) for cues in LANGUAGES)
