"""English cues."""

import re

from app.redlines.cueset import Cues, any_of

_SUBJECT = r"(?:we|i|you|they|he|she|it|our|my|your|this|that|these|those|there)"
_SAY = (
    r"(?:say|claim|promise|guarantee|offer|call|advertise|commit|use|write|mention|describe|state|pledge|"
    r"assure|imply|suggest|tell|make|give|quote|present|pitch|sell|position)"
)
_OTHERS = (
    r"(?:(?:(?<!our )(?<!my )|(?<=our )(?=competit|rival|customer|client|buyer|prospect)|(?<=my )(?=predec|"
    r"coll|cust|client))"
    r"(?:the |your |their |a |an |any |all |some |many |most |other |certain |one |several |other |"
    r"bigger |larger |cheaper |old )*"
    r"(?:competitors?|competition|rivals?|others|vendors?|providers?|suppliers?|sellers?|agencies|agency|"
    r"companies|people|customers?|clients?|buyers?|prospects?|analysts?|press|media|reports?|articles?|"
    r"websites?|sites?|blogs?|reviews?|reviewers?|brochures?|flyers?|ads?|adverts?|advertisements?|"
    r"salespeople|reps?|predecessors?|colleagues?|"
    r"bloggers?|journalists?|friends?|neighbou?rs?|boss(?:es)?|consultants?|influencers?|newsletters?|podcasts?|"
    r"someone|somebody|anyone|everyone|everybody|whoever|they|he|she|guys?))"
)
_THIRD_PARTIES = (
    r"(?:competitors?|competition|rivals?|anyone|anybody|someone|somebody|"
    r"(?:other|some|many|most|certain) (?:vendors?|providers?|suppliers?|agencies|companies|people|reps|tools))"
)
_REPORTS = (
    r"(?:say|says|said|saying|claim|claims|claimed|claiming|promise|promises|promised|promising|advertise|"
    r"advertises|advertised|call|calls|called|tell|tells|told|boast|boasts|boasted|tout|touts|touted|assert|"
    r"asserts|insist|insists|insisted|believe|believes|think|thinks|ask|asks|asked|wonder|wondered|"
    r"pitch|pitches|pitched|offer|offers|offered|guarantee|guarantees|guaranteed|write|writes|wrote|swear|"
    r"swears|describe|describes|described|market|markets|argue|argues|expect|expects|expected|want|wants|"
    r"wanted|demand|demands|demanded|hear|heard|suggest|suggests|suggested|assume|assumes|assumed|state|states|"
    r"stated|mention|mentions|mentioned|announce|announces|announced|brag|brags|bragged|allege|alleges|alleged|"
    r"imply|implies|implied|label|labels|labelled|labeled|bill|bills|billed|post|posts|posted|like to (?:say|call|"
    r"claim|put)|likes to (?:say|call|claim|put))"
)
_OWN_WORDS = (
    r"(?:our|ours|we|i|my|me|this|it|its|contract|agreement|terms|law|data|nobody|not|please|let|just|to|can|could|"
    r"will|would|should|must|never)"
)
_ANYBODY = (
    rf"(?:^|[,;:\"] ?|\b(?:a|an|the|their|his|her|some|one|any|another|that|your|as|and|but) )"
    rf"(?:(?!{_OWN_WORDS}\b)[\w'-]+ ){{1,4}}?"
    r"(?:says|said|claims|claimed|wrote|writes|boasts|boasted|insists|insisted|swears|swore|alleges|alleged|"
    r"asserts|asserted|brags|bragged|read|heard|saw|"
    r"thinks|thought|believes|believed|feels|announced|posted|mentioned|describes|described|"
    r"told (?:me|us|him|her|them|you))\b"
)
_MANY = (
    rf"(?:^|[,;:\"] ?)(?:(?!{_OWN_WORDS}\b)[\w'-]+ ){{0,3}}?(?!(?:does|has|is|was|as|yes|always|this|thus)\b)\w{{2,}}s "
    r"(?:\w+ly |often |always |also |like (?:that|them|those) )?(?:love to |like to |tend to |may |might |will |"
    r"would )?"
    r"(?:say|argue|claim|insist|promise|advertise|boast|brag|swear|believe|think|tell (?:you|people|us))\b"
)
ENGLISH = Cues(
    border=any_of(
        r"[,;—]|(?<!say)(?<!write)(?<!use)(?<!promise)(?<!claim)(?<!words)(?<!following):",
        r"\b(?:but|however|yet|because|although|though|whereas|while|instead|still|since|unless|until)\b",
        rf"\b(?:and|or|so|as|then) (?={_SUBJECT}\b)",
        r"\b(?:thanks to|with|by using|through) (?=(?:our|this)\b)",
        r"\b(?:and|so) (?=(?:customers?|clients?|everyone|everybody)\b)",
    ),
    pseudo=any_of(
        r"\b(?:can't|cannot|can not) (?:stress|overstate|emphasi[sz]e|deny|recommend)\b",
        r"\b\w+n't (?:you|we|it|that|they)\b",
        r"\b(?:n't|not) (?:an? )?(?:secret|accident|coincidence|surprise)\b|\bno (?:secret|surprise|coincidence)\b",
        r"(?:n't|\bnot) (?:charge|cost|require|need|mind|matter|have to|take long)\b",
        r"\bnot (?:only|just|merely|simply|solely|least|to mention|to worry|without reason)\b",
        r"\b(?:no|without|without a|without any|beyond|never any) (?:doubt|question)s?\b",
        r"\b(?:hard|difficult|tough|impossible) to (?:beat|top|match|imagine|argue|deny|resist|miss|overstate|find "
        r"(?:an? )?(?:better|cheaper))\b",
        r"\b(?:no|without|without any) (?:strings|catch|hesitation|exceptions?|fail|reservations?|further ado)\b",
        r"\b(?:no matter|regardless of) (?:what|who|how)(?: [\w']+){1,3}|\bwhatever (?:you|they|"
        r"others)(?: [\w']+){1,2}",
        r"\bneither (?=[^;.]*\bnor\b)",
        r"\bnothing to (?:lose|worry|fear)\b|\b(?:can't|cannot|won't) (?:lose|regret|be disappointed|find)\b",
        r"\bnot (?:long|so long) ago\b|\bnot for nothing\b",
        r"\b(?:no wonder|no matter|no less than|no fewer than|no other|no sooner|nothing less than|nothing but)\b",
        r"\b(?:nothing|nobody|no one|no other \w+) (?:beats|matches|compares|comes close|is better|"
        r"does it better)\b",
        r"\b(?:nothing short of|no one else|nobody else|none other than|no exaggeration|no joke|no kidding)\b",
        r"\b(?:why not|if not|not to be missed|can(?:no|')t be beaten|cannot but|no-brainer|no problem)\b",
        r"\b(?:can't|cannot|couldn't|can not) (?:help but|wait|be beaten|go wrong|be happier)\b",
        r"\b(?:do not|don't|dont|never|no need to|need not|needn't) (?:worry|hesitate|miss|forget|wait|fear|be "
        r"afraid|doubt|panic|look further|think twice|take my word)\b",
        r"\bnever (?:been|seen|had|heard|before)\b",
        r"\b(?:could|can|would)(?:n't| not) (?:be )?(?:more|easier|simpler|better|happier)\b",
        r"\bnot (?:sure|certain) (?:if|whether) you know\b",
        r"\bin no time\b|\bno longer than\b|\bno later than\b|\bno more than\b",
    ),
    far=any_of(
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
        r"\bno (?:\w+ ){1,3}(?:can|could|will|would|should|may|must|ever)\b",
        r"\b(?:wrong|false|unrealistic|unreasonable|unethical|misleading|dishonest|untrue|illegal|unlawful|"
        r"irresponsible|inaccurate|incorrect|"
        r"reckless|foolish|naive|premature|impossible|hard|difficult|tough|unable|unwilling|reluctant|risky|"
        r"unwise|unfair|forbidden|prohibited|banned|a mistake|a lie|a stretch|an exaggeration|too early|too soon|"
        r"against "
        r"(?:our |the |company )?(?:policy|rules|law)|dangerous|absurd|silly|stupid|ridiculous|deceptive|untruthful|"
        r"inappropriate|improper|unjustified|presumptuous|an overstatement|overstated|a breach|a violation|immoral|"
        r"not right|not fair)"
        r"(?: (?:for|of) \w+(?: \w+)?)? (?:to|that|from|if)\b",
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
    break_=re.compile(
        r"(?<! if)(?<!wish)(?<!say)(?<!said)(?<!says)(?<!that)(?<!claim)(?<!think)(?<!believe)(?<!imply)"
        r"(?<!suggest)(?<!mean)(?<!promise)"
        r"(?<!guarantee)(?<!tell you)(?<!tell them)(?<!case)(?<!as if)(?<!as though)(?<!way)(?<!reason)(?<!what)"
        r"(?<! do)(?<! does)(?<! did)(?<! will)(?<! would)(?<! can)(?<! could)(?<! should)"
        r"(?<!whom)(?<!who)(?<!where)(?<!which)"
        r"(?<!anything)(?<!something)(?<!sure)(?<!saying)(?<!claiming)(?<!one)(?<!thing) \b(?:we|i)(?:'ll|"
        r"'re|'ve| \w+)"
    ),
    carries=re.compile(
        rf"(?:n't|n't ever|not|never|cannot|nor|avoid|refuse to|rather than|instead of)(?: \w+){{0,3}}? {_SAY}\w*\b"
    ),
    dangling=re.compile(r"(?:n't|\bnot|\bnever|\bcannot)(?: ever| and will| will| do| can)?\W*$"),
    own_clause=re.compile(
        rf"\b(?:{_SUBJECT}|is|are|was|were|will|can|has|have|had|do|does|did|get|get|buy|sign|if)\b|'(?:ll|"
        rf"re|s|ve)\b"
    ),
    after=any_of(
        r"^[\"')\]]*(?: \w+){0,4}? (?:is|are|was|were|would be|will be|can be|be)(?: \w+)? (?:not|never)"
        r"(?: \w+){0,2} (?:something|what|possible|allowed|permitted|true|offered|guaranteed|promised|"
        r"realistic|available"
        r"|the case|a promise|on offer|ok|okay|fine|included|part|accurate|correct|appropriate|acceptable|"
        r"honest|legal|"
        r"ours|how|anything|approved|a thing|a claim|a phrase|real|supported|in scope|planned|committed|on the table|"
        r"on the cards|backed|covered|within|a given|a figure|a number|justified|proven|correct|us|here)\b",
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
        r"^[\"')\]]*, (?:no|sorry|never|not (?:from|with|by) us)\b",
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
        rf"\b{_OTHERS}(?: (?!(?:we|i|our)\b)\w+){{0,3}}? {_REPORTS}\b",
        _ANYBODY,
        _MANY,
        r"\b(?:said|claimed|rumou?red|believed|alleged|reputed|supposed|thought) to (?:be|have|offer|give|provide)\b",
        r"\bas (?:(?!(?:we|i|our|my)\b)[\w']+ ){1,4}?(?:puts?|would have it|calls?|(?:likes?|loves?) to \w+)\b",
        rf"\b{_THIRD_PARTIES}(?: (?:who|that|also|always|will|may|might|would|can|could|often|even|simply|"
        rf"openly))*\W*$",
        r"\b(?:according to|rumou?r has it|allegedly|supposedly|so-called|reportedly|word is|in the words of)\b",
        r"\b(?:i|we|you)(?:'ve|'d)?(?: have| had| may have| might have| may| might| often| sometimes| will)* "
        r"(?:hear|heard|read|been told)\b(?! (?:that )?you\b)",
        r"\b(?:competitor|rival|vendor|provider|agency|company|firm)s?(?:'s|')? (?:claims?|promises?|slogans?|"
        r"ads?|brochures?|websites?|pitch(?:es)?)\b",
        r"\bwas (?:asked|told)\b|\bwere (?:asked|told)\b|\b(?:asked|asks|asking) (?:us|me|if|whether|for|about)\b",
    ),
    own_voice=any_of(
        r"[,;] (?:and |so |but |yet )?(?:we|i|our|ours)\b|\b(?:but|however|whereas|while|because (?:we|i|our))\b",
        r"\band (?:we|i|our|here|it's true|they're right|they are right)\b|;",
        r"[,:—-] (?:and |so |but )?(?:this|these|here|luckily|with us|you'll|you (?:will|get|have|can))\b",
    ),
    attributed_after=any_of(
        rf"^[\"',.!? )]*(?:{_REPORTS} )(?:{_OTHERS}|[\w ]{{0,20}}competitors?)\b",
        rf"^[\"',.!? )]*(?:is|are) what {_OTHERS}\b",
        rf"^[\"',.!? )]*as {_OTHERS}(?: \w+)? {_REPORTS}\b",
        rf"^[\"',.!? )]*,? ?{_OTHERS} {_REPORTS}\b",
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
        r"^\W*(?:did you know|do you know that|who doesn't|who wouldn't|who does not|why not|guess what|"
        r"wouldn't you (?:love|like|want)|isn't it (?:great|nice|time)|have i (?:told|mentioned)|"
        r"did i mention|what if i told)\b",
        r"^\W*(?:want|need|looking for|ready for|tired of|like|fancy)\b",
        r"\b(?:given|now|seeing|considering) that\b",
    ),
    tag=any_of(
        r", (?:right|ok|okay|yes|no|isn't it|isn't that|aren't we|don't you|don't you think|doesn't it|won't it|"
        r"agree|deal|correct|see|you know|you see|what do you think|how does that sound|sound good|interested|"
        r"shall we(?: \w+){0,3}|so why(?: \w+)*|so what(?: \w+)*)\W*$"
    ),
    opens_question=any_of(
        r"^\W*(?:and |so |but |well |ok |sorry |please )?(?:is|are|was|were|am|do|does|did|can|could|will|would|should|"
        r"has|have|had|may|might|must|who|whose|whom|what|which|when|where|why|how|isn't|aren't|don't|doesn't|didn't|"
        r"can't|won't|wouldn't)\b"
    ),
    asks_next=any_of(
        r", (?:and |so |but )?(?:when|what|how|why|which|who|where|shall|should|can|could|would|will|do|does|is|are|"
        r"may)\b"
    ),
    wonders=any_of(
        r"\bwhether (?!you\b|or not\b)|\b(?:wonder(?:s|ed|ing)?|asks?|asked|asking|check(?:s|ed|ing)?|see|know|learn|"
        r"find out|tell (?:me|us)|verify|clarify|sure|certain|unsure) if\b"
    ),
    past=any_of(r"\b(?:already|was|were|(?:has|have) been|last|past)\b"),
)
