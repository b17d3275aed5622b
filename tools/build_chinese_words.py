"""Write app/redlines/chinese_words.bin, how often Chinese words are used, from open data.

Needs the dictionary of jieba (MIT), which the product itself does not need: `pip install jieba`, then
`python tools/build_chinese_words.py`.
"""

import math
import zlib
from importlib.resources import files
from pathlib import Path

import numpy as np

from app.redlines.characters import fold_text

TARGET = Path(__file__).parent.parent / "app" / "redlines" / "chinese_words.bin"
LONGEST = 4
RAREST = 10
BASIC_PLANE = 0xFFFF


def packed(word: str) -> int:
    """Return a word of at most four characters as a number."""
    number = 0
    for character in word:
        number = number << 16 | ord(character)
    return number


def main() -> None:
    """Keep the words of up to four characters, and how unlikely each is."""
    counts: dict[str, int] = {}
    total = 0
    for line in (files("jieba") / "dict.txt").read_text(encoding="utf-8").splitlines():
        word, count, _ = line.split(" ")
        word = fold_text(word)
        total += int(count)
        if int(count) >= RAREST and len(word) <= LONGEST and max(map(ord, word), default=0) <= BASIC_PLANE:
            counts[word] = counts.get(word, 0) + int(count)
    numbers = np.array(sorted(map(packed, counts)), dtype=np.uint64)
    costs = {packed(word): round(10 * math.log(total / count)) for word, count in counts.items()}
    data = np.diff(numbers, prepend=np.uint64(0)).tobytes() + bytes(costs[int(number)] for number in numbers)
    TARGET.write_bytes(zlib.compress(data, 9))


if __name__ == "__main__":
    main()
