"""English words of which cues are made, as lists; an entry may be a small regular expression."""

import re

from app.redlines.cueset import one_of

_IRREGULAR = {
    "say": "says|said|saying",
    "tell": "tells|told|telling",
    "write": "writes|wrote|written|writing",
    "swear": "swears|swore|sworn|swearing",
    "give": "gives|gave|given|giving",
    "sell": "sells|sold|selling",
    "make": "makes|made|making",
    "put": "puts|putting",
    "think": "thinks|thought|thinking",
    "hear": "hears|heard|hearing",
    "read": "reads|reading",
    "see": "sees|saw|seen|seeing",
    "keep": "keeps|kept|keeping",
    "feel": "feels|felt|feeling",
    "brag": "brags|bragged|bragging",
    "dub": "dubs|dubbed|dubbing",
    "bar": "bars|barred|barring",
    "ban": "bans|banned|banning",
    "forbid": "forbids|forbade|forbidden|forbidding",
    "stop": "stops|stopped|stopping",
    "drop": "drops|dropped|dropping",
    "pull": "pulls|pulled|pulling",
    "permit": "permits|permitted|permitting",
    "quit": "quits|quitting",
    "strike": "strikes|struck|striking",
    "withdraw": "withdraws|withdrew|withdrawn|withdrawing",
    "commit": "commits|committed|committing",
    "plug": "plugs|plugged|plugging",
    "show": "shows|showed|shown|showing",
    "dream": "dreams|dreamed|dreamt|dreaming",
    "label": "labels|labell?ed|labell?ing",
    "mean": "means|meant|meaning",
    "sign": "signs|signed|signing",
    "let": "lets|letting",
}


def _forms(verb: str) -> str:
    first, space, rest = verb.partition(" ")
    if first in _IRREGULAR:
        forms = f"{first}|{_IRREGULAR[first]}"
    elif first.endswith("e"):
        forms = f"{first[:-1]}(?:e|es|ed|ing)"
    elif re.search("[^aeiou]y$", first):
        forms = f"{first[:-1]}(?:y|ies|ied|ying)"
    else:
        forms = f"{first}(?:s|es|ed|ing)?"
    return f"(?:{forms}){space}{rest}"


def verbs(entries: str) -> str:
    """Return a group of verbs in all their forms."""
    return one_of(*(_forms(entry.strip()) for entry in entries.split(",")))


CLAIM = verbs(
    "say, claim, promise, guarantee, offer, call, advertise, commit, use, write, mention, describe, state, pledge, "
    "assure, imply, suggest, tell, make, give, quote, present, pitch, sell, position, market, label, sign"
)
"""Verbs with which somebody makes a claim."""

REPORT = one_of(
    verbs(
        "say, claim, promise, advertise, call, tell, boast, tout, assert, insist, believe, think, ask, wonder, "
        "pitch, "
        "offer, guarantee, write, swear, describe, market, argue, expect, want, demand, hear, suggest, assume, "
        "state, "
        "mention, announce, brag, allege, imply, label, bill, post, hint, dream, pride, style, name, rank, rate, "
        "dub, "
        "vow, maintain, push, print, hope, quote, assure, report, present, position, sell, crown, vote, hype, "
        "request, complain, commit, plug, show, feel, repeat, declare, proclaim, trumpet, throw around, go on about"
    ),
    "(?:like|likes|love|loves) to (?:say|call|claim|put|think)",
)
"""What others do with a claim: they make it, believe it or ask for it."""

ANYBODY_REPORTS = one_of(
    "says, said, claims, claimed, wrote, writes, boasts, boasted, insists, insisted, swears, swore, alleges, "
    "alleged, "
    "asserts, asserted, brags, bragged, read, heard, saw, thinks, thought, believes, believed, feels, argues, "
    "argued, "
    "maintains, prides, declares, proclaims, advertises, assures, assured, describes, promises, vows, vowed, "
    "pitches, "
    "claiming, describing, calling, advertising, boasting, promising, reads, suggests, suggested, hyped, dubbed, "
    "crowned, wanted, told (?:me|us|him|her|them|you)",
    r"(?<!long )(?<!much )(?<!top )(?<!ly )(?<!best )(?<!well )(?<!the )(?<!a )(?<!an )(?<!just )(?<!as )"
    "(?:announced|posted|mentioned|described|called|named|ranked|rated|styled|labelled|labeled|hinted|touted|"
    "advertised|pitched|declared|proclaimed|voted|promised|expected|demanded|stated|reported|branded|billed|dreamed)",
    "(?:calls|names|ranks|rates|dubs|styles|labels|hints|touts|markets|dreams|hypes|wants|demands|expects|states|"
    "reports|"
    "brands|bills|saw) (?:(?:at|of|for|about) )?(?:it|its|itself|them|themselves|their|his|him|her|himself|us|"
    "this|that|the|"
    "a|an|\\W)",
)
"""Verbs that tell of a claim whoever it is that does them, unless it is us."""

EVIDENTIAL = one_of(
    "according to, rumou?r has it, allegedly, supposedly, apparently, purportedly, ostensibly, so-called, "
    "reportedly, "
    "word is, word has it, legend has it, in the words of, in the eyes of, to hear (?:him|her|them) tell it, "
    "(?:so )?they say, so the story goes"
)

