"""What stands on each paper, before it is drawn.

Frozen values in the reader's words: templates only lay them out, tests build them by
hand, and their digest decides whether a paper on the wall is still true. A paper does
not know its own number, version or print time; those are its `Stamp`.
"""

import hashlib
import json
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from functools import cache, cached_property
from typing import Any, ClassVar

from app.i18n import N_

KINDS = {
    "production": N_("备餐单"),
    "packing": N_("分装表"),
    "purchase": N_("采购单"),
    "purchase_order": N_("订货单"),
    "sheet": N_("送餐单"),
    "load": N_("装箱卡"),
    "labels": N_("餐盒标签"),
    "unplaced": N_("待解决名单"),
    "weather": N_("恶劣天气名单"),
    "feedback": N_("意见条"),
    "roster": N_("就餐名单"),
    "menu": N_("一周菜单"),
    "cards": N_("就餐卡"),
    "balance": N_("当日对账单"),
    "settlement": N_("月度结算表"),
    "claim": N_("申领单"),
    "statement": N_("季度结算表"),
    "notice": N_("公示表"),
    "inspection": N_("检查资料"),
    "recall": N_("召回名单"),
    "slip": N_("变更单"),
}
"""Every kind of paper and its title, in the order of the morning."""


def digest_of(content: object) -> str:
    """Stands for values of dataclasses: the same values, the same digest."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, default=_written)
    return hashlib.sha256(text.encode()).hexdigest()


def facts_on(value: Any) -> dict[str, Any]:
    """The fields of a dataclass as they are: `asdict` would copy all that is in them,
    which takes longer than everything else about a morning's papers."""
    return {name: getattr(value, name) for name in _names_of(value.__class__)}


@cache
def _names_of(kind: type) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind))


def _written(value: Any) -> Any:
    return facts_on(value) if is_dataclass(value) else str(value)


@dataclass(frozen=True)
class Stamp:
    """Which print this is. `printed_at` is local wall clock, "11-24 09:20"."""

    number: int
    version: int
    printed_at: str
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class Paper:
    """What all papers have: whose, for which day and meal, about what, for whom."""

    kind: ClassVar[str]
    template: ClassVar[str]
    frame: ClassVar[str] = "a4"
    pdf_variant: ClassVar[str | None] = None

    kitchen: str
    phone: str
    day: date
    meal: str
    operator: str = ""
    subject: str = "all"
    holder: str = ""

    @cached_property
    def digest(self) -> str:
        """Stands for everything printed: same digest, same paper."""
        return digest_of({"kind": self.kind, **facts_on(self)})

    @property
    def title(self) -> str:
        """The Chinese name of the paper; translated where it is shown."""
        return KINDS[self.kind]

    def lines(self) -> dict[str, str]:
        """Key → text of each line a later version could change."""
        return {}


# What several papers share


@dataclass(frozen=True)
class Load:
    """So many portions of one diet group. `key` is the group, `words` its name."""

    key: str
    words: str
    portions: int
    special: bool = False  # anything but the regular box


@dataclass(frozen=True)
class Unplaced:
    """A person who must not be forgotten: eats today and is on no round."""

    number: str
    name: str
    place: str
    phone_tail: str
    diet: tuple[str, ...]
    portions: int
    why: str
