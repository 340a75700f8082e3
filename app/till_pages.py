"""The till's page and what its bar says after an act."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from litestar.response import Response

from app.forms import Form
from app.i18n import N_
from app.i18n import translate as _
from app.rendering import page_or_fragment, yuan
from app.requests import Request
from app.words.payers import payer_words
from kitchen import acts, dining, places, registry
from kitchen.dining import Guest
from kitchen.errors import Refusal
from kitchen.names import masked_name
from kitchen.places import PointFacts

PAYMENTS = {
    "cash": N_("现金"),
    "account": N_("账户"),
    "voucher": N_("餐券"),
    "later": N_("记账"),
}
LIST_LENGTH = 8
SHORTEST_CARD = 6  # digits, as in static/till.js


@dataclass(frozen=True)
class Outcome:
    """What the bar says after an act: tone, words, and what may be done next.

    kind: idle | served | already | walk_in | choose | unknown | bound | booked |
    unbooked | refused. `card` is a card that names nobody yet.
    """

    kind: str
    guest: Guest | None = None
    guests: tuple[Guest, ...] = ()
    self_pay_fen: int = 0
    meal_id: int | None = None
    refusal: Refusal | None = None
    typed: str = ""
    card: str = ""
    booking_id: int | None = None
    booked_for: dt.date | None = None
    list_price_fen: int = 0
    lines: tuple[tuple[str, int], ...] = ()  # payer, fen

    @property
    def customer(self) -> str:
        """What the elder reads: the masked name, the price, who pays what."""
        name = masked_name(self.guest.person.name) if self.guest else _("散客")
        return customer_words(name, self.list_price_fen, self.lines, self.self_pay_fen)


def customer_words(
    masked: str, price_fen: int, lines: Iterable[tuple[str, int]], self_fen: int
) -> str:
    """张*英 · 餐费 13.00 元 · 区级补贴 8.00 元 · 您付 5.00 元"""
    paid = [f"{payer_words(payer)} {yuan(fen)}" for payer, fen in lines if fen]
    price = _("餐费 {amount}", amount=yuan(price_fen))
    own = _("您付 {amount}", amount=yuan(self_fen)) if self_fen else _("您不用付钱")
    return " · ".join([masked, price, *paid, own])


def apart_words(guest: Guest, keys: Sequence[str]) -> list[str]:
    """What tells this person from the others of the same name, to be set in bold."""
    words = {
        "building": "{mark}",
        "birth": N_("{mark} 年生"),
        "id_tail": N_("证件尾号 {mark}"),
        "number": N_("就餐号 {mark}"),
    }
    return [_(words[key], mark=dining.mark_of(guest, key)) for key in keys]


def all_apart(guests: Sequence[Guest]) -> dict[int, list[str]]:
    """elder → the words in bold on the tile."""
    keys = dining.telling_apart(guests)
    return {g.person.id: apart_words(g, keys[g.person.id]) for g in guests}


def card_in(typed: str) -> str:
    """The typed text when it can only be a card: six digits or more."""
    return typed if typed.isdecimal() and len(typed) >= SHORTEST_CARD else ""


def payment_in(typed: str) -> str:
    """A way to pay; cash for anything else."""
    return typed if typed in PAYMENTS else "cash"


async def guest_of(
    form: Form, point: PointFacts, day: dt.date, meal: str
) -> Guest | None:
    """The one person of this kitchen a tile or a button names; None without one."""
    chosen = form.identifier("elder")
    if chosen is None:
        return None
    named = (await registry.elders_by_id([chosen])).values()
    people = [one for one in named if one.kitchen_id == point.kitchen_id]
    found = await dining.guests(people, point.id, day, meal)
    return found[0] if found else None


async def till_page(
    request: Request,
    day: dt.date,
    meal: str,
    point: PointFacts,
    form: Form,
    outcome: Outcome | None = None,
    *,
    status_code: int = 200,
) -> Response[Any]:
    return page_or_fragment(
        request,
        "dining/till.html",
        "dining/_till.html",
        status_code=status_code,
        day=day,
        meal=meal,
        point=point,
        form=form,
        outcome=outcome,
        apart=all_apart(outcome.guests) if outcome else {},
        shell_only=False,
        payment=payment_in(form.raw("payment")),
        payments=PAYMENTS,
        shift=await dining.shift_of(point.id, day, meal),
        totals=await dining.totals_of(point.id, day, meal),
        next_day=await places.next_day_served(point.kitchen_id, day),
        latest=await dining.served_at(point.id, day, meal, LIST_LENGTH),
    )


async def tell_of_tampering(request: Request, form: Form, refusal: Refusal) -> None:
    """One tap's key with another tap's content is kept, for whoever looks into it."""
    if refusal.code == "act_tampered":
        await acts.record_tampering(
            form.raw("act")[:60],
            by=request.actor.name,
            staff_id=request.actor.staff_id,
            at=request.now,
            device=request.device,
        )