WRONG = one_of(
    "wrong, false, unrealistic, unreasonable, unethical, misleading, dishonest, untrue, illegal, unlawful, "
    "irresponsible, inaccurate, incorrect, reckless, foolish, naive, premature, impossible, hard, difficult, tough, "
    "unable, unwilling, reluctant, hesitant, loath, afraid, wary, risky, unwise, unfair, forbidden, prohibited, "
    "banned, "
    "dangerous, absurd, silly, stupid, ridiculous, deceptive, untruthful, inappropriate, improper, unjustified, "
    "presumptuous, overstated, immoral, arrogant, crazy, mad, insane, careless, cheeky, disingenuous, "
    "unprofessional, "
    "fraudulent, rash, optimistic, nonsensical, pointless, criminal, negligent, unheard of, out of line, out of "
    "order, "
    "a mistake, a lie, a stretch, an exaggeration, an overstatement, a breach, a violation, a crime, an "
    "offen[cs]e, a sin, "
    "a joke, nonsense, tempting, too early, too soon, too much, too bold, too strong, not right, not fair, "
    "not ready, "
    "in no position, not in a position, not at liberty, not in my power, not authori[sz]ed, not allowed, "
    "against (?:our |the |company |my )?(?:policy|rules?|law|interest|principles)"
)
"""What is said of doing a thing that one does not do."""

UNREAL = one_of(
    "(?:marketing|sales|pure|empty|cheap) (?:talk|speak|hype|fluff|spin|language|words?), hype, fluff, puffery, "
    "myths?, legends?, dreams?, "
    "pipe dreams?, fantas(?:y|ies), illusions?, wishful thinking, misunderstandings?, misconceptions?, misnomers?, "
    "misreadings?, oversimplifications?, overstatements?, exaggerations?, rumou?rs?, gimmicks?, fairy ?tales?, "
    "fiction, science fiction, "
    "fraud, scams?, lies?, lying, tricks?, nonsense, rubbish, baloney, bluff, unicorns?, wishes, a wish, a goal, "
    "an ideal, "
    "a target, an aspiration, an ambition, aspirational, theoretical, hypothetical, red flags?, history, unheard of, "
    "nonexistent, non-existent, unavailable, discontinued, withdrawn, retired, dead, over, ended, expired, "
    "cancell?ed, "
    "void, fraudulent, unattainable, unachievable, unreachable, unlikely, uncertain, doubtful, debatable, "
    "questionable, "
    "inaccurate, incorrect, unethical, unlawful, irresponsible, dishonest, untrue, false, wrong, illegal, banned, "
    "prohibited, forbidden, impossible, exaggerated, misleading, overstated, overblown, unproven, unfounded, "
    "unrealistic, unsupported, ruled out, off limits, off the table, out of the question, out of scope, out of "
    "reach, "
    "out of bounds, against, a stretch, a violation, a breach, a mistake, a crime, a red line, red lines, gone, "
    "refused, rejected, declined, numbered, behind us, a thing of the past, to be avoided, to be deleted, beyond, "
    "outside, above my, no longer(?! an?\\b), "
    "more than (?:we|i|anyone|any|they), too (?:strong|much|good|bold|big|far|early|optimistic)"
)
"""What a claim turns out to be when somebody takes it back."""

AVAILABLE = one_of(
    "something, what, possible, allowed, permitted, true, offered, guaranteed, promised, realistic, available, "
    "the case, a promise, on offer, ok, okay, fine, included, part, accurate, correct, appropriate, acceptable, "
    "honest, legal, "
    "ours, how, anything, approved, a thing, a claim, a phrase, real, supported, in scope, planned, committed, on "
    "the table, "
    "on the cards, backed, covered, within, a given, a figure, a number, justified, proven, us, here, "
    "our, mine, a word, words, a term, in the, in our, in my, up to, for me, for us, exactly, quite, really, yet, "
    "a commitment, an option, feasible, achievable, who we, what we, where we, wise, advisable, worth"
)

THIRD_PARTY = one_of(
    "competitors?, competition, rivals?, others, vendors?, providers?, suppliers?, sellers?, agencies, agency, "
    "companies, people, customers?, clients?, buyers?, prospects?, analysts?, press, media, reports?, articles?, "
    "websites?, sites?, blogs?, reviews?, reviewers?, brochures?, flyers?, ads?, adverts?, advertisements?, "
    "leaflets?, "
    "salespeople, salesm[ae]n, reps?, predecessors?, colleagues?, bloggers?, journalists?, friends?, neighbou?rs?, "
    "boss(?:es)?, consultants?, influencers?, newsletters?, podcasts?, someone, somebody, anyone, everyone, "
    "everybody, "
    "whoever, they, he, she, guys?, brokers?, dealers?, distributors?, resellers?, shops?, stores?, brands?, firms?, "
    "insurers?, carriers?, manufacturers?, startups?, banks?, doctors?, patients?, users?, shoppers?, investors?, "
    "lecturers?, speakers?, experts?, critics?, fans?, banners?, billboards?, slogans?, headlines?, posts?, videos?"
)
