"""What `@quarter` and `@date` stand for: times at which somebody may promise something."""

import re

from app.redlines.characters import fold_pattern

_MONTH = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    "sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DAY = r"(?:[0-3]?\d(?:st|nd|rd|th)?)"
_YEAR = r"(?:20\d\d|'\d\d)"
_WEEKDAY = "(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
_COUNT = r"(?:\d+|an?|one|two|three|four|five|six|ten|twelve|a few|a couple of)"
_PERIOD = "(?:day|week|month|quarter|year)"
_SEASON = "(?:spring|summer|autumn|fall|winter)"
_HAN_COUNT = "[0-9一二两三四五六七八九十半]"

_QUARTER = "|".join(
    [
        rf"\bq[1-4]\b(?:(?: of)? {_YEAR})?",
        rf"\b(?:first|second|third|fourth|1st|2nd|3rd|4th|next|this|coming) quarter\b(?:(?: of)? {_YEAR})?",
        rf"\bh[12]\b(?: {_YEAR})?",
        r"\b(?:first|second|next) half of (?:the|this|next) year\b",
        "第?[一二三四1-4]季度?|[下本这]个?季度|[上下]半年|季度?末|季度?底",
    ]
)
_DATE = "|".join(
    [
        r"\b20\d\d-[01]?\d-[0-3]?\d\b",
        r"\b[0-3]?\d[/.][0-3]?\d(?:[/.]20\d\d)?\b",
        rf"\b{_MONTH}\b\.? {_DAY}\b(?:,? {_YEAR})?",
        rf"\b{_DAY}(?: of)? {_MONTH}\b(?:,? {_YEAR})?",
        rf"\b{_MONTH}\b(?: of)? {_YEAR}\b",
        rf"(?<=\bin ){_MONTH}\b|(?<=\bby ){_MONTH}\b|(?<=\bend of ){_MONTH}\b|(?<=\bnext ){_MONTH}\b",
        r"\b20[2-9]\d\b",
        rf"\b(?:this|next|coming) (?:week|month|year|{_SEASON}|{_WEEKDAY})\b",
        rf"\b(?:by|on) {_WEEKDAY}\b",
        r"\b(?:end of|by)(?: the| this| next)? (?:week|month|quarter|year)(?:[- ]end)?\b|\byear[- ]end\b",
        rf"\b(?:in|within)(?: the next)? {_COUNT} {_PERIOD}s?\b",
        r"\b(?:tomorrow|tonight|christmas|new year)\b",
        r"(?:20\d\d|[今明后])年(?:\d{1,2}月(?:\d{1,2}[日号])?)?|(?:\d{1,2}|十[一二]?|[一二三四五六七八九])月(?:\d{1,2}[日号]|底|初|中旬?|份)?",
        r"下个?(?:月|周|星期|礼拜)|本月|[年月]底|[年月]内|年初|春节前?|明天|后天|下周[一二三四五六日天]",
        rf"{_HAN_COUNT}{{1,8}}个?(?:天|日|周|星期|月|季度|年)(?:之|以)?[内后]",
    ]
)
CLASSES = {
    "@quarter": re.compile(fold_pattern(_QUARTER)),
    "@date": re.compile(fold_pattern(_DATE)),
}
