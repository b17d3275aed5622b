"""How English denies a claim, takes it back or only imagines it."""

import re

from app.redlines.cueset import any_of, one_of
from app.redlines.english_words import AVAILABLE, CLAIM, REPORT, UNREAL, WRONG, verbs

_DENY = verbs(
    "dispute, deny, doubt, question, contest, argue, refuse, decline, fail, hesitate, regret, disagree, reject, "
    "miss, "
    "object, challenge, turn down, turn away, let down, hold back, back out of"
)
_FORBID = "\\b" + verbs(
    "bar, prevent, keep, prohibit, preclude, restrain, stop, ban, discourage, forbid, dissuade, block"
)
_RETIRE = verbs(
    "remove, delete, scrap, drop, pull, retire, discontinue, withdraw, retract, strike, cross out, take down, "
    "take out, abandon, "
    "give up, stop, end, cancel, abolish, phase out, do away with, get rid of, move away from, outlaw, redact"
)
_IS = (
    "(?:is|are|was|were|would be|will be|can be|be|remains?|sounds like|looks like|stays?|has become|belongs? "
    "(?:in|to)|"
    "seems|seems like|amounts to|'s|has been|have been)"
)
_PRAISE = one_of(
    "customers?, clients?, users?, patients?, everyone, everybody, analysts?, reviewers?, they all, buyers, "
    "owners, operators, "
    "engineers, doctors, surgeons, readers, members, partners"
)
_OURS = one_of(
    "engineering, product, development, management, headquarters, hq, head office, finance, the (?:team|"
    "developers|engineers|product team|board|factory), "
    "my (?:manager|boss|team|lead|director), our (?!compet|rival|old|former|previous|customer|client|last|buyer|"
    "prospect)(?:\\w+ )?\\w+"
)
PSEUDO = any_of(
    r"\bstop(?:s|ped)? at nothing\b|\baccording to (?:our|my)\b",
    r"\bor not\b|\b(?:i|we)(?:'ve)? (?:heard|hear) (?:you|your)\b|\byou asked (?:about|when|how|why|what|"
    r"whether)\b",
    r"\b(?:the|that|those|this|a|an|what|everything) (?:\w+ ){0,2}?(?:that |which )?you (?:asked (?:about|for|"
    r"me|us)|mentioned|wanted|saw|requested|(?:read|heard|were told) about|"
    r"were asking (?:about|for)|inquired about)(?= (?:is|are|was|will|has|comes|can|stays|gets|includes|,))",
    rf"\b{_OURS} (?:just |has |have |also )?(?:told|tells?|says?|said|confirm(?:s|ed)?|promised|assured|"
    rf"agreed|committed)(?: me| us| you)?(?: that)?\b",
    r"\bas (?:promised|announced|mentioned|reported|stated|described|requested|advertised|agreed|you (?:asked|"
    r"requested|know|said|mentioned|wanted|demanded|"
    r"expected|heard|read))\b",
    r"\bwho (?:wouldn't|doesn't|won't|can't|could ever|would)\b|\bnever before (?:has|have|had) (?:\w+ ){1,4}",
    r"\b(?:asked|told|allowed|authori[sz]ed|wants|wanted|instructed|cleared|permitted|let|lets) (?:me|us) "
    r"(?:to (?:tell|say|offer|give|confirm|promise|inform|let you)|(?:that )?(?:i|we) (?:can|could|may))\b",
    r"\b(?:need not|needn't|don't (?:need|have) to|do not (?:need|have) to|hardly need(?: to)?|doesn't need "
    r"to|shouldn't have to) "
    r"(?:tell|remind|say|explain|mention|repeat|add|prove|know)\w*\b|\b(?:nobody|no one) (?:has|needs|ever "
    r"has) to (?:know|find out)\b|"
    r"\b(?:don't|do not) be (?:surprised|alarmed|shocked|afraid|shy|fooled|scared)\b",
    rf"\b(?:who|that|which) (?:\w+ )?(?:never|not|\w+n't)(?! {CLAIM}\b| {REPORT}\b)(?: [\w'-]+){{1,7}}? "
    rf"(?:will|can|now|have|get|got|are|is|"
    rf"were|saw|just) (?:now |all |soon )?$",
    r"\b(?:heard|hear) (?:it |this )?(?:from me|from us|me say|us say)\b",
    rf"\b{_PRAISE} (?:\w+ )?(?:(?:say|says|tell|tells|call|calls|rate|rates|agree|agrees|confirm|confirms|"
    rf"know|knows|name|names|"
    rf"named|voted|told|find|trust|love)(?: us)?(?: that)? (?=(?:we|our|ours|us)\b)|reports? )",
    r"\b(?:can't|cannot|can not|couldn't|can never) (?:stress|overstate|emphasi[sz]e|deny|recommend|thank|"
    r"tell you how|say "
    r"(?:it|this) (?:loudly|often))\b|\b(?:can't|cannot|couldn't) (?:imagine|think of|name|remember|recall|"
    r"picture)\b"
    r"(?![^.;]{0,80}(?:n't|\bnot\b|\bnever\b))",
    r"\b\w+n't (?:you|we|it|that|they)\b",
    r"\b(?:n't|not) (?:an? )?(?:secret|accident|coincidence|surprise)\b|\bno (?:secret|surprise|coincidence)\b",
    r"(?:n't|\bnot) (?:charge|cost|require|need|mind|matter|have to|take long)\b",
    r"\bnot (?:only|just|merely|simply|solely|least|to mention|to worry|without reason)\b",
    r"\b(?:no|without|without a|without any|beyond|never any) (?:doubt|question)s?\b",
    r"\b(?:hard|difficult|tough|impossible) to (?:beat|top|match|imagine|argue (?:with|against|otherwise)|"
    r"deny|resist|"
    r"miss|overstate|believe|dispute|exaggerate|find (?:an? )?(?:better|cheaper))\b",
    r"\b(?:no|without|without any) (?:strings|catch|hesitation|exceptions?|fail|reservations?|further ado)\b",
    r"\b(?:no matter|regardless of) (?:what|who|how)(?: [\w']+){1,3}|\bwhatever (?:you|they|"
    r"others)(?: [\w']+){1,2}",
    r"\bneither (?=[^;.]*\bnor\b)",
    r"\bnothing to (?:lose|worry|fear)\b|\b(?:can't|cannot|won't) (?:lose|regret|be disappointed|find)\b",
    r"\bnot (?:long|so long) ago\b|\bnot for nothing\b",
    r"\b(?:no wonder|no matter|no less than|no fewer than|no other|no sooner|nothing less than|nothing but)\b",
    r"\b(?:nothing|nobody|no one|none|no (?:other )?\w+) (?:else )?(?:(?:can|could|will|even) )?(?:beats?|"
    r"match(?:es)?|compares?|"
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
    r"\bno (?:hesitation|qualms?|reservations?|shame|trouble|regrets?|hard feelings|exaggeration) (?:in|about|"
    r"at|with)\b|"
    r"\bno reason not to\b|\bnot exaggerat\w+\b|\bmake no mistake\b|\bno (?:ifs|buts|lie|kidding|joke|bull)\b",
    r"\b(?:impossible|hard|difficult) not to\b|\bno matter\b|\bnot to (?:brag|boast|mention|worry|be missed)\b",
    r"\bwith(?:out| no) (?:(?!us\b|our\b)[\w'-]+ ){1,4}?(?=(?:you|your|our|we|the team|customers?|clients?)\b)",
    r"\bshouldn't (?:be )?(?:say|tell|mention)\w*(?: you)? this\b|"
    r"(?:^|[,;] )(?:please )?(?:don't|do not|never) (?:tell|repeat|quote) (?:anyone|anybody|me)\b",
    r"\bin no time\b|\bno longer than\b|\bno later than\b|\bno more than\b",
)
FAR = any_of(
    r"\bnot that (?:i|we) (?:don't|wouldn't|do not|would not) (?:want|like|wish|care)\b|\bnot for (?:lack|want) of\b",
    r"\beasy to (?:say|claim|promise|guarantee|call|write|shout)\b",
    r"\b(?:last|wrong) (?:person|one|company|people) to\b|\blong way (?:off|from|short)\b|\black(?:s|ing|ed)? "
    r"(?:the |any |a )?\w+ to\b|"
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
    r"\b(?:no|little|zero) (?:evidence|proof|basis|grounds|guarantee|intention|plans?|way|right|authority|"
    r"mandate|"
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
    r"\b(?:wish|if only (?:we|i) could|used to (?=say|claim|promise|call|think|be))\b",
    r"(?<!with )\b(?:no|none of|not (?:a|one|a single)|neither(?: of)?) (?:[\w'-]+ ){1,5}?(?:can|could|will|"
    r"would|"
    r"should|may|might|must|ever|is|are|was|were|has|have|had|does|do|did|comes?|offers?|gives?|makes?|runs?|"
    r"stays?|"
    r"exists?|deserves?|earns?|counts? as|qualif\w+|says?|states?|claims?|promises?|guarantees?|mentions?|"
    r"allows?|"
    r"lets?|permits?|provides?|delivers?|gets?|sells?)\b",
    r"(?<!with )\bno [\w'-]+$",
    rf"{_FORBID}(?: (?!(?:we|i)\b)\w+){{1,3}} from\b|\b(?:forb[ia]d\w*|prohibit\w*)(?: \w+){{1,3}} to\b",
    r"\bgood luck (?:with|finding|getting)\b",
    r"\bby no (?:stretch|means|measure|standard)\b|\bin no (?:shape|case|event|respect)\b|\bcontrary to\b|"
    r"\bunder no (?:condition|pretext)\b|\bnot for a (?:moment|second)\b|\bmiles (?:away )?from\b|\bshort of\b",
    r"\b(?<!\bthe )(?<!\ba )(?<!\ban )(?<!\bat )(?<!\bin )(?<!\bone )(?<!\bno )(?<!\byear )(?<!\bmonth )(?<!\bweek )"
    rf"(?<!-)(?:{_RETIRE}) (?!of\b)(?:the |our |any |every |all |that |this |a |an )*(?:(?!(?:as|to|at|in|by|with|on|"
    rf"for|of|and|so|we|i|you|it)\b)[\w'-]+ ){{0,3}}?[\"']?$",
    r"(?:\b(?:would|might|could)|'d) (?:\w+ )?(?:be|sound|seem|feel|look) (?:\w+ly |a bit |a little |quite |"
    r"very |too |"
    r"so |rather |really )?(?!a pleasure|a joy|an honou?r|a privilege|a pity|a shame|a waste|fair|right|accurate|"
    r"correct|honest|true|reasonable|safe|remiss|happy|glad|"
    r"delighted|"
    r"proud|able|great|nice|wise|good|smart|pleased|willing|ready)(?:an? \w+|\w+)(?: (?:for|of|on) [\w ]{2,"
    r"20}?)? "
    r"(?:to|if)\b",
    r"\bthe (?:idea|notion|suggestion|impression|assumption) that\b",
    r"\b(?:not|hardly|scarcely|n't) (?:\w+ ){1,3}$",
    r"\bhard to (?:argue|believe|imagine) that\b|\btakes? (?:a|an|some) (?:miracle|magician|magic|wizard)\b",
    rf"\b{WRONG}(?: (?:for|of) \w+(?: \w+)?)? (?:to|that|from|if)\b",
    r"\b(?:forbids?|prohibits?|bans?|rules? out|forbade|disallows?)\b",
    r"\bun(?:able|willing) to\b",
)
TOPIC = re.compile(r"^\W*(?:(?:an?|the|any|that|this|being|words like|as for|a claim of|claims of|talk of)\W+)?$")
SAID_OF = any_of(
    r"^[\"')\]]*(?: (?:only|just|always|really|simply|usually))? (?:exists?|belongs?|overstates?|understates?|"
    r"goes (?:too|against|beyond)|sounds?|"
    r"smells?|makes? (?:our|my|the|me|us|lawyers)|means? (?:nothing|little|different|trouble)|depends?|"
    r"misleads?|implies|invites|ended|died|"
    r"(?:has|have) been (?:taken|removed|dropped|scrapped|deleted|pulled|withdrawn|replaced|banned|struck|"
    r"cancelled|abandoned)|"
    r"(?:is|are) for (?!you|all|every|our|the|teams|companies|life|free|just|only)|would|might)\b(?! (?:be "
    r"(?:yours|ours|great)|help|make (?:you|your)|save|"
    r"suit|fit|let you|give you|allow|to (?:you|your)|great|good|easy))",
    r"^[\"')\]]* (?:i|we|they|you|nobody|no one|none)\b[^.,;]{0,30}(?:n't|\bnot|\bnever|\bcannot|\bwouldn't|"
    r"\brefuse)\b",
)
_SUBORDINATE = "(?:once|when|after|until|before|while|as|if|because|since|so|but)"
AFTER = any_of(
    r"^[^.;!?]{0,20}, (?:which|but|and|though|although) (?:i|we) (?:think|find|consider|believe|feel)"
    r"(?: that's| that is| is| it's| it| that| to be)? (?:\w+ )?"
    r"(?:unfair|unjust|untrue|wrong|nonsense|exaggerated|harsh)\b",
    r"^[\"')\]]*(?: (?!(?:once|when|after|until|before|while|as|if|because|since|so|but)\b)\w+){0,2}? was (?:a|an|"
    r"only|just|part of|never)\b",
    r"^[\"')\]]*(?: (?!(?:once|when|after|until|before|while|as|if|because|since|so|but)\b)\w+){0,3}? (?:it|that|"
    r"we|they|this)(?: \w+ly| simply| just| really)? (?:isn't|aren't|"
    r"doesn't|don't|wasn't|won't|can't|is not|are not)"
    r"(?= ?[.,;!—-]| *$)",
    r"^[\"')\]]*(?: (?!(?:once|when|after|until|before|while|as|if|because|since|so|but)\b)\w+){0,4}? (?:(?:has|"
    r"have|had) (?:expired|ended|lapsed|stopped|no (?:place|business|basis|"
    r"room|meaning|legal)|gone)|"
    r"belongs? to (?:somebody|someone|others|another|them|him|her|the competition)|goes to (?:somebody|"
    r"someone|another))\b",
    r"^[\"')\]]*(?: (?!you\b|we\b|i\b|and\b)\w+){0,2} (?:would|might)\b(?! (?:be (?:yours|great|nice|possible|a "
    r"pleasure)|help|make (?:you|your)|save|suit|fit|"
    r"let you|give you|allow|come))",
    r"^[^.;]{0,20}, (?:we|this|it|that)(?:'re|'s|'m)(?: \w+)? not (?!kidding|joking|lying|exaggerating|only|"
    r"just|even)",
    rf"^[\"')\]]*(?: (?!{_SUBORDINATE}\b)\w+){{0,4}}? {_IS}(?: \w+)? (?:not|never)(?: \w+){{0,2}} {AVAILABLE}\b",
    rf"^[\"')\]]*(?: (?!{_SUBORDINATE}\b)\w+){{0,4}}? (?:is|are|was|were)n't(?: \w+){{0,2}} {AVAILABLE}\b",
    rf"^[\"')\]]*(?: (?!{_SUBORDINATE}\b)\w+){{0,5}}? {_IS}(?: \w+ly| just| only| still| mere| nothing but| "
    rf"always| pure| plain)*"
    rf"(?: (?:a|an|the|one|of|old|common|popular|dangerous|total|complete))* ?{UNREAL}\b",
    rf"^[\"')\]]*(?: (?!{_SUBORDINATE}\b)\w+){{0,4}}? {_IS} (?:nothing (?:i|we|anyone|anybody|that)\b|(?:the|a) "
    rf"(?:one|last|kind "
    rf"of|sort of|only)? ?"
    rf"(?:thing|word|promise|phrase|claim|line)s? (?:that )?(?:i|we|nobody|no one|none of us)(?: \w+)? "
    rf"?(?:\w+n't|cannot|never|not|refuse|"
    rf"avoid|can|would|will|want|is|of|reject|dispute|deny|decline|dislike|distance|leave|stay)|the last "
    rf"thing\b)",
    r"^[\"')\]]*(?: (?!(?:once|when|after|until|before|while|as|if|because|since|so|but)\b)\w+){0,4}? (?:ended|"
    r"expired|lapsed|stopped|went away|ceased|got (?:withdrawn|cancelled|"
    r"dropped|banned)|"
    r"(?:would|could|might) (?:get|land|put|cost|break|breach|violate|mislead|be|mean|require)|requires? "
    r"(?:approval|sign-off)|"
    r"takes? more than|goes? (?:too far|against|beyond))\b",
    rf"^[\"')\]]*,? (?:it|that|this|we|they|those|these) (?:(?:is|are|was|were|am) (?:not|never)|"
    rf"(?:is|are|was|were)n't)(?: (?:\w+ly|quite|really|even|something|at all))*(?: {AVAILABLE}\b| ?[.,;!—-]| *$)",
    r"^[\"')\]]*(?: (?!(?:once|when|after|until|before|while|as|if|because|since|so|but)\b)\w+){0,4}? (?:is|are|"
    r"was|were|would be)(?: \w+)? (?:something|a (?:thing|promise|claim|term|"
    r"word|sentence|line|figure|phrase)|nothing|words|claims|promises)(?: (?:that|which))? (?:no|none|nobody|"
    r"neither|"
    r"(?:\w+ ){0,2}?(?:\w+n't|not|cannot|never|refuse|have to (?:rule out|refuse|decline|avoid)))\b",
    r"^[\"')\]]*(?: (?!(?:once|when|after|until|before|while|as|if|because|since|so|but)\b)\w+){0,4}? (?:can|"
    r"could|may|must|should|will|do|does)(?:not| not|n't| never) (?:be |appear|"
    r"stand|"
    r"belong|feature|figure|survive|hold)",
    r"^[\"')\]]*(?: (?:claims?|labels?|statements?|figures?|parts?|wording|guarantees?|promises?|tools?|"
    r"software))? "
    r"(?:do|does|did|is|are|was|were|can|could|should|would|will|has|have)(?:n't| not|not| never)\b"
    r"(?! (?:an? |the )?(?:\w+ly )?(?:trick|joke|trial|empty|maybe|limited|all|only|just|hype|secret|coincidence|"
    r"accident|teaser|gimmick|small|taxed|capped|expensive|hidden|boast|whole)\b)",
    r"^[\"')\]]*(?: (?!(?:once|when|after|until|before|while|as|if|because|since|so|but)\b)\w+){0,4}? (?:should|"
    r"must|has to|have to|needs? to|is to|are to|ought to) be "
    r"(?:replaced|removed|deleted|changed|reworded|avoided|dropped|struck|rewritten|corrected)\b",
    r"^[\"')\]]*(?: (?!(?:once|when|after|until|before|while|as|if|because|since|so|but)\b)\w+){0,4}? (?:is|are) "
    r"(?:over|gone|numbered|behind us|history|a thing of the past)\b",
    r"^[\"')\]]*(?: (?!(?:once|when|after|until|before|while|as|if|because|since|so|but)\b)\w+){0,3}? (?:has|have|"
    r"had) (?:never|not|not once) been\b",
    r"^[\"')\]]*(?: (?!(?:once|when|after|until|before|while|as|if|because|since|so|but)\b)\w+){0,3}?,? ?[—-]*,? "
    r"?(?:i wish\b(?! you)|in (?:your|my|their|our) dreams\b|my foot\b)",
    r"^[\"')\]]*,? ?[—-]*,? ?(?:no(?=[,.!—-])|no way\b|not really\b|hardly(?=[,.!]|$)|sorry[,.]|never(?=[,.!])|not "
    r"(?:from|with|by) "
    r"us\b|i wish\b(?! you)|in (?:your|my|their|our) dreams\b|(?:scratch|strike|forget) that\b|just kidding\b)",
    r"^[\"')\]]*(?: (?!(?:once|when|after|until|before|while|as|if|because|since|so|but)\b)\w+){0,3}? (?:it|that|"
    r"we|they|this) (?:is|are|does|do|was|were|will|can)(?: not|n't| never)"
    r"(?= ?[.,;!—-]| *$)",
    r"^[^.;]{0,60}\b(?:no such (?:claim|promise|thing|guarantee|statement)|(?:can't|cannot|won't|never) "
    r"(?:promise|guarantee|say|claim) (?:that|it|this|so))\b",
    r"^[\"')\]]*(?: (?!(?:once|when|after|until|before|while|as|if|because|since|so|but)\b)\w+){0,2}? (?:sounds?|"
    r"seems?|looks?) (?:\w+ )?(?:too good|wrong|dishonest|dubious|"
    r"exaggerated|"
    r"unrealistic|misleading)\b",
    r"^[\"')\]]*(?: (?!(?:once|when|after|until|before|while|as|if|because|since|so|but)\b)\w+){0,4}? (?:is|are|"
    r"was|were)n't(?: \w+){0,2} (?:something|what|possible|allowed|"
    r"permitted|true|"
    r"offered|guaranteed|promised|realistic|available|the case|a promise|on offer|ok|okay|fine|included|part|"
    r"accurate|correct|appropriate|acceptable|honest|legal|ours|how|anything|approved|a thing|a claim|real|"
    r"supported|in scope|planned|committed)\b",
    r"^[\"')\]]*(?: (?!(?:once|when|after|until|before|while|as|if|because|since|so|but)\b)\w+){0,4}? (?:do|does|"
    r"did)(?: not|n't) (?:exist|apply|happen|hold|work that way)\b",
    r"^[\"')\]]*(?: (?!(?:once|when|after|until|before|while|as|if|because|since|so|but)\b)\w+){0,4}? (?:can|"
    r"could|may|must|should|will)(?:not| not|n't| never) be "
    r"(?:\w+ )?(?:promised|guaranteed|offered|claimed|said|used|made|given|stated|assumed|expected|sold)\b",
    r"^[\"')\]]*(?: (?!(?:once|when|after|until|before|while|as|if|because|since|so|but)\b)\w+){0,4}? (?:is|are|"
    r"would be|was|were|will be) (?:\w+ )?(?:impossible|prohibited|"
    r"forbidden|a myth|myths"
    r"|off limits|a violation|a breach|a mistake|off the table|out of the question|misleading|false|"
    r"wrong|untrue|illegal|banned|exaggerated|an exaggeration|a stretch|an overstatement|unproven|unfounded|"
    r"against|a lie|a fairy tale|fiction|unrealistic|simply not|"
    r"nonsense|dishonest|a red line|red lines)\b",
    r"^[\"')\]]*,? (?:is|are|that's|which is|which are) (?:not|never) (?:something|what|a promise|how)\b",
    r"^[\"')\]]*,? (?:that's|that is|it's|it is|this is) (?:\w+ )?(?:impossible|prohibited|forbidden|"
    r"a myth|false|wrong|not "
    r"true|untrue|not allowed|not possible)\b",
    r"^[\"')\]]*(?: (?!(?:once|when|after|until|before|while|as|if|because|since|so|but)\b)\w+){0,3}? (?:nobody|"
    r"no one|no vendor|no provider|neither we|we never|we do not|"
    r"we don't|we can't|"
    r"we cannot|we won't|we will not)\b",
)
OFFERING = (
    r"(?:we|i)(?: (?:could|can|were to|just|simply|also|even|now))*(?: $| (?:g[ai]ve|offer(?:ed)?|sen[dt]|pa(?:y|id)|"
    r"let|grant(?:ed)?|add(?:ed)?|include[d]?|thr[oe]w in|knock(?:ed)?|waived?|cut|dropp?(?:ed)?|match(?:ed)?)\b)"
)
SUPPOSES = any_of(
    r"\b(?:unless|until) (?!you\b)(?:[\w'-]+ ){1,8}[\"']?$",
    r"(?:\bwould|'d) be (?:\w+ )?(?:great|nice|lovely|wonderful|ideal|fantastic|amazing) (?:to|if)\b",
    rf"\b(?:(?<!not as )(?<!what )if|(?<!not )as though|what if(?! {OFFERING}))(?: only)? (?!you\b|your\b|not\b|so\b|"
    r"need|possible|interested|anything\b)[\w']+(?:(?! (?:we|i|our|ours)\b)[ ,]+[\w'-]+){0,9}[ \"']*$",
    r"^\W*(?:and |but )?(?:had|were|should) (?:we|i|it|they|this|anyone|anybody|somebody|someone|a \w+|any "
    r"\w+|the \w+)\b",
    r"\b(?:suppose|supposing|assume|assuming|pretend|imagine|picture)(?: for a (?:moment|second))?(?: that| if)? "
    r"(?:we|i|they|it|somebody|someone|a world|an? \w+ (?:that|which|who|could|would)|there)\b",
    r"\b(?:we|i|they|everyone|team|us)(?: all| do| still| would)? (?:hope|aim|aspire|strive|dream|yearn|long|"
    r"wish)(?: to| of| "
    r"for| towards?| that| one day| it| we|$)",
    r"\b(?:hoping|aiming|aspiring|striving|dreaming) (?!you\b)|\b(?:one day|some day|someday),? (?=(?:we|i|it|"
    r"they|our|this|maybe|perhaps)\b)",
    r"\b(?:goal|target|aim|ambition|aspiration|dream|objective|vision|ideal|hope) (?:is|was|remains|of|would "
    r"be)\b",
)
_WE_NEVER = (
    r"(?:i|we)(?:'m| am| are|'re|'ll|'d|'ve)? ?(?:\w+ )?"
    r"(?:can't|cannot|won't|couldn't|wouldn't|don't|do not|didn't|did not|never|not)"
)
_NOBODY_CAN = r"(?:nobody|no one)(?: \w+)? (?:can|could|would|will|may|should|ever)"
_SAYING = "(?:say|said|saying|promise|promised|promising|claim|claimed|guarantee|mean|meant|offer)"
_STATEMENT = one_of(
    "claims?, promises?, statements?, guarantees?, words?, phrases?, terms?, offers?, commitments?, assurances?, "
    "assertions?, wording, things?, kind of, sort of"
)
_PRONOUN_ENDS = (
    # before a clause "that" begins another claim
    r"(?= ?[.!?,;:)—-]| ?$| (?!(?:light|loud|clear|strong|easi|emphatical)ly)"
    r"(?:\w+ly|to|in|on|at|for|from|with|without|under|about|of|by|before|until|and|but|or|"
    r"because|as|if|when|here|today|now|again|either|yet|ever|though|anywhere|anymore|any ?more|any longer|outside|"
    r"myself|ourselves|just|out loud|aloud|that way|like that)\b(?! (?:loud|clear|often|strong)\w*))"
)
RETRACTS = any_of(
    rf"^\W*(?:no[,.] |well[,.] |actually[,.] |sorry[,.] |wait[,.] |but |of course )*(?:that|this|it|"
    rf"which)(?:'s| is| was| would be)? "
    rf"(?:\w+ly )?(?:not|never|isn't|wasn't|wouldn't be|can't be|cannot be|won't be)(?: \w+ly)?(?: "
    rf"{AVAILABLE}\b| ?[.,!]|$)",
    r"^\W*(?:no[,.] |well[,.] |actually[,.] |sorry[,.] |wait[,.] |but |of course )*(?:that|this|it|"
    r"which)(?:'s| is| was| would be) "
    r"(?:\w+ly |a bit |a little )?(?:wrong|untrue|false|nonsense|a lie|an exaggeration|too much|impossible|"
    r"illegal|forbidden|misleading|"
    r"an overstatement|a mistake|a slip|unfair|inaccurate|incorrect)\b"
    r"(?! (?:for|of)\b)(?! to (?!say|claim|promise|call|tell|offer|guarantee|state)\w+)",
    rf"^\W*(?:no[,.] |well[,.] |actually[,.] |sorry[,.] |but )*(?:{_WE_NEVER}|{_NOBODY_CAN}) (?:\w+ ){{0,3}}?"
    rf"(?:{_SAYING}(?: you| to you)? (?:it|so|this|that|such)\b{_PRONOUN_ENDS}|"
    rf"(?:{_SAYING}|use|using|make|making|sign|signing|give|giving)(?: you)? (?:this|that|such(?: an?)?) (?:\w+ )?"
    rf"{_STATEMENT}\b|(?:use|make|sign|offer) (?:it|this|that)(?= ?[.!?,;]| ?$))",
    r"^\W*(?:scratch|strike|forget|ignore) that\b|^\W*i (?:take|took) (?:that|it) back\b|^\W*just kidding\b|"
    r"^\W*(?:no|hardly|nonsense|wrong|not quite|not really|i wish|if only|not true|far from it|nope)\W*(?:$|"
    r"[.!,])",
)
