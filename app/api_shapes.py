"""The shapes of the JSON interface: what goes in, what comes out, how errors look.

Amounts are whole fen, days ISO dates, instants ISO with offset (UTC). An unknown field
in a body is an error, so that a typing mistake is not silently ignored.
"""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Annotated, Any, Literal, cast

from litestar import Request
from litestar._openapi.schema_generation.plugins.struct import StructSchemaPlugin
from litestar.exceptions import HTTPException
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Schema
from litestar.plugins import OpenAPISchemaPlugin
from litestar.response import Response
from litestar.typing import FieldDefinition
from msgspec import Meta, Struct, inspect

from app.i18n import translate as _
from app.typed import PLAIN

Name = Annotated[str, Meta(min_length=1, max_length=40, pattern=PLAIN)]
Line = Annotated[str, Meta(max_length=200, pattern=PLAIN)]
RowId = Annotated[int, Meta(ge=1, le=2_147_483_647)]
MealName = Literal["breakfast", "lunch", "dinner"]
Payment = Literal["cash", "account", "voucher", "later"]


class Error(Struct):
    """Every "no". `code` is fixed, for programs; `message` is for people, in their
    language; `facts` are what the message speaks of."""

    code: str
    message: str
    facts: dict[str, Any]


class Body(Struct, forbid_unknown_fields=True):
    """A body that may hold what is written here and nothing else."""


# Meals


class MealIn(Body, kw_only=True):
    """One meal over the counter. `id` is made by the sender, once for each meal: sent
    again with the same content it is answered again and not recorded again."""

    id: uuid.UUID
    point: RowId
    day: dt.date
    meal: MealName
    elder: RowId | None = None
    card: Annotated[str, Meta(max_length=40)] | None = None
    tariff: Literal["subsidised", "full"] = "subsidised"
    payment: Payment = "cash"
    amount_shown_fen: Annotated[int, Meta(ge=0, le=1_000_000)] | None = None
    channel: Literal["table", "collect"] = "table"
    source: Literal["till", "paper", "telephone"] = "till"
    reason: Line = ""


class PayerOut(Struct):
    payer: str
    fen: int
    why: str


class MealAnswer(Struct):
    """What was recorded; the same for the first sending and every repetition."""

    meal_id: int
    list_price_fen: int
    self_pay_fen: int
    lines: list[PayerOut]


class MealOut(Struct):
    id: int
    day: dt.date
    meal: str
    elder: int | None
    name: str
    channel: str
    point: int | None
    tariff: str
    list_price_fen: int
    self_pay_fen: int
    payment: str
    source: str
    served_at: dt.datetime
    by: str
    voided: bool


class VoidIn(Body):
    reason: Annotated[str, Meta(min_length=1, max_length=80)]


# People


class PersonOut(Struct):
    """Somebody found. Phones and ID numbers are not given out here."""

    id: int
    number: str
    name: str
    age: int
    sex: str
    point: int | None
    state: str
    diet: str
    diet_words: list[str]


# Headcounts


class SpareIn(Body):
    """Portions without a name: `point` null rides along with the rounds."""

    kind: Literal["walk_in", "spare"]
    portions: Annotated[int, Meta(ge=1, le=2_000)]
    point: RowId | None = None
    diet_key: Annotated[str, Meta(min_length=1, max_length=80)] = "regular"


class CloseIn(Body):
    spares: list[SpareIn] = []


class EaterOut(Struct):
    diner: int
    elder: int
    number: str
    name: str
    way: str
    point: int | None
    portions: int
    size: str
    choice: str
    diet: str
    change: str


class SpareOut(Struct):
    id: int
    point: int | None
    kind: str
    diet_key: str
    portions: int


class WaitOut(Struct):
    """Somebody who eats and for whom a word is missing: where the meal goes
    (`unplaced`), or what there is instead of these dishes."""

    elder: int
    unplaced: bool
    dishes: list[str]


class HeadcountOut(Struct):
    day: dt.date
    meal: str
    closed: bool
    closed_at: dt.datetime | None
    closed_by: str
    portions: int
    eaters: list[EaterOut]
    spares: list[SpareOut]
    waits: list[WaitOut]


# Rounds and stops


class SolveIn(Body):
    seconds: Annotated[int, Meta(ge=1, le=600)] | None = None


class JobOut(Struct):
    id: int
    kind: str
    state: str
    percent: int
    note: str
    over: bool
    location: str


class PublishIn(Body):
    """`override`: who agreed to what is late or left out, and why."""

    override: Line = ""


class OutcomeOut(Struct):
    delivery_id: int
    outcome: str
    reported_by: str
    received_by: str
    handed_over: bool
    at: dt.datetime


class StopOut(Struct):
    id: int
    code: str
    position: int
    kind: str
    name: str
    place: str
    portions: int
    planned_at: dt.datetime | None
    outcome: OutcomeOut | None


class BeginsOut(Struct):
    """A round that begins at a dining point: which, and the round that brings its
    crate there, leaving the kitchen and arriving when (null while nobody brings it)."""

    point_id: int
    point: str
    brought_by_round: int | None
    left_kitchen_at: dt.datetime | None
    at: dt.datetime | None


class RoundOut(Struct):
    """`begins` null: at the kitchen."""

    id: int
    number: int
    driver: str
    begins: BeginsOut | None
    depart_at: dt.datetime | None
    back_at: dt.datetime | None
    returned: bool
    stops: list[StopOut]


