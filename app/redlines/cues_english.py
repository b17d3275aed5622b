"""English cues."""

import re

from app.redlines.cueset import Cues, any_of, one_of
from app.redlines.english_denial import AFTER, FAR, OFFERING, PSEUDO, RETRACTS, SAID_OF, SUPPOSES, TOPIC
from app.redlines.english_words import ANYBODY_REPORTS, CLAIM, EVIDENTIAL, REPORT, THIRD_PARTY, verbs

_SUBJECT = r"(?:we|i|you|they|he|she|it|our|my|your|this|that|these|those|there)"
_OTHERS = (
    r"(?:(?:(?<!our )(?<!my )|(?<=our )(?=competit|rival|customer|client|buyer|prospect)|(?<=my )(?=predec|"
    r"coll|cust|client))"
    r"(?:the |your |their |a |an |any |all |some |one |many |most |other |certain |several |few |"
    r"bigger |larger |cheaper |old |last |previous |former |local |happy |rival |unhappy |competing )*"
    rf"{THIRD_PARTY})"
)
_THIRD_PARTIES = (
    r"(?:competitors?|competition|rivals?|anyone|anybody|someone|somebody|"
    r"(?:other|some|many|most|certain) (?:vendors?|providers?|suppliers?|agencies|companies|people|reps|tools))"
)
_OWN_WORDS = (
    r"(?:our|ours|we|i|my|me|this|it|its|contract|agreement|terms|law|data|nobody|not|please|let|just|to|can|could|"
    r"will|would|should|must|never)"
)
_SAY = verbs(
    "say, claim, promise, guarantee, call, advertise, commit, use, write, mention, describe, state, pledge, assure, "
    "imply, suggest, pitch"
)
_OWN_PAPER = (
    r"(?:the|this) (?:\w+ )?(?:banner|slogan|deck|slide|page|site|website|homepage|brochure|flyer|leaflet|poster|sign|"
    r"name|contract|datasheet|manual|headline|tagline|title|label|box|packaging|email|quote|proposal|offer)\b"
)
_GOES_ON = one_of(
    CLAIM,
    REPORT,
    "if, wish, that, than, case, though, way, reason, what, do, does, did, will, would, can, could, should, is, "
    "am, are, were, was, "
    "have, has, had, may, might, must, shall, who, whom, where, which, anything, something, nothing, everything, "
    "sure, "
    "one, thing, things, me, us, you, them, whatever, how, why, when, whether, mean, means, pretend, believe, "
    "whom, before, extent, word, words",
)
_NO_NOUN = "".join(
    f"(?<!\\b{word} )" for word in ("the", "a", "an", "this", "that", "your", "its", "every", "each", "any", "no")
)
_ANYBODY = (
    rf"(?:^|[,;:\"] ?|\b(?:a|an|the|their|his|her|some|one|any|another|that|your|as|and|but|who|which) )"
    rf"(?:(?!(?:{_OWN_WORDS}|is|are|was|were|be|been|you|only|for|at)\b)[\w'-]+ ){{1,6}}?{ANYBODY_REPORTS}\b"
)
_MANY = (
    rf"(?:^|[,;:\"] ?)(?:(?!{_OWN_WORDS}\b)[\w'-]+ ){{0,3}}?(?!(?:does|has|is|was|as|yes|always|this|"
    rf"thus)\b)\w{{2,}}s "
    r"(?:that |who |which )?(?:\w+ly |often |always |also |like (?:that|them|those) )?(?:love to |like to |tend "
    r"to |may |might |will |"
    r"would )?"
    r"(?:say|argue|claim|insist|promise|advertise|boast|brag|swear|believe|think|tell (?:you|people|us)|want|expect|"
    r"hope for|dream of|believe in|ask for|demand|look for|count on|fall for|buy into|request|tout|print|call)\b"
)
ENGLISH = Cues(
    border=any_of(
        r"\s-{1,2}\s|--",
        r"[,;—]|(?<!say)(?<!write)(?<!use)(?<!promise)(?<!claim)(?<!words)(?<!following):",
        r"\b(?:(?<!anything )(?<!nothing )but(?! not least)|however|yet)\b",
        r"\b(?:because|although|though|whereas|while|instead(?! of)|still|since|when(?= you "
        r"(?:can|could|get|have)\b))\b",
        rf"\b(?:and|or|so|as|then) (?={_SUBJECT}\b)",
        r"\b(?:thanks to|with|by using|through) (?=(?:our|this)\b)",
        r"\b(?:and|so) (?=(?:customers?|clients?|everyone|everybody)\b)",
    ),
    aside=any_of(
        r"(?:,|—| -) ?(?:if (?:any|ever|at all|anything)|ever|frankly|honestly|sadly|unfortunately|regrettably|of "
        r"course|obviously|"
        r"naturally|for (?:example|instance|that matter)|at least|at this point|as (?:far as i know|you know|"
        r"always|a rule)|"
        r"believe me|to be (?:honest|fair|clear|frank)|in (?:my|our) (?:view|opinion|experience)|i (?:think|"
        r"believe|fear|am afraid|'m afraid)|"
        r"(?:under|in) any circumstances?|by (?:law|contract|any means)|however \w+|including (?:us|ours)|(?:big|"
        r"large|small) or (?:small|"
        r"large|big)|not even (?:\w+ ){0,2}\w+|past or present|and (?:we )?(?:have )?never (?:will|have|did|"
        r"has)(?: \w+)?) ?(?:,|—|-(?= ))"
    ),
    pseudo=PSEUDO,
    far=FAR,
    near=any_of(r"\b(?:no|without|lacks?|zero)\b"),
    bridge=re.compile(
        r"\W*(?:(?:such|thing|to|be|make|makes|as|any|kind|sort|of|a|an|the|way|i|we|you|one|can|could|will|"
        r"would|should|ever|"
        r"single|real|more|is|there|to|that|claim|claims|promise|promises|guarantee|talk|mention|vendor|provider|"
        r"product|tool|crm|software|"
        r"honest|serious|talk|making|giving|promising|offering|saying|claiming)\b\W*){0,6}$"
    ),
    reach=14,
    joint=re.compile(
        r"(?: (?:will|can|do|does|did|would|should|we|have|be|is|are))*,? (?:and|or|nor)(?: (?:we|also|will|i))*,? "
    ),
    break_=re.compile(rf"\b(?!{_GOES_ON}\b)[\w']+ (?:we|i)(?:'ll|'re|'ve|'m| \w+)"),
    carries=re.compile(
        rf"(?:n't|n't ever|not|never|cannot|nor|avoid|refuse to|rather than|instead of)(?: \w+){{0,3}}? {_SAY}\b"
    ),
    dangling=re.compile(r"(?:n't|\bnot|\bnever|\bcannot)(?: ever| and will| will| do| can)?\W*$"),
    own_clause=re.compile(
        rf"\b(?:{_SUBJECT}|is|are|was|were|will|can|has|have|had|do|does|did|get|get|buy|sign|if)\b|'(?:ll|"
        rf"re|s|ve)\b"
    ),
    topic=TOPIC,
    said_of=SAID_OF,
    after=AFTER,
    attributed=any_of(
        r"\b(?:supposed|meant|said|claimed|alleged|reputed|rumou?red) to\b|\b(?:seen|saw|noticed|came across|come "
        r"across|spotted|received|got) "
        rf"(?:\w+ ){{0,2}}?{THIRD_PARTY}\b",
        r"\b(?:in|on|at|from|under) (?:their|his|her) (?:\w+ )?(?:site|website|homepage|tender|bid|offer|ads?|"
        r"brochure|deck|pitch|contract|proposal|flyer|leaflet|slides?|"
        r"e?-?mails?|newsletter|marketing|materials?|booth|stand|page|catalogue|catalog|quote|windows?)\b",
        r"\byou (?:mentioned|said|wrote|claimed|told (?:me|us))\b",
        rf"\b{_OTHERS} (?:\w+ ){{0,2}}?(?:gave|gives|granted|grants|threw in|throws in)\b",
        rf"\b{_OTHERS}(?: (?!(?:we|i|our)\b)\w+){{0,3}}? {_NO_NOUN}{REPORT}\b",
        _ANYBODY,
        _MANY,
        r"\b(?:said|claimed|rumou?red|believed|alleged|reputed|supposed|thought) to (?:be|have|offer|give|provide)\b",
        r"\bas (?:(?!(?:we|i|our|my)\b)[\w']+ ){1,4}?(?:puts?|would have it|calls?|(?:likes?|loves?) to \w+)\b",
        rf"\b{_THIRD_PARTIES}(?: (?:who|that|also|always|will|may|might|would|can|could|often|even|simply|"
        rf"openly))*\W*$",
        rf"\b{EVIDENTIAL}\b",
        rf"\b{_OTHERS} (?:kept|keep|keeps|always|even|also|openly|proudly|publicly|once|still|already|really) "
        rf"(?:\w+ )?"
        rf"{REPORT}\b",
        r"\b(?:i|we|you)(?:'ve|'d)?(?: have| had| may have| might have| may| might| often| sometimes| will)* "
        r"(?:hear|heard|read|been told)\b(?! (?:that )?you\b)",
        r"\b(?:competitor|rival|vendor|provider|agency|company|firm)s?(?:'s|')? (?:claims?|promises?|slogans?|"
        r"ads?|brochures?|websites?|pitch(?:es)?)\b",
        r"\bwas (?:asked|told)\b|\bwere (?:asked|told)\b|\b(?:asked|asks|asking) (?:us|me|if|whether|for|about)\b",
    ),
    own_voice=any_of(
        r"\bso (?:we|i|our)\b|[,;] so(?: |$)|[,;] and (?!\w+ly \b|is\b|are\b|was\b|has\b|will\b|can\b|that\b|they\b|"
        r"he\b|she\b|their\b|even\b|also\b)(?:[\w'-]+ ){2,}",
        r"[,;] (?:and |so |but |yet )?(?:we|i|our|ours)\b|[,;] (?:and|but|so) (?:it|this|here|now)\b|\b(?:but|"
        r"however|whereas|while|because (?:we|i|our))\b",
        r"\band (?:we|i|our|here|it's true|they're right|they are right)\b|;",
        r": (?:it|we|you|our|yes)\b|[,:—-] (?:and |so |but )?(?:it's|it is|this|these|here|luckily|with us|you'll|"
        r"you (?:will|get|have|can))\b",
    ),
    adopted=any_of(
        r"^[^.;!?]{0,30}?,? (?:and|so|which|then) (?:yes,? )?(?:we|i)"
        r"(?:'ll| will| can| could|(?:'re| are|'m| am) (?:happy|able) to| do| always)? "
        r"(?:arrange|do|offer|deliver|give|provide|match|make|manage|sort|handle|confirm|agree|back|stand by|guarantee|"
        r"promise)\b(?! not|n't)",
        r"^[\"')\]]*[.!?,] (?:and |yes,? )?(?:we|i) (?:can|will|do) "
        r"(?:arrange|do|offer|deliver|give|provide|match|manage|confirm|guarantee|promise)\b(?! not|n't)",
        r"^[\"')\]]*[.!?,] (?:and |yes,? )?(?:they|he|she|you)(?:'re| are|'s| is) (?:absolutely |quite )?right\b",
    ),
    offers=any_of(
        r"\bif (?:i|we)(?:'d)?(?: could| can| were to)?(?: (?:(?!say|said|claim|told|tell|call|wr[io]te)\w+ ){0,8})?$"
    ),
    accepted=any_of(
        r"^[^.;!?]{0,60}?, (?:then |so )?(?:will|would|could|can|do|are|shall) (?:you|we|your \w+)\b"
        r"(?! (?:\w+ )?(?:believe|trust|blame|sue|laugh|complain|think|mind)\b)",
        r"^[^.;!?]{0,60}?, (?:then |so )?(?:would|will|does|is) (?:that|this|it) (?:be )?"
        r"(?:help|work|do|enough|get|seal|settle|close|a deal|suit)\b",
        r"^[^.;!?]{0,40}?, (?:then )?(?:you(?:'ll| will| can)? (?:sign|order|renew|buy)|do we have|is it a deal)\b",
    ),
    attributed_after=any_of(
        rf"^[\"',.!? )]*(?:says?|said|claims?|claimed|promised?|promises|boasts?|boasted|writes?|wrote|insists?|"
        rf"insisted|"
        rf"reads?|went|goes|shouts?|shouted) (?:{_OTHERS}|[\w ]{{0,20}}competitors?)\b",
        rf"^[\"',.!? )]*(?:is|are) what {_OTHERS}\b",
        rf"^[\"',.!? )]*,? as (?!(?:we|i|our|my|you)\b|{_OWN_PAPER})(?:[\w']+ ){{1,4}}?(?:puts?|says?|"
        r"claims?|said|claimed|calls?|likes?|"
        r"describes?|wrote|writes|promised|promises|advertises?|has it|would have it)\b",
        r"^[.!?,]?\"[,.]? (?!(?:we|i|our)\b)(?:[\w']+ ){1,4}?(?:says?|said|claims?|claimed|wrote|writes|promised|"
        r"promises|kept|"
        r"keeps|insisted|insists|boasts?|boasted|told|reads|goes|repeated|shouted|assured)\b",
        rf"^[\"',.!? )]*,? ?{_OTHERS} {REPORT}"
        rf"(?: (?!(?:for|about|to|if|whether|a|an|the|your|our|two|three)\b)[\w-]+){{0,4}}(?:[\"',.;!?)—]|$)",
    ),
    talk=any_of(
        r"\b(?:words?|phrases?|terms?|wording|expressions?|slogans?|adjectives?|claims? like|red lines?|banned|"
        r"forbidden|prohibited|compliance|glossary|phrasing|superlatives?)\b",
        r"\b(?:avoid|never say|never use|never write|don't say|do not say|don't use|do not use|don't write|"
        r"do not write|replace|delete|remove|strike|cross out)\b",
        r"\b(?:what|how) \W (?:means?|meant|stands? for|refers? to|was|is)\b",
    ),
    talk_before=any_of(
        r"\b(?:claim|statement|sentence|slogan|headline|tagline|line)[ :]*[\"']$",
        r"\b(?:the|a|this|these|those|like|of|word|words|phrase) (?:words?|phrases?|terms?|expressions?|wording)"
        r"(?: like| such as| as)?[ :\"']*$",
        r"\b(?:words?|phrases?|terms?|wording|expressions?|claims?) (?:like|such as|as|of|is|are)[ :\"']*$",
        r"\b(?:remove|delete|strike|cross out|take out|scrap|erase)d? (?:the |any |every |all )*(?:words?|claims?|"
        r"phrases?|lines?|mentions? of|references? to|sentences?)?[ :\"']*$",
    ),
    talk_after=any_of(
        r"^[\"'”]* (?:is|are) (?:a|an|one of the|on the)? ?(?:\w+ )?(?:words?|phrases?|terms?|expressions?|"
        r"red lines?|list)\b"
    ),
    not_asking=any_of(
        rf"\bwhat if {OFFERING}",
        r"^\W*(?:did you know|do you know that|(?:who|what|where|how|why) else|who doesn't|who wouldn't|who does "
        r"not|why not|guess what|"
        r"wouldn't you (?:love|like|want)|isn't it (?:great|nice|time)|have i (?:told|mentioned)|"
        r"did i mention|what if i told)\b",
        r"^\W*(?:want|need|looking for|ready for|tired of|like|fancy)\b",
        r"\b(?:given|now|seeing|considering) that\b",
        r"^\W*(?:so )?(?:why|what|who|where|how)\b.*\b(?:when|if|since|now that|because|than|with) (?:\w+ ){0,"
        r"2}?(?:we|our|ours|"
        r"us|this|these|it's|you (?:can|get|have)|you'll)\b",
        r"^\W*(?:so )?how (?:about|does)\b|^\W*why (?:settle|pay|wait|bother|risk|look|spend|go)\b|^\W*what "
        r"(?:else|more)\b",
        r"^\W*(?:isn't|aren't|wasn't) (?:it|that|our|this)\b",
    ),
    tag=any_of(
        r"(?:,|—| -) (?:right|ok|okay|yes|no|isn't (?:it|that|this)(?: \w+)?|aren't (?:we|they|you)|don't you(?: "
        r"\w+)*|doesn't it|"
        r"won't (?:it|we|you)|(?:did|do) you (?:know|see|hear)(?: that)?|didn't (?:i|you|we)(?: \w+)*|what could "
        r"go wrong|"
        r"what's not to \w+|who (?:wouldn't|doesn't|could)(?: \w+)*|want to(?: \w+)*|would you(?: \w+)*|are "
        r"you(?: \w+)*|"
        r"have you(?: \w+)*|"
        r"agree|deal|correct|see|you know|you see|what do you think|how does that sound|sound good|interested|"
        r"shall we(?: \w+){0,3}|so why(?: \w+)*|so what(?: \w+)*)\W*$"
    ),
    opens_question=any_of(
        r"^\W*(?:and |so |but |well |ok |sorry |please )?(?:is|are|was|were|am|do|does|did|can|could|will|would|"
        r"should|"
        r"has|have|had|may|might|must|who|whose|whom|what|which|when|where|why|how|isn't|aren't|don't|doesn't|didn't|"
        r"can't|won't|wouldn't)\b"
    ),
    asks_next=any_of(
        r"(?:,|—| -|;|:) (?:and |so |but )?(?:when|what|how|why|which|who|where|shall|should|can|could|would|will|"
        r"do|does|is|are|"
        r"may)\b"
    ),
    wonders=any_of(
        r"\bwhether (?!you\b|or not\b)|\b(?:wonder(?:s|ed|ing)?|asks?|asked|asking|check(?:s|ed|ing)?|see|know|learn|"
        r"find out|tell (?:me|us)|verify|clarify|sure|certain|unsure) if\b"
    ),
    supposes=SUPPOSES,
    retracts=RETRACTS,
    past=any_of(r"\b(?:already|was|were|(?:has|have) been|last|past)\b"),
)
