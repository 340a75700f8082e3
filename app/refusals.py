"""The sentence for each refusal code, in the reader's language.

Each area keeps its own sentences in `app/words/<area>.py` as `SENTENCES`, a dict of
code → Chinese message with the refusal's facts in braces; they are merged here.
"""

import datetime as dt
import importlib
import pkgutil
import string
from collections.abc import Mapping
from functools import cache

from app import words
from app.i18n import translate
from kitchen.errors import Refusal


@cache
def sentences() -> Mapping[str, str]:
    """Every known code and its Chinese sentence; a code has one home."""
    merged: dict[str, str] = {}
    for module in pkgutil.iter_modules(words.__path__):
        area = importlib.import_module(f"app.words.{module.name}")
        for code, sentence in getattr(area, "SENTENCES", {}).items():
            if merged.setdefault(code, sentence) != sentence:
                raise RuntimeError(f"two sentences for {code!r}: see app/words")
    return merged


def sentence_for(refusal: Refusal) -> str:
    """What to tell the reader; an unknown code still says which rule it was."""
    message = sentences().get(refusal.code)
    if message is None:
        return translate("不能这样做（{code}）", code=refusal.code)
    facts = {name: shown(fact) for name, fact in refusal.facts.items()}
    for _literal, name, _spec, _conversion in string.Formatter().parse(message):
        if name:
            facts.setdefault(name, "…")  # raised with a fact too few: still told
    return translate(message, **facts)


def shown(fact: object) -> object:
    """Words of the product are translated, times cut to the minute."""
    if isinstance(fact, str):
        return translate(fact)
    if isinstance(fact, dt.time):
        return fact.strftime("%H:%M")
    return fact
