"""People's names: found by any reading, shown no fuller than the page may show.

Pure. A name is indexed under every reading of its characters, because the default
reading of a surname is often wrong (单 is Shàn, 仇 is Qiú, 乐 is Yuè), and the
keys are computed once, when the name is written.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice, product

COMPOUND_SURNAMES_TEXT = (
    "欧阳 上官 司马 诸葛 夏侯 皇甫 尉迟 公孙 慕容 令狐 司徒 司空 东方 独孤 南宫 "
    "长孙 宇文 闻人 东郭 南门 呼延 端木 百里 西门 轩辕 澹台 濮阳 淳于 单于 太叔 "
    "申屠 公羊 公冶 宗政 钟离 鲜于 闾丘 赫连 万俟 拓跋 夹谷 宰父 谷梁 漆雕 壤驷 "
    "公良 梁丘 左丘 东门 巫马 公西 子车 颛孙 仲孙 段干 完颜 纳兰 叶赫 哈尼 费莫"
)
COMPOUND_SURNAMES = frozenset(COMPOUND_SURNAMES_TEXT.split())

# Readings a surname has and the dictionary lacks or gives only to other words.
SURNAME_READINGS = {
    "黑": ("he",),
    "缪": ("miao",),
    "员": ("yun",),
    "繁": ("po",),
    "朴": ("piao",),
    "翟": ("zhai", "di"),
    "冼": ("xian",),
    "洗": ("xian",),
    "覃": ("qin", "tan"),
    "盖": ("ge", "gai"),
    "逄": ("pang",),
    "隗": ("wei", "kui"),
    "曾": ("zeng",),
    "仇": ("qiu",),
    "解": ("xie",),
    "区": ("ou",),
    "查": ("zha",),
    "单": ("shan",),
    "乐": ("yue", "le"),
    "折": ("she",),
    "尉": ("yu", "wei"),
    "俟": ("qi",),
    "万": ("mo", "wan"),
    "召": ("shao",),
    "种": ("chong",),
    "秘": ("bi",),
    "宓": ("fu", "mi"),
    "那": ("na",),
    "薄": ("bo",),
    "葛": ("ge",),
    "纪": ("ji",),
    "令": ("ling",),
    "澹": ("tan",),
}
# ü is typed v, u or yu, depending on who taught the typist.
SPELLINGS_OF_V = {"lv": ("lv", "lu", "lyu"), "nv": ("nv", "nu", "nyu")}

MOST_INITIALS = 64
MOST_SPELLINGS = 32
MIDDLE_DOTS = "·•・‧⋅."


@lru_cache(maxsize=8192)  # a page shows the same names again and again
def tidy(name: str) -> str:
    """A name as it is stored: NFC, no blanks inside Chinese, one kind of dot."""
    text = unicodedata.normalize("NFC", name)
    for dot in MIDDLE_DOTS:
        text = text.replace(dot, "·")
    words = text.split()
    if any(_is_han(character) for character in text):
        return "".join(words)
    return " ".join(words)


# Finding


@lru_cache(maxsize=4096)  # a till asks for the names of its point again and again
def search_keys(name: str) -> str:
    """What a name can be found by: a text of keys, each after one blank.

    Holds the name itself, its initials in all readings, full spellings, and full
    surname + initials ("shanxy"). A query finds the name where `search_pattern`
    of the query is LIKE this text.
    """
    syllables = [list(sorted_readings(character)) for character in _letters(name)]
    if not syllables:
        return ""
    initials = [_unique(reading[0] for reading in chars) for chars in syllables]
    keys = [_folded(name)]
    keys += _combined(initials, MOST_INITIALS)
    keys += _combined(syllables, MOST_SPELLINGS)
    for length in sorted({1, len(surname_of(name))}):
        surnames = _combined(syllables[:length], MOST_SPELLINGS)
        keys += _combined([surnames, *initials[length:]], MOST_SPELLINGS)
    return "".join(f" {key}" for key in _unique(keys))


@lru_cache(maxsize=4096)
def sorted_readings(character: str) -> tuple[str, ...]:
    """Every reading of one character without tones; surname readings first."""
    if not _is_han(character):
        return (character.lower(),)
    # Imported here: the dictionary costs a third of a second, once, on writing.
    from pypinyin import Style, pinyin

    found = pinyin(character, style=Style.NORMAL, heteronym=True)
    plain = [reading for readings in found for reading in readings if reading]
    readings = [*SURNAME_READINGS.get(character, ()), *plain]
    spellings = (SPELLINGS_OF_V.get(reading, (reading,)) for reading in readings)
    return tuple(_unique(spelling for group in spellings for spelling in group))


def search_pattern(query: str) -> str:
    """The SQL LIKE pattern (escape \\) that finds a query in `search_keys`.

    Letters must begin a key; Chinese characters may stand anywhere in the name.
    """
    folded = _escaped(_folded(query))
    starts_key = all(not _is_han(character) for character in folded)
    return f"% {folded}%" if starts_key else f"%{folded}%"


def pattern_within(text: str) -> str:
    """The SQL LIKE pattern (escape \\) of whatever holds this text in small letters;
    characters nobody sees are left out (PostgreSQL takes no NUL)."""
    seen = "".join(c for c in text if c.isprintable())
    return f"%{_escaped(seen.strip().lower())}%"


def _escaped(text: str) -> str:
    for special in "\\%_":
        text = text.replace(special, f"\\{special}")
    return text


def matches(query: str, keys: str) -> bool:
    """Whether a query finds the name with these `search_keys`; blank finds none."""
    folded = _folded(query)
    if not folded:
        return False
    if any(_is_han(character) for character in folded):
        return folded in keys
    return f" {folded}" in keys


def _combined(choices: list[list[str]], limit: int) -> list[str]:
    """Joined combinations; the surname varies fastest, so a limit keeps it whole."""
    turned: Iterator[tuple[str, ...]] = product(*reversed(choices))
    return ["".join(reversed(parts)) for parts in islice(turned, limit)]


def _letters(name: str) -> list[str]:
    return [character for character in _folded(name) if character.isalnum()]


def _folded(text: str) -> str:
    """Half width, lower case, no blanks, dots or apostrophes."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return "".join(c for c in plain if not c.isspace() and c not in "·'’`-")


