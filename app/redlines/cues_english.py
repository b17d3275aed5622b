"""English cues."""

import re

from app.redlines.cueset import Cues, any_of, one_of
from app.redlines.english_words import (
    ANYBODY_REPORTS,
    AVAILABLE,
    CLAIM,
    EVIDENTIAL,
    REPORT,
    THIRD_PARTY,
    UNREAL,
    WRONG,
    verbs,
)

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
_DENY = verbs(
    "dispute, deny, doubt, question, contest, argue, refuse, decline, fail, hesitate, regret, disagree, reject, miss, "
    "object, challenge, turn down, turn away, let down, hold back, back out of"
)
_FORBID = "\\b" + verbs(
    "bar, prevent, keep, prohibit, preclude, restrain, stop, ban, discourage, forbid, dissuade, block"
)
_RETIRE = verbs(
    "remove, delete, scrap, drop, pull, retire, discontinue, withdraw, retract, strike, cross out, take down, take out, abandon, "
    "give up, stop, end, cancel, abolish, phase out, do away with, get rid of, move away from, outlaw, redact"
)
_IS = (
    "(?:is|are|was|were|would be|will be|can be|be|remains?|sounds like|looks like|stays?|has become|belongs? (?:in|to)|"
    "seems|seems like|amounts to|'s|has been|have been)"
)
_GOES_ON = one_of(
    CLAIM,
    REPORT,
    "if, wish, that, than, case, though, way, reason, what, do, does, did, will, would, can, could, should, is, am, are, were, was, "
    "have, has, had, may, might, must, shall, who, whom, where, which, anything, something, nothing, everything, sure, "
    "one, thing, things, me, us, you, them, whatever, how, why, when, whether, mean, means, pretend, believe, whom, before, extent, word, words",
)
_PRAISE = one_of(
    "customers?, clients?, users?, patients?, everyone, everybody, analysts?, reviewers?, they all, buyers, owners, operators, "
    "engineers, doctors, surgeons, readers, members, partners"
)
_ANYBODY = (
    rf"(?:^|[,;:\"] ?|\b(?:a|an|the|their|his|her|some|one|any|another|that|your|as|and|but|who|which) )"
    rf"(?:(?!(?:{_OWN_WORDS}|is|are|was|were|be|been|you|only|for|at)\b)[\w'-]+ ){{1,6}}?{ANYBODY_REPORTS}\b"
)
_MANY = (
    rf"(?:^|[,;:\"] ?)(?:(?!{_OWN_WORDS}\b)[\w'-]+ ){{0,3}}?(?!(?:does|has|is|was|as|yes|always|this|thus)\b)\w{{2,}}s "
    r"(?:\w+ly |often |always |also |like (?:that|them|those) )?(?:love to |like to |tend to |may |might |will |"
    r"would )?"
    r"(?:say|argue|claim|insist|promise|advertise|boast|brag|swear|believe|think|tell (?:you|people|us)|want|expect|"
    r"hope for|dream of|believe in|ask for|demand|look for|count on|fall for|buy into|request|tout|print|call)\b"
)
ENGLISH = Cues(
    border=any_of(
        r"[,;—]|(?<!say)(?<!write)(?<!use)(?<!promise)(?<!claim)(?<!words)(?<!following):",
        r"\b(?:but|however|yet|because|although|though|whereas|while|instead(?! of)|still|since)\b",
        rf"\b(?:and|or|so|as|then) (?={_SUBJECT}\b)",
        r"\b(?:thanks to|with|by using|through) (?=(?:our|this)\b)",
        r"\b(?:and|so) (?=(?:customers?|clients?|everyone|everybody)\b)",
    ),
    aside=any_of(
        r"(?:,|—| -) ?(?:if (?:any|ever|at all|anything)|ever|frankly|honestly|sadly|unfortunately|regrettably|of course|obviously|"
        r"naturally|for (?:example|instance|that matter)|at least|at this point|as (?:far as i know|you know|always|a rule)|"
        r"believe me|to be (?:honest|fair|clear|frank)|in (?:my|our) (?:view|opinion|experience)|i (?:think|believe|fear|am afraid|'m afraid)|"
        r"(?:under|in) any circumstances?|by (?:law|contract|any means)|however \w+|including (?:us|ours)|(?:big|large|small) or (?:small|"
        r"large|big)|not even (?:\w+ ){0,2}\w+|past or present|and (?:we )?(?:have )?never (?:will|have|did|has)(?: \w+)?) ?(?:,|—|-(?= ))"
    ),
    pseudo=any_of(
        r"\b(?:need not|needn't|don't (?:need|have) to|do not (?:need|have) to|hardly need(?: to)?|doesn't need to|shouldn't have to) "
        r"(?:tell|remind|say|explain|mention|repeat|add|prove|know)\w*\b|\b(?:nobody|no one) (?:has|needs|ever has) to (?:know|find out)\b|"
        r"\b(?:don't|do not) be (?:surprised|alarmed|shocked|afraid|shy|fooled|scared)\b",
        rf"\b(?:who|that|which) (?:\w+ )?(?:never|not|\w+n't)(?! {CLAIM}\b| {REPORT}\b)(?: [\w'-]+){{1,7}}? (?:will|can|now|have|get|got|are|is|"
        rf"were|saw|just) (?:now |all |soon )?$",
        r"\b(?:heard|hear) (?:it |this )?(?:from me|from us|me say|us say)\b",
        rf"\b{_PRAISE} (?:\w+ )?(?:(?:say|says|tell|tells|call|calls|rate|rates|agree|agrees|confirm|confirms|know|knows|name|names|"
        rf"named|voted|told|find|trust|love)(?: us)?(?: that)? (?=(?:we|our|ours|us)\b)|reports? )",
        r"\b(?:can't|cannot|can not|couldn't|can never) (?:stress|overstate|emphasi[sz]e|deny|recommend|thank|tell you how|say "
        r"(?:it|this) (?:loudly|often))\b|\b(?:can't|cannot|couldn't) (?:imagine|think of|name|remember|recall|picture)\b"
        r"(?![^.;]{0,80}(?:n't|\bnot\b|\bnever\b))",
        r"\b\w+n't (?:you|we|it|that|they)\b",
        r"\b(?:n't|not) (?:an? )?(?:secret|accident|coincidence|surprise)\b|\bno (?:secret|surprise|coincidence)\b",
        r"(?:n't|\bnot) (?:charge|cost|require|need|mind|matter|have to|take long)\b",
        r"\bnot (?:only|just|merely|simply|solely|least|to mention|to worry|without reason)\b",
        r"\b(?:no|without|without a|without any|beyond|never any) (?:doubt|question)s?\b",
        r"\b(?:hard|difficult|tough|impossible) to (?:beat|top|match|imagine|argue (?:with|against|otherwise)|deny|resist|"
        r"miss|overstate|believe|dispute|exaggerate|find (?:an? )?(?:better|cheaper))\b",
        r"\b(?:no|without|without any) (?:strings|catch|hesitation|exceptions?|fail|reservations?|further ado)\b",
        r"\b(?:no matter|regardless of) (?:what|who|how)(?: [\w']+){1,3}|\bwhatever (?:you|they|"
        r"others)(?: [\w']+){1,2}",
        r"\bneither (?=[^;.]*\bnor\b)",
        r"\bnothing to (?:lose|worry|fear)\b|\b(?:can't|cannot|won't) (?:lose|regret|be disappointed|find)\b",
        r"\bnot (?:long|so long) ago\b|\bnot for nothing\b",
        r"\b(?:no wonder|no matter|no less than|no fewer than|no other|no sooner|nothing less than|nothing but)\b",
        r"\b(?:nothing|nobody|no one|none|no (?:other )?\w+) (?:else )?(?:(?:can|could|will|even) )?(?:beats?|match(?:es)?|compares?|"
        r"comes? (?:\w+ )?close|is better|does it better|tops?|touch(?:es)?|rivals?|competes? with|keeps? up)\b",
        r"\b(?:nothing short of|no one else|nobody else|none other than|no exaggeration|no joke|no kidding)\b",
        r"\b(?:why not|if not|not to be missed|can(?:no|')t be beaten|cannot but|no-brainer|no problem)\b",
        r"\b(?:can't|cannot|couldn't|can not) (?:help but|wait|be beaten|go wrong|be happier)\b",
        r"\b(?:do not|don't|dont|never|no need to|need not|needn't) (?:worry|hesitate|miss|forget|wait|fear|be "
        r"afraid|doubt|panic|look further|think twice|take my word)\b",
        r"\bnever (?:been (?:so|this|more|\w+er)|seen|had (?!the|to)|heard|before)\b",
        r"\b(?:could|can|would)(?:n't| not) (?:be )?(?:more|easier|simpler|better|happier)\b",
        r"\bnot (?:sure|certain) (?:if|whether) you know\b",
        rf"\b(?:nobody|no one|no-one|none|few|hardly anyone|cannot|never|not|no \w+|\w+n't|without) (?:\w+ ){{0,2}}?"
        rf"{_DENY}\b(?: (?:that|to))?(?! (?:to )?(?:say|claim|call|promise|comment))",
        r"\bno (?:hesitation|qualms?|reservations?|shame|trouble|regrets?|hard feelings|exaggeration) (?:in|about|at|with)\b|"
        r"\bno reason not to\b|\bnot exaggerat\w+\b|\bmake no mistake\b|\bno (?:ifs|buts|lie|kidding|joke|bull)\b",
        r"\b(?:impossible|hard|difficult) not to\b|\bno matter\b|\bnot to (?:brag|boast|mention|worry|be missed)\b",
        r"\bwith(?:out| no) (?:(?!us\b|our\b)[\w'-]+ ){1,4}?(?=(?:you|your|our|we|the team|customers?|clients?)\b)",
        r"\bshouldn't (?:be )?(?:say|tell|mention)\w*(?: you)? this\b|"
        r"(?:^|[,;] )(?:please )?(?:don't|do not|never) (?:tell|repeat|quote) (?:anyone|anybody|me)\b",
        r"\bin no time\b|\bno longer than\b|\bno later than\b|\bno more than\b",
    ),
    far=any_of(
        r"\b(?:last|wrong) (?:person|one|company|people) to\b|\blong way (?:off|from|short)\b|\black(?:s|ing|ed)? (?:the |any |a )?\w+ to\b|"
        r"\bno such\b|\bnot once\b|\bno (?:longer|place for|room for|business)\b",
        r"\b(?:not|never|cannot|cant|dont|doesnt|didnt|wont|isnt|arent|wouldnt|shouldnt|nor|neither)\b",
        r"\b\w+n't\b",
        r"\b(?:nobody|no one|no-one|none of (?:us|our|them|the)|nothing)\b",
        r"\b(?:hardly|scarcely|barely|rarely|seldom|unlikely|by no means|far from|anything but)\b",
        r"\b(?:avoid|avoids|avoided|avoiding|refuse|refuses|refused|refusing|decline|declines|declined)\b",
        r"\b(?:stop(?:s|ped)? short of|refrain(?:s|ed|ing)? from|sh(?:y|ies|ied) away from|steer(?:s|ed)? clear of|"
        r"stay(?:s|ed)? away from|hesita(?:te|tes|ted|ting|nt) to)\b",
        r"\b(?:stop|stopped|stops|quit|ceased?|given up|gave up) (?=(?:say|claim|call|promis|us|advertis|market|"
        r"describ|tell|offer|guarantee|writ|quot|pitch|sell)\w*ing\b)",
        r"\b(?:in no (?:position|way|sense)|under no circumstances|on no account|at no (?:time|point)|nowhere near|"
        r"nothing like|a far cry from|a long way from|the opposite of|yet to|unclear|unsure|unproven|no longer)\b",
        r"\b(?:no|little|zero) (?:evidence|proof|basis|grounds|guarantee|intention|plans?|way|right|authority|mandate|"
        r"permission) (?:of|that|to|for)\b",
        r"\b(?:the|a|that) (?:myth|illusion|fairy tale|fantasy|lie|fiction) (?:of|that)\b",
        r"\b(?:advis|warn|caution|argu|decid|counsel|polic|rule)\w* (?:\w+ )?against\b",
        r"\b(?:would|'d) (?:love|like) to (?:say|promise|guarantee|tell|call|claim|offer)\b",
        r"\bfar be it from\b|\b(?:rather|sooner) (?:\w+ ){1,6}than\b|\bbreak(?:s|ing)? (?:the|our|a|any) "
        r"(?:laws?|rules?|policy|code)\b|\bviolat\w+\b",
        r"(?<!\ba )\bfew (?!minutes|days|weeks|hours|months|steps|clicks|words)\w+",
        r"\bif (?:i|we|anyone|anybody|somebody|someone|they|he|she|a \w+) (?:told|said|claimed|promised|tell|tells|"
        r"says?|"
        r"claims?|promises?)\b",
        r"\b(?:disappoint|ignor|disregard|withdr[ae]w|retract|exclud|dismiss|reject|renounc)\w*|\bforget about\b",
        r"\bif (?:it|we|they|this|that|there) (?:were|was) (?:really |truly |actually )?",
        r"\b(?:den(?:y|ies|ied|ying)|disput(?:e|es|ed)) (?:that|it|we)\b",
        r"\b(?:instead of|rather than|as opposed to)\b",
        r"\b(?:fail|fails|failed|failing) to\b|\b(?:lying|lie) (?:if|when|to say|to claim)\b",
        r"\bdoubt(?:s|ed|ful)? (?:that|if|whether|anyone|anybody|any|we|it)\b",
        r"\b(?:beware(?: of)?|watch out for|be (?:wary|careful|suspicious|sceptical|skeptical) (?:of|about))\b",
        r"\b(?:wish|if (?:only )?(?:we|i) could|used to (?=say|claim|promise|call|think|be))\b",
        r"(?<!with )\b(?:no|none of|not (?:a|one|a single)|neither(?: of)?) (?:[\w'-]+ ){1,5}?(?:can|could|will|would|"
        r"should|may|might|must|ever|is|are|was|were|has|have|had|does|do|did|comes?|offers?|gives?|makes?|runs?|stays?|"
        r"exists?|deserves?|earns?|counts? as|qualif\w+|says?|states?|claims?|promises?|guarantees?|mentions?|allows?|"
        r"lets?|permits?|provides?|delivers?|gets?|sells?)\b",
        r"(?<!with )\bno [\w'-]+$",
        rf"{_FORBID}(?: (?!(?:we|i)\b)\w+){{1,3}} (?:from|to)\b",
        r"\bgood luck (?:with|finding|getting)\b",
        r"\bby no (?:stretch|means|measure|standard)\b|\bin no (?:shape|case|event|respect)\b|\bcontrary to\b|"
        r"\bunder no (?:condition|pretext)\b|\bnot for a (?:moment|second)\b|\bmiles (?:away )?from\b|\bshort of\b",
        rf"\b(?:{_RETIRE}) (?:the |our |any |every |all |that |this |a |an )*(?:[\w'-]+ ){{0,3}}?[\"']?$",
        r"(?:\b(?:would|might|could)|'d) (?:\w+ )?(?:be|sound|seem|feel|look) (?:\w+ly |a bit |a little |quite |very |too |"
        r"so |rather |really )?(?!fair|right|accurate|correct|honest|true|reasonable|safe|remiss|happy|glad|delighted|"
        r"proud|able|great|nice|wise|good|smart|pleased|willing|ready)(?:an? \w+|\w+)(?: (?:for|of|on) [\w ]{2,20}?)? "
        r"(?:to|if)\b",
        r"\b(?:idea|notion|belief|suggestion|impression|assumption) (?:that|of)\b",
        r"\b(?:not|hardly|scarcely|n't) (?:\w+ ){1,3}$",
        r"\bhard to (?:argue|believe|imagine) that\b",
        rf"\b{WRONG}(?: (?:for|of) \w+(?: \w+)?)? (?:to|that|from|if)\b",
        r"\b(?:forbids?|prohibits?|bans?|rules? out|forbade|disallows?)\b",
        r"\bun(?:able|willing) to\b",
    ),
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
        rf"(?:n't|n't ever|not|never|cannot|nor|avoid|refuse to|rather than|instead of)(?: \w+){{0,3}}? {CLAIM}\b"
    ),
    dangling=re.compile(r"(?:n't|\bnot|\bnever|\bcannot)(?: ever| and will| will| do| can)?\W*$"),
    own_clause=re.compile(
        rf"\b(?:{_SUBJECT}|is|are|was|were|will|can|has|have|had|do|does|did|get|get|buy|sign|if)\b|'(?:ll|"
        rf"re|s|ve)\b"
    ),
    after=any_of(
        r"^[\"')\]]*(?: \w+){0,3}? (?:it|that|we|they|this)(?: \w+ly| simply| just| really)? (?:isn't|aren't|doesn't|don't|wasn't|won't|can't|is not|are not)"
        r"(?= ?[.,;!—-]| *$)",
        r"^[\"')\]]*(?: \w+){0,4}? (?:(?:has|have|had) (?:expired|ended|lapsed|stopped|no (?:place|business|basis|room|meaning|legal)|gone)|"
        r"belongs? to (?:somebody|someone|others|another|them|him|her|the competition)|goes to (?:somebody|someone|another))\b",
        r"^[\"')\]]*(?: (?!you\b|we\b|i\b)\w+){0,2} (?:would|might)\b(?! (?:be (?:yours|great|nice|possible|a pleasure)|help|make (?:you|your)|save|suit|fit|"
        r"let you|give you|allow|come))",
        r"^[^.;]{0,20}, (?:we|this|it|that)(?:'re|'s|'m)(?: \w+)? not (?!kidding|joking|lying|exaggerating|only|just|even)",
        rf"^[\"')\]]*(?: \w+){{0,4}}? {_IS}(?: \w+)? (?:not|never)(?: \w+){{0,2}} {AVAILABLE}\b",
        rf"^[\"')\]]*(?: \w+){{0,4}}? (?:is|are|was|were)n't(?: \w+){{0,2}} {AVAILABLE}\b",
        rf"^[\"')\]]*(?: \w+){{0,5}}? {_IS}(?: \w+ly| just| only| still| mere| nothing but| always| pure| plain)*"
        rf"(?: (?:a|an|the|one|of|old|common|popular|dangerous|total|complete))* ?{UNREAL}\b",
        rf"^[\"')\]]*(?: \w+){{0,4}}? {_IS} (?:nothing (?:i|we|anyone|anybody|that)\b|(?:the|a) (?:one|last|kind of|sort of|only)? ?"
        rf"(?:thing|word|promise|phrase|claim|line)s? (?:that )?(?:i|we|nobody|no one|none of us)(?: \w+)? ?(?:\w+n't|cannot|never|not|refuse|"
        rf"avoid|can|would|will|want|is|of|reject|dispute|deny|decline|dislike|distance|leave|stay)|the last thing\b)",
        r"^[\"')\]]*(?: \w+){0,4}? (?:ended|expired|lapsed|stopped|went away|ceased|got (?:withdrawn|cancelled|dropped|banned)|"
        r"(?:would|could|might) (?:get|land|put|cost|break|breach|violate|mislead|be|mean|require)|requires? (?:approval|sign-off)|"
        r"takes? more than|goes? (?:too far|against|beyond))\b",
        r"^[\"')\]]*,? (?:it|that|this|we|they|those|these) (?:is|are|was|were|am) (?:not|never)\b",
        r"^[\"')\]]*,? (?:it|that|this|we|they|those|these) (?:is|are|was|were)n't\b",
        r"^[\"')\]]*(?: \w+){0,4}? (?:is|are|was|were|would be)(?: \w+)? (?:something|a (?:thing|promise|claim|term|"
        r"word|sentence|line|figure|phrase)|nothing|words|claims|promises)(?: (?:that|which))? (?:no|none|nobody|"
        r"neither|"
        r"(?:\w+ ){0,2}?(?:\w+n't|not|cannot|never|refuse|have to (?:rule out|refuse|decline|avoid)))\b",
        r"^[\"')\]]*(?: \w+){0,4}? (?:can|could|may|must|should|will|do|does)(?:not| not|n't| never) (?:be |appear|"
        r"stand|"
        r"belong|feature|figure|survive|hold)",
        r"^[\"')\]]*(?: (?:claims?|labels?|statements?|figures?|parts?|wording|guarantees?|promises?|tools?|"
        r"software))? "
        r"(?:do|does|did|is|are|was|were|can|could|should|would|will|has|have)(?:n't| not|not| never)\b",
        r"^[\"')\]]*(?: \w+){0,4}? (?:should|must|has to|have to|needs? to|is to|are to|ought to) be "
        r"(?:replaced|removed|deleted|changed|reworded|avoided|dropped|struck|rewritten|corrected)\b",
        r"^[\"')\]]*(?: \w+){0,4}? (?:is|are) (?:over|gone|numbered|behind us|history|a thing of the past)\b",
        r"^[\"')\]]*(?: \w+){0,3}? (?:has|have|had) (?:never|not|not once) been\b",
        r"^[\"')\]]*(?: \w+){0,3}?,? ?[—-]*,? ?(?:i wish\b|in (?:your|my|their|our) dreams\b|my foot\b)",
        r"^[\"')\]]*,? ?[—-]*,? ?(?:no(?=[,.!—-])|no way\b|not really\b|hardly\b|sorry[,.]|never(?=[,.!])|not (?:from|with|by) "
        r"us\b|i wish\b|in (?:your|my|their|our) dreams\b|(?:scratch|strike|forget) that\b|just kidding\b)",
        r"^[\"')\]]*(?: \w+){0,3}? (?:it|that|we|they|this) (?:is|are|does|do|was|were|will|can)(?: not|n't| never)"
        r"(?= ?[.,;!—-]| *$)",
        r"^[^.;]{0,60}\b(?:no such (?:claim|promise|thing|guarantee|statement)|(?:can't|cannot|won't|never) "
        r"(?:promise|guarantee|say|claim) (?:that|it|this|so))\b",
        r"^[\"')\]]*(?: \w+){0,2}? (?:sounds?|seems?|looks?) (?:\w+ )?(?:too good|wrong|dishonest|dubious|exaggerated|"
        r"unrealistic|misleading)\b",
        r"^[\"')\]]*(?: \w+){0,4}? (?:is|are|was|were)n't(?: \w+){0,2} (?:something|what|possible|allowed|"
        r"permitted|true|"
        r"offered|guaranteed|promised|realistic|available|the case|a promise|on offer|ok|okay|fine|included|part|"
        r"accurate|correct|appropriate|acceptable|honest|legal|ours|how|anything|approved|a thing|a claim|real|"
        r"supported|in scope|planned|committed)\b",
        r"^[\"')\]]*(?: \w+){0,4}? (?:do|does|did)(?: not|n't) (?:exist|apply|happen|hold|work that way)\b",
        r"^[\"')\]]*(?: \w+){0,4}? (?:can|could|may|must|should|will)(?:not| not|n't| never) be "
        r"(?:\w+ )?(?:promised|guaranteed|offered|claimed|said|used|made|given|stated|assumed|expected|sold)\b",
        r"^[\"')\]]*(?: \w+){0,4}? (?:is|are|would be|was|were|will be) (?:\w+ )?(?:impossible|prohibited|"
        r"forbidden|a myth|myths"
        r"|off limits|a violation|a breach|a mistake|off the table|out of the question|misleading|false|"
        r"wrong|untrue|illegal|banned|exaggerated|an exaggeration|a stretch|an overstatement|unproven|unfounded|"
        r"against|a lie|a fairy tale|fiction|unrealistic|simply not|"
        r"nonsense|dishonest|a red line|red lines)\b",
        r"^[\"')\]]*,? (?:is|are|that's|which is|which are) (?:not|never) (?:something|what|a promise|how)\b",
        r"^[\"')\]]*,? (?:that's|that is|it's|it is|this is) (?:\w+ )?(?:impossible|prohibited|forbidden|"
        r"a myth|false|wrong|not "
        r"true|untrue|not allowed|not possible)\b",
        r"^[\"')\]]*(?: \w+){0,3}? (?:nobody|no one|no vendor|no provider|neither we|we never|we do not|"
        r"we don't|we can't|"
        r"we cannot|we won't|we will not)\b",
    ),
    attributed=any_of(
        rf"\b{_OTHERS}(?: (?!(?:we|i|our)\b)\w+){{0,3}}? {REPORT}\b",
        _ANYBODY,
        _MANY,
        r"\b(?:said|claimed|rumou?red|believed|alleged|reputed|supposed|thought) to (?:be|have|offer|give|provide)\b",
        r"\bas (?:(?!(?:we|i|our|my)\b)[\w']+ ){1,4}?(?:puts?|would have it|calls?|(?:likes?|loves?) to \w+)\b",
        rf"\b{_THIRD_PARTIES}(?: (?:who|that|also|always|will|may|might|would|can|could|often|even|simply|"
        rf"openly))*\W*$",
        rf"\b{EVIDENTIAL}\b",
        rf"\b{_OTHERS} (?:kept|keep|keeps|always|even|also|openly|proudly|publicly|once|still|already|really) (?:\w+ )?"
        rf"{REPORT}\b",
        r"\b(?:i|we|you)(?:'ve|'d)?(?: have| had| may have| might have| may| might| often| sometimes| will)* "
        r"(?:hear|heard|read|been told)\b(?! (?:that )?you\b)",
        r"\b(?:competitor|rival|vendor|provider|agency|company|firm)s?(?:'s|')? (?:claims?|promises?|slogans?|"
        r"ads?|brochures?|websites?|pitch(?:es)?)\b",
        r"\bwas (?:asked|told)\b|\bwere (?:asked|told)\b|\b(?:asked|asks|asking) (?:us|me|if|whether|for|about)\b",
    ),
    own_voice=any_of(
        r"\b(?:asked|told|allowed|authori[sz]ed|wants|wanted|instructed|cleared|permitted|let|lets) (?:me|us) "
        r"(?:to (?:tell|say|offer|give|confirm|promise|inform|let you)|(?:that )?(?:i|we) (?:can|could|may))\b",
        r"[,;] (?:and |so |but |yet )?(?:we|i|our|ours)\b|[,;] (?:and|but|so) (?:it|this|here|now)\b|\b(?:but|however|whereas|while|because (?:we|i|our))\b",
        r"\band (?:we|i|our|here|it's true|they're right|they are right)\b|;",
        r"[,:—-] (?:and |so |but )?(?:this|these|here|luckily|with us|you'll|you (?:will|get|have|can))\b",
    ),
    attributed_after=any_of(
        rf"^[\"',.!? )]*(?:says?|said|claims?|claimed|promised?|promises|boasts?|boasted|writes?|wrote|insists?|insisted|"
        rf"reads?|went|goes|shouts?|shouted) (?:{_OTHERS}|[\w ]{{0,20}}competitors?)\b",
        rf"^[\"',.!? )]*(?:is|are) what {_OTHERS}\b",
        r"^[\"',.!? )]*,? as (?!(?:we|i|our|my|you)\b)(?:[\w']+ ){1,4}?(?:puts?|says?|claims?|said|claimed|calls?|likes?|"
        r"describes?|wrote|writes|promised|promises|advertises?|has it|would have it)\b",
        r"^[.!?,]?\"[,.]? (?!(?:we|i|our)\b)(?:[\w']+ ){1,4}?(?:says?|said|claims?|claimed|wrote|writes|promised|promises|kept|"
        r"keeps|insisted|insists|boasts?|boasted|told|reads|goes|repeated|shouted|assured)\b",
        rf"^[\"',.!? )]*,? ?{_OTHERS} {REPORT}\b",
    ),
    talk=any_of(
        r"\b(?:words?|phrases?|terms?|wording|expressions?|slogans?|adjectives?|claims? like|red lines?|banned|"
        r"forbidden|prohibited|compliance|glossary|phrasing|superlatives?)\b",
        r"\b(?:avoid|never say|never use|never write|don't say|do not say|don't use|do not use|don't write|"
        r"do not write|replace|delete|remove|strike|cross out)\b",
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
        r"^\W*(?:did you know|do you know that|(?:who|what|where|how|why) else|who doesn't|who wouldn't|who does not|why not|guess what|"
        r"wouldn't you (?:love|like|want)|isn't it (?:great|nice|time)|have i (?:told|mentioned)|"
        r"did i mention|what if i told)\b",
        r"^\W*(?:want|need|looking for|ready for|tired of|like|fancy)\b",
        r"\b(?:given|now|seeing|considering) that\b",
        r"^\W*(?:so )?(?:why|what|who|where|how)\b.*\b(?:when|if|since|now that|because|than|with) (?:\w+ ){0,2}?(?:we|our|ours|"
        r"us|this|these|it's|you (?:can|get|have)|you'll)\b",
        r"^\W*(?:so )?how (?:about|does)\b|^\W*why (?:settle|pay|wait|bother|risk|look|spend|go)\b|^\W*what (?:else|more)\b",
        r"^\W*(?:isn't|aren't|wasn't) (?:it|that|our|this)\b",
    ),
    tag=any_of(
        r"(?:,|—| -) (?:right|ok|okay|yes|no|isn't (?:it|that|this)(?: \w+)?|aren't (?:we|they|you)|don't you(?: \w+)*|doesn't it|"
        r"won't (?:it|we|you)|(?:did|do) you (?:know|see|hear)(?: that)?|didn't (?:i|you|we)(?: \w+)*|what could go wrong|"
        r"what's not to \w+|who (?:wouldn't|doesn't|could)(?: \w+)*|want to(?: \w+)*|would you(?: \w+)*|are you(?: \w+)*|"
        r"have you(?: \w+)*|"
        r"agree|deal|correct|see|you know|you see|what do you think|how does that sound|sound good|interested|"
        r"shall we(?: \w+){0,3}|so why(?: \w+)*|so what(?: \w+)*)\W*$"
    ),
    opens_question=any_of(
        r"^\W*(?:and |so |but |well |ok |sorry |please )?(?:is|are|was|were|am|do|does|did|can|could|will|would|should|"
        r"has|have|had|may|might|must|who|whose|whom|what|which|when|where|why|how|isn't|aren't|don't|doesn't|didn't|"
        r"can't|won't|wouldn't)\b"
    ),
    asks_next=any_of(
        r"(?:,|—| -|;|:) (?:and |so |but )?(?:when|what|how|why|which|who|where|shall|should|can|could|would|will|do|does|is|are|"
        r"may)\b"
    ),
    wonders=any_of(
        r"\bwhether (?!you\b|or not\b)|\b(?:wonder(?:s|ed|ing)?|asks?|asked|asking|check(?:s|ed|ing)?|see|know|learn|"
        r"find out|tell (?:me|us)|verify|clarify|sure|certain|unsure) if\b"
    ),
    supposes=any_of(
        r"\b(?:unless|until) (?!you\b)(?:[\w'-]+ ){1,8}[\"']?$",
        r"(?:\bwould|'d) be (?:\w+ )?(?:great|nice|lovely|wonderful|ideal|fantastic|amazing) (?:to|if)\b",
        r"\b(?:(?<!not as )if|(?<!not )as though|even if|what if)(?: only)? (?!you\b|your\b|not\b|so\b|need|possible|interested|"
        r"anything\b)[\w']+(?:(?! (?:we|i|our|ours)\b)[ ,]+[\w'-]+){0,9}[ \"']*$",
        r"^\W*(?:and |but )?(?:had|were|should) (?:we|i|it|they|this|anyone|anybody|somebody|someone|a \w+|any \w+|the \w+)\b",
        r"\b(?:suppose|supposing|assume|assuming|pretend|imagine|picture)(?: for a (?:moment|second))?(?: that| if)? "
        r"(?:we|i|they|it|somebody|someone|a world|an? \w+ (?:that|which|who|could|would)|there)\b",
        r"\b(?:we|i|they|everyone|team|us)(?: all| do| still| would)? (?:hope|aim|aspire|strive|dream|yearn|long|wish)(?: to| of| "
        r"for| towards?| that| one day| it| we|$)",
        r"\b(?:hoping|aiming|aspiring|striving|dreaming|one day|some day|someday) (?!you\b)",
        r"\b(?:goal|target|aim|ambition|aspiration|dream|objective|vision|ideal|hope) (?:is|was|remains|of|would be)\b",
    ),
    retracts=any_of(
        rf"^\W*(?:no[,.] |well[,.] |actually[,.] |sorry[,.] |wait[,.] |but |of course )*(?:that|this|it|which)(?:'s| is| was| would be)? "
        rf"(?:\w+ly )?(?:not|never|isn't|wasn't|wouldn't be|can't be|cannot be|won't be)(?: \w+ly)?(?: {AVAILABLE}\b| ?[.,!]|$)",
        r"^\W*(?:no[,.] |well[,.] |actually[,.] |sorry[,.] |wait[,.] |but |of course )*(?:that|this|it|which)(?:'s| is| was| would be) "
        r"(?:\w+ly |a bit |a little )?(?:wrong|untrue|false|nonsense|a lie|an exaggeration|too much|impossible|illegal|forbidden|misleading|"
        r"an overstatement|a mistake|a slip|unfair|inaccurate|incorrect)\b",
        r"^\W*(?:no[,.] |well[,.] |actually[,.] |sorry[,.] |but )*(?:i|we|nobody|no one)(?:'m| am| are|'re)? ?(?:\w+ )?(?:can't|cannot|won't|"
        r"couldn't|wouldn't|don't|do not|didn't|did not|never|not|can|would|ever) (?:\w+ ){0,3}?(?:say|said|saying|promise|promised|"
        r"promising|claim|claimed|guarantee|mean|meant|use|make|sign|offer)(?: you| to you)? (?:that|it|so|this|such)\b",
        r"^\W*(?:scratch|strike|forget|ignore) that\b|^\W*i (?:take|took) (?:that|it) back\b|^\W*just kidding\b|"
        r"^\W*(?:no|hardly|nonsense|wrong|not quite|not really|i wish|if only|not true|far from it|nope)\W*(?:$|[.!,])",
    ),
    past=any_of(r"\b(?:already|was|were|(?:has|have) been|last|past)\b"),
)
