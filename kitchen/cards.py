"""Cards lost and replaced: a blocked card is told apart from one nobody knows."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from kitchen import acts
from kitchen.audit import LOCAL_ZONE
from kitchen.database import lock_for, one, rows, update_row, writing
from kitchen.elders import elder_by_id
from kitchen.errors import Refusal
from kitchen.people_changes import add_card
from kitchen.people_tables import Card
from kitchen.people_trace import trace
from kitchen.staff import Actor

MOST_CARDS = 99  # of one person: two digits behind the member number


@dataclass(frozen=True)
class BlockedCard:
    """A card that named somebody once, and since when it does not."""

    elder_id: int
    number: str
    since: date
    reason: str

    def refusal(self) -> Refusal:
        """What the till answers; it names nobody, since a finder may hold the card."""
        return Refusal(
            "card_blocked",
            tail=self.number[-4:],
            since=self.since,
            reason=self.reason,
        )


# Readers ----------------------------------------------------------------------


async def blocked_card(number: str, kitchen_id: int) -> BlockedCard | None:
    """The blocked card of that number, unless the number names somebody again."""
    found = await rows(
        "SELECT c.elder AS elder, c.blocked_at AS blocked_at,"
        " c.blocked_reason AS reason FROM card c JOIN elder e ON e.id = c.elder"
        " WHERE c.number = {} AND e.kitchen = {} ORDER BY c.blocked_at",
        number,
        kitchen_id,
    )
    if not found or any(row["blocked_at"] is None for row in found):
        return None
    last = found[-1]
    since = last["blocked_at"].astimezone(LOCAL_ZONE).date()
    return BlockedCard(last["elder"], number, since, last["reason"])


async def blocked_numbers(elder_ids: Collection[int]) -> list[str]:
    """Whole numbers of these people's blocked cards that name nobody any more."""
    found = await rows(
        "SELECT DISTINCT c.number AS number FROM card c WHERE c.elder IN {}"
        " AND c.blocked_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM card d"
        " WHERE d.number = c.number AND d.blocked_at IS NULL) ORDER BY c.number",
        list(elder_ids),
    )
    return [row["number"] for row in found]


async def member_cards(elder_ids: Collection[int]) -> dict[int, str]:
    """elder → the number on the member card that works; without one, no entry."""
    found = await rows(
        "SELECT elder, number FROM card WHERE kind = 'member' AND blocked_at IS NULL"
        " AND elder IN {} ORDER BY id",
        list(elder_ids),
    )
    return {row["elder"]: row["number"] for row in found}


# Verbs ------------------------------------------------------------------------


async def replace_card(
    elder_id: int, reason: str, *, by: Actor, now: datetime, act: str = ""
) -> str:
    """A new member card: the one that worked until now is blocked, the new number is
    the member number with two digits behind it; that number. Sent twice with one `act`
    key it is one card. Refuses `reason_missing`, `cards_used_up`."""
    if not reason.strip():
        raise Refusal("reason_missing")

    async def replace() -> acts.Answer:
        person = await elder_by_id(elder_id)
        await lock_for("member_card", elder_id)
        for row in await rows(
            "SELECT id FROM card WHERE elder = {} AND kind = 'member'"
            " AND blocked_at IS NULL",
            elder_id,
        ):
            values = {"blocked_at": now, "blocked_reason": reason.strip()}
            await update_row(Card, row["id"], values)
        number = await _next_number(person.number)
        await add_card(elder_id, number, "member", by=by, now=now)
        after = {"tail": number[-4:]}
        await trace(
            "card.replace", elder_id, by=by, now=now, after=after, reason=reason.strip()
        )
        return {"number": number}

    async with writing():
        body = {"elder": elder_id, "reason": reason}
        answer, _again = await acts.once_if(act, by.name, now, body, replace)
        return str(answer["number"])


async def _next_number(member: str) -> str:
    """Never one that a card had, or that is somebody's member number."""
    for issue in range(2, MOST_CARDS + 1):
        number = f"{member}{issue:02d}"
        if not await one(
            "SELECT number FROM card WHERE number = {}"
            " UNION ALL SELECT number FROM elder WHERE number = {}",
            number,
            number,
        ):
            return number
    raise Refusal("cards_used_up", number=member)
