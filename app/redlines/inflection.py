"""Give an English word its forms: plural, third person, past, participles.

Small and regular on purpose: words are not tagged, so a word that may be a verb gets the forms
of a verb. Irregular verbs and nouns stand in two tables. A word that is already inflected
keeps its form, except that a plural also gives its singular.
"""

_VOWELS = "aeiou"
_MINIMUM_PARTICIPLE = 5


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_IRREGULAR_VERBS = """
be am is are was were been being
beat beats beaten beating
become becomes became becoming
begin begins began begun beginning
break breaks broke broken breaking
bring brings brought bringing
build builds built building
buy buys bought buying
catch catches caught catching
choose chooses chose chosen choosing
come comes came coming
cost costs costing
cut cuts cutting
do does did done doing
draw draws drew drawn drawing
drive drives drove driven driving
fall falls fell fallen falling
feel feels felt feeling
find finds found finding
forget forgets forgot forgotten forgetting
get gets got gotten getting
give gives gave given giving
go goes went gone going
grow grows grew grown growing
have has had having
hear hears heard hearing
hide hides hid hidden hiding
hit hits hitting
hold holds held holding
keep keeps kept keeping
know knows knew known knowing
lead leads led leading
leave leaves left leaving
let lets letting
lose loses lost losing
make makes made making
mean means meant meaning
meet meets met meeting
pay pays paid paying
put puts putting
read reads reading
rise rises rose risen rising
run runs ran running
say says said saying
see sees saw seen seeing
sell sells sold selling
send sends sent sending
set sets setting
show shows showed shown showing
shut shuts shutting
speak speaks spoke spoken speaking
spend spends spent spending
stand stands stood standing
steal steals stole stolen stealing
take takes took taken taking
teach teaches taught teaching
tell tells told telling
think thinks thought thinking
undercut undercuts undercutting
understand understands understood understanding
win wins won winning
write writes wrote written writing
"""
_IRREGULAR_NOUNS = """
analysis analyses
basis bases
child children
criterion criteria
crisis crises
datum data
half halves
life lives
man men
person people persons
woman women
"""
_DOUBLED = _words(
    "admit commit compel control cancel equip excel expel forbid model occur omit outrun permit plan prefer "
    "refer regret submit transfer travel upset"
)
_FIXED = _words(
    "a about above after again all almost already also always an and another any anyone anything are as at "
    "away because before below best better between beyond both but by can cannot certain cheaper cheapest "
    "completely could definitely down each either else entire even ever every everybody everyone everything "
    "faster fastest few fewer first for free from full fully good great greatest he her here highest him his "
    "how i if in into is it its just largest last least less low lower lowest many maximum may me might "
    "minimum more most much must my near never new next no nobody none nor not nothing now number of off on "
    "once one only onto or other our out over own per perfect perhaps quite really risk-free safe safer "
    "safest same secure shall she should smarter so some somebody someone something soon such sure than that "
    "the their them then there these they this those through to today together tomorrow too top total "
    "totally under unique unlimited until up upon us very via was we were what when where which while who "
    "whole whom whose why will with within without worst would wrong yes yet you your zero"
)
_FIXED_ENDINGS = ("able", "ful", "ible", "less", "ly", "ous")
_NOUN_ENDINGS = ("ance", "ation", "ence", "ism", "ition", "ity", "ment", "ness", "sion", "ship", "tion")
_VERBS_LIKE_NOUNS = _words(
    "advance balance cement commission complement comment condition document enhance experiment finance "
    "function implement influence mention position provision question reference ship supplement"
)
_VERBS_IN_LY = _words("apply comply fly imply multiply rely reply supply")
_NOT_SUPERLATIVES = _words(
    "arrest attest behest bequest chest conquest contest crest detest digest divest forest guest harvest infest "
    "ingest interest invest jest manifest molest nest pest priest protest quest reinvest request rest retest suggest "
    "tempest test vest zest"
)
_PARTICIPLES = ("ed", "ing")
_NOT_PARTICIPLES = _words(
    "bring embed exceed indeed king need proceed ring seed speed spring string succeed thing wing"
)
_NOT_PLURAL = ("ss", "us", "is", "'s", "ous")


def _rows(table: str) -> dict[str, tuple[str, ...]]:
    rows = (tuple(line.split()) for line in table.split("\n") if line)
    return {row[0]: row for row in rows}


_VERB_ROWS = _rows(_IRREGULAR_VERBS)
_NOUN_ROWS = _rows(_IRREGULAR_NOUNS)
_IRREGULAR_FORMS = frozenset(form for row in _VERB_ROWS.values() for form in row)


def _with_s(word: str) -> str:
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return word + "es"
    if word.endswith("y") and word[-2:-1] not in _VOWELS:
        return word[:-1] + "ies"
    return word + "s"


def _doubles(word: str) -> bool:
    """Tell whether the last consonant doubles: plan, planned."""
    if word in _DOUBLED:
        return True
    vowels = sum(letter in _VOWELS for letter in word)
    ends_short = word[-1] not in _VOWELS + "wxy" and word[-2:-1] in tuple(_VOWELS)
    return vowels == 1 and ends_short


def _past_and_participle(word: str) -> tuple[str, str]:
    if word.endswith(("ee", "oe", "ye")):
        return word + "d", word + "ing"
    if word.endswith("ie"):
        return word + "d", word[:-2] + "ying"
    if word.endswith("e"):
        return word + "d", word[:-1] + "ing"
    if word.endswith("y") and word[-2:-1] not in _VOWELS:
        return word[:-1] + "ied", word + "ing"
    stem = word + word[-1] if _doubles(word) else word
    return stem + "ed", stem + "ing"


def _singular(word: str) -> str | None:
    if not word.endswith("s") or word.endswith(_NOT_PLURAL):
        return None
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "zes", "ches", "shes")):
        return word[:-2]
    return word[:-1]


def _keeps_its_form(word: str) -> bool:
    if not (word.isascii() and word.isalpha()) or len(word) <= 2 or word in _FIXED:  # noqa: PLR2004 (shorter words have no forms)
        return True
    if word.endswith(_FIXED_ENDINGS) and word not in _VERBS_IN_LY:
        return True
    if word.endswith("est") and word not in _NOT_SUPERLATIVES:
        return True
    participle = word.endswith(_PARTICIPLES) and len(word) >= _MINIMUM_PARTICIPLE
    return participle and word not in _NOT_PARTICIPLES


def _may_be_a_noun(word: str) -> bool:
    """Tell whether a participle may name a thing: saving, savings."""
    return word.endswith("ing") and len(word) > _MINIMUM_PARTICIPLE and word not in _FIXED


def _regular(word: str) -> tuple[str, ...]:
    singular = _singular(word)
    if singular is not None:
        return word, singular
    if word.endswith(_NOUN_ENDINGS) and word not in _VERBS_LIKE_NOUNS:
        return word, _with_s(word)
    return word, _with_s(word), *_past_and_participle(word)


def forms(word: str) -> tuple[str, ...]:
    """Return a lower-case word's forms, the word itself first.

    A hyphenated word changes in its last part: price-match, price-matched.
    """
    head, hyphen, last = word.rpartition("-")
    if hyphen:
        return tuple(head + hyphen + form for form in forms(last))
    if word in _VERB_ROWS:
        return _VERB_ROWS[word]
    if word in _NOUN_ROWS:
        return _NOUN_ROWS[word]
    if word in _IRREGULAR_FORMS or _keeps_its_form(word):
        return (word, word + "s") if _may_be_a_noun(word) else (word,)
    return _regular(word)
