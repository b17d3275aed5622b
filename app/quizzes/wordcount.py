"""How long is a text? Words are counted, and in Chinese characters; static/quiz.js counts alike."""

import re

_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_WORD = re.compile(rf"[{_HAN}]|[^\W_{_HAN}]+(?:['’.,-][^\W_{_HAN}]+)*")


def count_words(text: str) -> int:
    """Count the words of a text; each Chinese character is one."""
    return len(_WORD.findall(text))
