"""Which accounts one meal moves: who pays is debited, the kitchen credited."""

from collections import Counter

from kitchen import ledger
from kitchen.errors import Refusal
from kitchen.meal_tables import Serving
from kitchen.pricing import Price
from kitchen.purses import purse_of
from kitchen.registry import ElderFacts
from kitchen.tariffs import DISCOUNT, GRANT, SELF


async def movements_of(
    serving: Serving, price: Price, person: ElderFacts | None
) -> dict[str, int]:
    """Debit whoever pays, credit the kitchen; the delivery fee and the operator's
    subsidy are credited apart. Vouchers leave the purse as their funder begins to owe
    them."""
    movements = Counter[str]()
    for line in price.lines:
        movements[_account(line.payer, serving)] += line.fen
        if line.payer.startswith(GRANT) and person is not None:
            movements[purse_of(person)] += line.fen
            movements[f"issued:{serving.kitchen_id}"] -= line.fen
    for extra in price.extras:
        if extra.payer != SELF:
            movements[_account(extra.payer, serving)] += extra.fen
        movements[f"{extra.kind}:{serving.kitchen_id}"] -= extra.fen
    if price.due_fen:
        movements[await _self_payer(serving, price.due_fen)] += price.due_fen
    if price.list_price_fen:
        movements[f"kitchen:{serving.kitchen_id}"] -= price.list_price_fen
    return movements


def _account(payer: str, serving: Serving) -> str:
    """The account of a payer; what the operator concedes is the kitchen's own."""
    return f"discount:{serving.kitchen_id}" if payer == DISCOUNT else payer


async def _self_payer(serving: Serving, fen: int) -> str:
    if serving.payment == "cash" or serving.elder_id is None:
        place = serving.point_id or f"kitchen-{serving.kitchen_id}"
        return f"cash:{place}"
    if serving.payment == "voucher":
        return f"voucher:{serving.elder_id}"
    if serving.payment == "account":
        credit = await ledger.credit_of(serving.elder_id)
        if credit < fen:
            raise Refusal("balance_too_low", balance_fen=credit, needed_fen=fen)
    return f"elder:{serving.elder_id}"
