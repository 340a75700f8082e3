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
from zoneinfo import ZoneInfo

from app import words
from app.i18n import translate
from app.settings import Settings
from kitchen.errors import Refusal


@cache
def sentences() -> Mapping[str, str]:
    """Every known code and its Chinese sentence; a test sees to one home for each."""
    merged: dict[str, str] = {}
    for area in areas().values():
        for code, sentence in area.items():
            merged.setdefault(code, sentence)
    return merged


@cache
def areas() -> Mapping[str, Mapping[str, str]]:
    """area → its codes and sentences."""
    return {
        module.name: getattr(
            importlib.import_module(f"app.words.{module.name}"), "SENTENCES", {}
        )
        for module in pkgutil.iter_modules(words.__path__)
    }


def sentence_for(refusal: Refusal) -> str:
    """What to tell the reader; an unknown code still says which rule it was."""
    message = sentences().get(refusal.code)
    if message is None:
        return translate("不能这样做（{code}）", code=refusal.code)
    facts = {name: shown(fact, name) for name, fact in refusal.facts.items()}
    for _literal, name, _spec, _conversion in string.Formatter().parse(message):
        if name:
            facts.setdefault(name, "…")  # raised with a fact too few: still told
    return translate(message, **facts)


def shown(fact: object, name: str = "") -> object:
    """Words of the product are translated, instants shown on the kitchen's wall
    clock, fen (`*_fen`) as yuan."""
    if isinstance(fact, str):
        return translate(fact)
    if isinstance(fact, dt.datetime):
        return fact.astimezone(_zone()).strftime("%H:%M")
    if isinstance(fact, dt.time):
        return fact.strftime("%H:%M")
    if name.endswith("_fen") and isinstance(fact, int):
        return f"{fact / 100:.2f}"
    return fact


@cache
def _zone() -> ZoneInfo:
    return Settings().timezone
