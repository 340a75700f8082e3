"""Words in the reader's language.

Message ids are Chinese, so Chinese needs no catalogue; English comes from every
`app/locale/en/*.po`, read as plain text at start. Facts are named in braces:
`_("还剩 {minutes} 分", minutes=5)`. An English entry with a plural picks its form
by the fact called `n`.
"""

from collections.abc import Callable
from contextvars import ContextVar
from functools import cache, lru_cache, wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

from babel.messages.pofile import read_po

LANGUAGES = {"zh": "中文", "en": "English"}
LOCALE = {"zh": "zh-CN", "en": "en"}
CATALOGUES = Path(__file__).parent / "locale"

language: ContextVar[str] = ContextVar("language", default="zh")

P = ParamSpec("P")
T = TypeVar("T")

Catalogue = dict[str, str | tuple[str, ...]]


def N_(msgid: str) -> str:
    """Mark a constant for translation; it is translated where it is shown."""
    return msgid


def translate(msgid: str, /, **facts: object) -> str:
    """The message in the language of this request, facts filled in."""
    entry: str | tuple[str, ...] = msgid
    if language.get() == "en":
        entry = english().get(msgid, msgid)
    if isinstance(entry, tuple):
        entry = entry[0] if facts.get("n") == 1 else entry[1]
    return entry.format_map(facts) if facts else entry


_ = translate


def said_once(say: Callable[P, T]) -> Callable[P, T]:
    """Words for facts that thousands have in common: put together once in each
    language."""

    def in_tongue(_tongue: str, *args: P.args, **kwargs: P.kwargs) -> T:
        return say(*args, **kwargs)

    known: Callable[..., T] = lru_cache(maxsize=4096)(in_tongue)

    @wraps(say)
    def said(*args: P.args, **kwargs: P.kwargs) -> T:
        return known(language.get(), *args, **kwargs)

    return said


@cache
def english() -> Catalogue:
    """All English entries; a colleague's area is one file, merged here."""
    merged: Catalogue = {}
    for path in sorted((CATALOGUES / "en").glob("*.po")):
        merged.update(read_catalogue(path))
    return merged


def read_catalogue(path: Path) -> Catalogue:
    """Entries of one .po file; untranslated and fuzzy ones are left out."""
    with path.open("rb") as file:
        catalogue = read_po(file, locale="en")
    entries: Catalogue = {}
    for message in catalogue:
        if not message.id or message.fuzzy:
            continue
        forms = message.string or ""
        if isinstance(message.id, str):
            if forms:
                entries[message.id] = str(forms)
        elif all(forms):
            entries[message.id[0]] = tuple(forms)
    return entries