def _unique(items: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(items))


def _is_han(character: str) -> bool:
    return unicodedata.name(character, "").startswith("CJK UNIFIED") or (
        character in "〇々"
    )


# Showing


def surname_of(name: str) -> str:
    """The surname (王, 欧阳), or what stands before the dot (买买提·吐尔逊)."""
    plain = tidy(name)
    first, dot, _ = plain.partition("·")
    if dot and len(first) > 1:
        return first
    return plain[:2] if plain[:2] in COMPOUND_SURNAMES and plain[2:] else plain[:1]


def masked_name(name: str) -> str:
    """王*英, 王* for two characters, 欧阳*; never the whole name."""
    plain = tidy(name)
    surname = plain[:1] if "·" in plain else surname_of(plain)
    given = plain[len(surname) :]
    if not given:
        return "*" if plain else ""
    if len(given) == 1:
        return f"{surname}*"
    return f"{surname}{'*' * (len(given) - 1)}{given[-1]}"


def surname_with_title(
    name: str,
    sex: str | None,
    titles: tuple[str, str, str] = ("奶奶", "爷爷", "老人"),
) -> str:
    """王奶奶, 李爷爷, 赵老人: strict mode's form of a name.

    `sex` is "female", "male" or None; `titles` in that order, so that a page in
    another language may bring its own.
    """
    woman, man, either = titles
    return surname_of(name) + {"female": woman, "male": man}.get(sex or "", either)


def initials(name: str) -> str:
    """W.X.Y., for the safety slip: the first reading of each character."""
    letters = [sorted_readings(character)[0][0] for character in _letters(name)]
    return "".join(f"{letter.upper()}." for letter in letters)


def phone_tail(phone: str, digits: int = 4) -> str:
    """The last digits of a phone, for recognising it without knowing it."""
    numbers = "".join(character for character in phone if character.isdigit())
    return numbers[-digits:]


def masked_phone(phone: str) -> str:
    """138****8000; landlines keep area code and tail. Hides at least four digits."""
    area, dash, number = phone.rpartition("-")
    if dash:
        return f"{area}-{'*' * max(len(number) - 2, 4)}{number[-2:]}"
    if len(number) <= 4:
        return "*" * len(number)
    if len(number) < 11:
        return "*" * (len(number) - 2) + number[-2:]
    return f"{number[:3]}****{number[-4:]}"


def masked_id_number(id_number: str) -> str:
    """3***************1X: first digit and last two, nothing of the birth date."""
    if len(id_number) < 6:
        return "*" * len(id_number)
    return f"{id_number[0]}{'*' * (len(id_number) - 3)}{id_number[-2:]}"