class TravelOut(Struct):
    """What the plan's times were made of: `straight_line`, or `osrm` with how many of
    so many ways between places fell back to the straight line."""

    provider: str = "straight_line"
    pairs: int = 0
    straight: int = 0


class RoundsOut(Struct):
    """`version` 0: nothing is planned yet. Outcomes belong to the published plan."""

    day: dt.date
    meal: str
    plan_id: int
    version: int
    published: bool
    digest: str
    travel: TravelOut
    rounds: list[RoundOut]
    waiting: list[StopOut]


class OutcomeIn(Body, kw_only=True):
    """What happened at a stop, and who says so. At a dining point `outcome` is
    "point", with portions, temperature (°C × 10) and who signed."""

    outcome: Literal[
        "elder",
        "family",
        "neighbour",
        "agreed_place",
        "no_answer",
        "refused",
        "away",
        "point",
    ]
    reported_by: Name
    received_by: Annotated[str, Meta(max_length=40)] = ""
    condition: Literal["", "normal", "changed"] = ""
    note: Line = ""
    happened_at: Annotated[dt.datetime, Meta(tz=True)] | None = None
    payment: Payment = "later"
    tariff: Literal["subsidised", "full"] = "subsidised"
    portions: Annotated[int, Meta(ge=0, le=5_000)] | None = None
    decidegrees: Annotated[int, Meta(ge=-300, le=1_200)] | None = None


class DeliveryOut(Struct):
    delivery_id: int


class ReturnIn(Body, kw_only=True):
    """A round's sheet came back: the rest was handed over as planned, says who."""

    reported_by: Name
    sheet: Annotated[int, Meta(ge=1, le=9_999)] | None = None
    version: Annotated[int, Meta(ge=1, le=999)] | None = None
    left_at: Annotated[dt.datetime, Meta(tz=True)] | None = None
    cash_fen: Annotated[int, Meta(ge=0, le=10_000_000)] = 0
    boxes_back: Annotated[int, Meta(ge=0, le=999)] = 0
    payment: Payment = "later"
    note: Line = ""


class ReturnOut(Struct):
    closed_stops: int


# Balance and checks


class BalanceLineOut(Struct):
    place: str
    ordered: int
    spares: int
    portioned: int
    loaded: int
    received: int
    moved: int
    handed_over: int
    returned: int
    wasted: int
    claimed: int


class DifferenceOut(Struct):
    key: str
    code: str
    place: str
    what: str
    expected: int
    found: int
    note: str


class BalanceOut(Struct):
    day: dt.date
    meal: str
    planned: int
    cooked: int
    lines: list[BalanceLineOut]
    differences: list[DifferenceOut]
    open: int
    closed: bool
    seal: str


class CheckOut(Struct):
    code: str
    ok: bool
    checked: int
    fault: str
    note: str


class VerifyOut(Struct):
    ok: bool
    checks: list[CheckOut]


# The document ---------------------------------------------------------------------


class ClosedBodies(OpenAPISchemaPlugin):
    """Says in the OpenAPI document what `Body` does: no fields but these."""

    def is_plugin_supported_field(self, field_definition: FieldDefinition) -> bool:
        return not field_definition.is_union and field_definition.is_subclass_of(Body)

    def to_openapi_schema(
        self, field_definition: FieldDefinition, schema_creator: Any
    ) -> Schema:
        plain = StructSchemaPlugin()
        schema = plain.to_openapi_schema(field_definition, schema_creator)
        schema.additional_properties = False
        held: Any = inspect.type_info(field_definition.annotation)
        for one in held.fields:  # Litestar loses a limit of 0 on `int | None`
            for arm in getattr(one.type, "types", ()):
                if isinstance(arm, inspect.IntType) and arm.ge == 0:
                    cast(Schema, (schema.properties or {})[one.encode_name]).minimum = 0
        return schema


# Errors -----------------------------------------------------------------------

_WORDS = {
    400: "The body or the address cannot be read",
    401: "Nobody is signed in",
    403: "Not for this role, or the X-CSRF-Token is missing or old",
    404: "No such thing, or not within reach of this account",
    409: "A rule of the business says no; `code` tells which",
    413: "The body is too large",
    415: "The body is not JSON",
    421: "The Host header is not ours",
    422: "The id was used before with other content (`act_tampered`)",
    429: "Too many tries",
    500: "A fault of ours; nothing was saved",
    503: "Busy; nothing was saved, try again",
}


def answers(*more: int) -> dict[int, ResponseSpec]:
    """The errors a route may answer with, for the OpenAPI document."""
    common = (400, 401, 403, 404, 421, 503)
    return {
        status: ResponseSpec(Error, description=_WORDS[status], generate_examples=False)
        for status in sorted({*common, *more})
    }


READS = answers()
WRITES = answers(409, 413, 415, 422)


def unreadable(_request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """A body that is not as documented: which field, and what is wrong with it."""
    extra: Any = error.extra if isinstance(error.extra, list) else []
    fields = {
        str(one.get("key", "body")): str(one.get("message", ""))
        for one in extra
        if isinstance(one, Mapping)
    }
    said = "；".join(f"{name}: {what}" for name, what in fields.items())
    message = _("请求读不懂：{what}", what=said or error.detail)
    held = Error("bad_body", message, {"fields": fields})
    return Response(held, status_code=400, media_type="application/json")
