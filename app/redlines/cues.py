"""Words that change what a claim means, one set per language: data, folded like the text.

`near` cues reach a claim only over the words named in `bridge`; `far` cues reach it anywhere
in their clause. `pseudo` expressions look like negation and are none.
"""

import re
from dataclasses import dataclass

from app.redlines.folding import fold_pattern


def _any(*parts: str) -> re.Pattern[str]:
    return re.compile(fold_pattern("|".join(f"(?:{part})" for part in parts)))


@dataclass(frozen=True, slots=True)
class Cues:
    """The cues of one language; `reach` is counted in words or Chinese characters."""

    border: re.Pattern[str]
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
    r"someone|somebody|anyone|everyone|everybody|they|he|she|guys?))"
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
    r"wanted|demand|demands|demanded|hear|heard|suggest|suggests|suggested)"
)
ENGLISH = Cues(
    border=_any(
        r"[,;—]|(?<!say)(?<!write)(?<!use)(?<!promise)(?<!claim)(?<!words)(?<!following):",
        r"\b(?:but|however|yet|because|although|though|whereas|while|instead|still|since|unless|until)\b",
        rf"\b(?:and|or|so|as|then) (?={_SUBJECT}\b)",
        r"\b(?:thanks to|with|by using|through) (?=(?:our|this)\b)",
        r"\b(?:and|so) (?=(?:customers?|clients?|everyone|everybody)\b)",
    ),
    pseudo=_any(
        r"\b(?:can't|cannot|can not) (?:stress|overstate|emphasi[sz]e|deny|recommend)\b",
        r"\b\w+n't (?:you|we|it|that|they)\b",
        r"\b(?:n't|not) (?:an? )?(?:secret|accident|coincidence|surprise)\b|\bno (?:secret|surprise|coincidence)\b",
        r"(?:n't|\bnot) (?:charge|cost|require|need|mind|matter|have to|take long)\b",
        r"\bnot (?:only|just|merely|simply|solely|least|to mention|to worry|without reason)\b",
        r"\b(?:no|without|without a|without any|beyond|never any) (?:doubt|question)s?\b",
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
    far=_any(
        r"\b(?:not|never|cannot|cant|dont|doesnt|didnt|wont|isnt|arent|wouldnt|shouldnt|nor|neither)\b",
        r"\b\w+n't\b",
        r"\b(?:nobody|no one|no-one|none of (?:us|our|them|the)|nothing)\b",
        r"\b(?:hardly|scarcely|barely|rarely|seldom|unlikely|by no means|far from|anything but)\b",
        r"\b(?:avoid|avoids|avoided|avoiding|refuse|refuses|refused|refusing|decline|declines|declined)\b",
        r"\b(?:stops? short of|refrain from|shy away from|steer clear of|stay away from|hesitate to|(?:stop|"
        r"quit) (?=\w+ing))\b",
        r"\b(?:instead of|rather than|as opposed to)\b",
        r"\b(?:fail|fails|failed|failing) to\b|\b(?:lying|lie) (?:if|when|to say|to claim)\b",
        r"\bdoubt(?:s|ed|ful)? (?:that|if|whether|anyone|anybody|any|we|it)\b",
        r"\b(?:beware(?: of)?|watch out for|be (?:wary|careful|suspicious|sceptical|skeptical) (?:of|about))\b",
        r"\b(?:wish|if (?:only )?(?:we|i) could|used to (?=say|claim|promise|call|think|be))\b",
        r"\bno (?:\w+ ){1,3}(?:can|could|will|would|should|may|must|ever)\b",
        r"\b(?:wrong|false|unrealistic|unreasonable|unethical|misleading|dishonest|untrue|illegal|unlawful|"
        r"irresponsible|inaccurate|incorrect|"
        r"reckless|foolish|naive|premature|impossible|hard|difficult|tough|unable|unwilling|reluctant|risky|"
        r"unwise|unfair|forbidden|prohibited|banned|a mistake|a lie|a stretch|an exaggeration|too early|against "
        r"(?:our |the |company )?(?:policy|rules|law))"
        r"(?: for \w+(?: \w+)?)? (?:to|that|from)\b",
        r"\b(?:forbids?|prohibits?|bans?|rules? out|forbade|disallows?)\b",
        r"\bun(?:able|willing) to\b",
    ),
    near=_any(r"\b(?:no|without|lacks?|zero)\b"),
    bridge=re.compile(
        r"\W*(?:(?:such|thing|to|be|make|makes|as|any|kind|sort|of|a|an|the|way|i|we|you|one|can|could|will|"
        r"would|should|ever|"
        r"single|real|more|is|there|to|that|claim|promise|vendor|provider|product|tool|crm|software|"
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
    after=_any(
        r"^[\"')\]]*(?: \w+){0,4}? (?:is|are|was|were|would be|will be|can be|be)(?: \w+)? (?:not|never)"
        r"(?: \w+){0,2} (?:something|what|possible|allowed|permitted|true|offered|guaranteed|promised|"
        r"realistic|available"
        r"|the case|a promise|on offer|ok|okay|fine|included|part|accurate|correct|appropriate|acceptable|"
        r"honest|legal|"
        r"ours|how|anything|approved|a thing|a claim|a phrase|real|supported|in scope|planned|committed)\b",
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
        r"wrong|untrue|illegal|banned|"
        r"against|a lie|unrealistic|"
        r"nonsense|dishonest|a red line|red lines)\b",
        r"^[\"')\]]*,? (?:is|are|that's|which is|which are) (?:not|never) (?:something|what|a promise|how)\b",
        r"^[\"')\]]*,? (?:that's|that is|it's|it is|this is) (?:\w+ )?(?:impossible|prohibited|forbidden|"
        r"a myth|false|wrong|not "
        r"true|untrue|not allowed|not possible)\b",
        r"^[\"')\]]*(?: \w+){0,3}? (?:nobody|no one|no vendor|no provider|neither we|we never|we do not|"
        r"we don't|we can't|"
        r"we cannot|we won't|we will not)\b",
    ),
    attributed=_any(
        rf"\b{_OTHERS}(?: \w+){{0,3}}? {_REPORTS}\b",
        rf"\b{_THIRD_PARTIES}(?: (?:who|that|also|always|will|may|might|would|can|could|often|even|simply|"
        rf"openly))*\W*$",
        r"\b(?:according to|rumou?r has it|allegedly|supposedly|so-called|reportedly|word is|in the words of)\b",
        r"\b(?:i|we|you)(?:'ve|'d)?(?: have| had| may have| might have| may| might| often| sometimes| will)* "
        r"(?:hear|heard|read|been told)\b",
        r"\b(?:competitor|rival|vendor|provider|agency|company|firm)s?(?:'s|')? (?:claims?|promises?|slogans?|"
        r"ads?|brochures?|websites?|pitch(?:es)?)\b",
        r"\bwas (?:asked|told)\b|\bwere (?:asked|told)\b|\b(?:asked|asks|asking) (?:us|me|if|whether|for|about)\b",
    ),
    own_voice=_any(
        r"[,;] (?:and |so |but |yet )?(?:we|i|our|ours)\b|\b(?:but|however|whereas|while|because (?:we|i|our))\b",
        r"\band (?:we|i|our|it's true|they're right|they are right)\b",
    ),
    attributed_after=_any(
        rf"^[\"',.!? )]*(?:{_REPORTS} )(?:{_OTHERS}|[\w ]{{0,20}}competitors?)\b",
        rf"^[\"',.!? )]*(?:is what |as ){_OTHERS}(?: \w+)?(?: {_REPORTS})?\b",
        rf"^[\"',.!? )]*,? ?{_OTHERS} {_REPORTS}\b",
    ),
    talk=_any(
        r"\b(?:words?|phrases?|terms?|wording|expressions?|slogans?|adjectives?|claims? like|red lines?|banned|"
        r"forbidden|prohibited|compliance|glossary|phrasing|superlatives?)\b",
        r"\b(?:avoid|never say|never use|never write|don't say|do not say|don't use|do not use|don't write|"
        r"do not write|replace|delete|remove|strike|cross out)\b",
    ),
    talk_before=_any(
        r"\b(?:claim|statement|sentence|slogan|headline|tagline|line)[ :]*[\"']$",
        r"\b(?:the|a|this|these|those|like|of|word|words|phrase) (?:words?|phrases?|terms?|expressions?|wording)"
        r"(?: like| such as| as)?[ :\"']*$",
        r"\b(?:words?|phrases?|terms?|wording|expressions?|claims?) (?:like|such as|as|of|is|are)[ :\"']*$",
    ),
    talk_after=_any(
        r"^[\"'”]* (?:is|are) (?:a|an|one of the|on the)? ?(?:\w+ )?(?:words?|phrases?|terms?|expressions?|"
        r"red lines?|list)\b"
    ),
    not_asking=_any(
        r"^\W*(?:did you know|do you know that|who doesn't|who wouldn't|who does not|why not|guess what|"
        r"wouldn't you (?:love|like|want)|isn't it (?:great|nice|time)|have i (?:told|mentioned)|"
        r"did i mention|what if i told)\b",
        r"^\W*(?:want|need|looking for|ready for|tired of|like|fancy)\b",
    ),
    tag=_any(
        r", (?:right|ok|okay|yes|no|isn't it|isn't that|aren't we|don't you|don't you think|doesn't it|won't it|"
        r"agree|deal|correct|see|you know|you see|what do you think|how does that sound|sound good|interested|"
        r"shall we(?: \w+){0,3}|so why(?: \w+)*|so what(?: \w+)*)\W*$"
    ),
)

_HAN_OTHERS = (
    "(?:竞品|竞争对手|对手|同行|别家|友商|其他(?:的)?(?:厂商|公司|供应商|家|品牌|产品|销售)|某些(?:厂商|"
    "公司|供应商|销售|人)|"
    "有些(?:厂商|公司|供应商|销售|人)|某家?(?:厂商|公司|供应商|品牌)?|有人|别人|人家|他们|她们|网上|网友|"
    "媒体|市面上|"
    "别的.{1,4}?|凡是|那些|(?<!其)[他她]|客户|顾客|买方|甲方|老板|(?<![跟对和向给瞒告诉])[您你]|对方|外面|业内|业界)"
)
_HAN_THIRD_PARTIES = (
    "(?:竞品|竞争对手|对手|同行|别家|友商|有人|别人|人家|谁|其他(?:公司|厂商|供应商|家)|某些(?:公司|厂商|人))"
)
_HAN_REPORTS = (
    "(?:说|称|声称|宣称|承诺|宣传|号称|吹嘘|吹|标榜|自称|问|打听|觉得|认为|以为|讲|保证|喊|写|打着|许诺|"
    "提出|要求|希望|想要|期望|听到|听过|说过)"
)
_HAN_SAY = (
    "(?:说|称|讲|承诺|保证|宣传|使用|用|写|声称|宣称|许诺|作出|做出|给出|提|打|标榜|自称|出现|答应|允诺|担保|提供)"
)
CHINESE = Cues(
    border=_any(
        r"[,;]|(?<!说)(?<!写)(?<!用)(?<!讲)(?<!如)(?<!语)(?<!词)(?<!称):",
        "但是|但|不过|而是|然而|却|所以|因此|因为|而且|并且|同时",
    ),
    pseudo=_any(
        "不仅仅?|不但|不只是?|不光是?|不止|不单单?|无疑|毫无疑问|不容置疑|不得不|不管|无论|不论|不愧|不错|不断|不妨",
        "谁不(?:想|希望|愿意?|喜欢|爱|要)|何不|哪个不(?:想|希望)",
        "不用说|不用担心|不必担心|别担心|不要担心|不用怕|别怕|不怕|不用犹豫|别犹豫|不要犹豫|不要错过|别错过|"
        "不容错过|不可多得",
        "不同|不久|不变|不限|不少于?|不低于|不超过|不到|不多|不满|不达标|不成功|不收|不花|不需要?|无需|无须|"
        "不必|不用(?![「『])|不二",
        "不好意思|对不起|了不起|差不多|没问题|没错|没的说|无忧|无非|除非|非常|特别|别的|别墅|分别|区别|级别|个别|差别",
        "识别|类别|性别|告别|未来|不足|不出|不知道|不知|不可思议|不可或缺|不可替代|绝无仅有|前所未有|"
        "史无前例|没得说|从未有过",
        "要不要|是不是|能不能|会不会|可不可以|有没有|行不行|好不好|对不对|不就是?|不如|不由|不禁|不过|"
        "没有之一|没有第二|没谁|不是吗",
    ),
    far=_any(
        "不能|不会|不得|不可以?|不要|不应该?|不该|不宜|不准|不许|不允许|不建议|不敢|不愿意?|不打算|不再|"
        "不曾|不便|不方便|不承诺|不保证",
        "无法|无从|没法|没办法|没有办法|难以|很难|较难|难说|禁止|严禁|切勿|请勿|勿|避免|杜绝|拒绝|谢绝|防止|停止",
        "绝不|决不|从不|从来不|从未|永不|并不|并未|并没有|并没|并非|绝非|未曾|尚未|未能|没人|无人|没有人|"
        "没有哪家|没有任何人|谁也不|谁都不",
        "不认为|不觉得|不相信|不信|怀疑|质疑|与其|不可(?!多得|思议|或缺|替代)",
        "哪有|哪来|没有计划|没计划|没有打算|没有安排|暂无|尚无|无意|从没|当心|小心|警惕",
        "谈不上|称不上|算不上|说不上|不代表|不等于|不意味着|不构成|不属于|不存在|而不是|而非|不是|不算|不叫|不等同",
        "怎么可能|怎能|怎么能|怎么敢|岂能|哪能|哪敢|何来|不可能|不太可能|未必|不一定|不见得|不支持",
        "别(?=(?:再|跟|对|向|和|给|说|讲|用|写|承诺|保证|乱|随便|提|宣传))|少说|违规|违法|误导",
    ),
    near=_any("不|没有|没|未|无|非|莫|甭"),
    bridge=re.compile(
        fold_pattern(
            "(?:能|会|敢|可以|可能|可|应该|应|要|做出|作出|做|作|给出|给|对|向|您|你|客户|任何|人|所谓的?|"
            "承诺|保证|说|讲|称|宣称|宣传|"
            "使用|用|写|提供|存在|是|属于|的|去|再|把|被|为|以|在|就|轻易|随意|随便|口头|书面|公司|我们|"
            "产品|销售|这|那|此|该|类|种|什么|过|"
            "哪|家|个|哪个|平台|软件|厂商|供应商|打算|想|必要|资格|权|义务|办法|方法|"
            '必然|绝对|百分之百|100%|["「『 ]){0,6}.?$'
        )
    ),
    reach=16,
    joint=re.compile(fold_pattern("(?:我们|都|,|、| |能|敢|会)*(?:也|和|或者?|更|亦|且|并|又|、)(?:我们|都|,| )*")),
    break_=re.compile(fold_pattern("(?!)")),
    carries=re.compile(
        fold_pattern(
            f"(?:不能|不会|不得|不可以?|不要|不应该?|不该|不准|不许|不允许|禁止|严禁|切勿|请勿|勿|避免|别|"
            f"从不|绝不|无法|不|没有?)(?:再|对客户|向客户|随意|随便)?{_HAN_SAY}"
        )
    ),
    dangling=re.compile(fold_pattern("(?:不会|不能|不得|不可以|不敢|无法|从不|绝不|不应该?|不该|没有)$")),
    own_clause=re.compile(fold_pattern("我们|我|您|你|它|他|可以|能|会|将|是|有|只要|保证|承诺|确保")),
    after=_any(
        r"^[\"」』) ]*.{0,8}?(?:是不可能|不可能|不存在|不成立|不属实|不准确|不真实|不现实|不允许|不被允许|"
        r"不可以|不能说|不能用|不能写|不能提|不能承诺|不能保证|"
        "不该说|不要说|不敢说|不好说|不得|违规|违法|做不到|办不到|办不了|没有的事|没这回事|是假的|是错的|"
        "是误导|都不行|不行|是禁止|禁止|被禁|说法有误|属于误导|"
        "属于违规|属于红线|是红线|踩红线|触碰红线|是谎言|是骗人|不靠谱|谁也|谁都|没人|没有人|无法|给不了|"
        "做不了|保证不了|拿不出|不算数|"
        "不作数|不在承诺|不在我们|我们不|我们没有|我们从不|我们绝不)",
        r"^[\"」』) ]*,(?:这|那|这种|这样|这类|这个|这话|这句).{0,6}?(?:不可能|不能|不行|不允许|不可以|"
        r"做不到|办不到|违规|违法|不现实|不真实|不对|不得|禁止|没有|不是|不会|不敢|不该)",
        r"^[\"」』) ]*,(?:我们)?(?:不会|不能|不敢|无法|从不|绝不|做不到|办不到|谁也不|谁都不|没人|没有人|都是不)",
    ),
    attributed=_any(
        f"{_HAN_OTHERS}.{{0,10}}?{_HAN_REPORTS}",
        f"{_HAN_THIRD_PARTIES}(?:都|也|总|敢|能|会|要|跟|对|向|给|您|你|客户|大家|我们|说){{0,4}}$",
        "听.{0,6}?说|听说|据说|据称|据悉|传闻|传言|谣传|所谓的?|据.{1,8}(?:称|报道)|报道称|号称|自称",
        "(?:竞品|对手|同行|友商|别家)的?.{0,4}(?:口号|广告|宣传|说法|海报|承诺)",
    ),
    own_voice=_any("[,;](?:所以|因此|那|而|但)?(?:我们|我司|本公司)", "但是?|不过|而我们|其实我们|然而"),
    attributed_after=_any(
        f'^["」』, )]*(?:这是|是|都是|,)?{_HAN_OTHERS}的?(?:说法|宣传|口号|原话|广告|承诺|话)',
        f'^["」』, )]*{_HAN_OTHERS}.{{0,3}}?(?:这么|这样|如此|是这么|都这么|常这么)(?:说|讲|宣传|承诺)',
    ),
    talk=_any(
        "词|字眼|字样|说法|措辞|用语|表述|话术|红线|禁用|违禁|敏感|合规|广告法|口号|不要说|不能说|别说|"
        "不要用|不能用|不要写|不能写|改成|改为|替换|替代|删除|删掉|避免|如下"
    ),
    talk_before=_any(
        '(?:词|字眼|说法|措辞|用语|表述|话术|字样|话|词语)(?:如|像|例如|比如|包括|是|有)?[: "「『]*$',
        '(?:诸如|例如|比如|类似|像)[ "「『]+$',
    ),
    talk_after=_any(
        r"^[\"」』 ]*(?:、[^、,。]{1,10}){0,4}[\"」』 ]*(?:这个|这种|这类|这样的|一|这两个|这些|之类的?|等|"
        r"等等|的)?(?:绝对化|违禁|敏感|禁用|夸大|极限)?"
        "(?:词|字眼|说法|措辞|用语|表述|话术|字样|口号|话(?!题)|词语|字(?!节|段|体))"
    ),
    not_asking=_any(
        "^.{0,4}(?:你知道吗|您知道吗|知道吗|难道|何不|为什么不|为何不|谁不想|谁不希望|想要|想不想|需要|还在为)"
    ),
    tag=_any(
        ",?(?:对吧|对吗|好吗|好吧|是吧|是吗|对不对|行吗|明白吗|知道吗|不是吗|怎么样|如何|可以吗|好不好|"
        "要不要.{0,8}|您看.{0,6}|你看.{0,6}|考虑.{0,6}|您觉得呢|你觉得呢)\\W*$"
    ),
)
LANGUAGES = (ENGLISH, CHINESE)
