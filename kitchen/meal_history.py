"""What one person has eaten, newest first."""

from dataclasses import dataclass
from datetime import date, datetime

from kitchen.database import rows


@dataclass(frozen=True)
class EatenFacts:
    """One portion handed to a person; `voided` = taken back by a reversing entry."""

    id: int
    day: date
    meal: str
    channel: str  # table | collect | door
    point_id: int | None
    tariff: str  # subsidised | full
    list_price_fen: int
    self_pay_fen: int
    payment: str
    served_at: datetime
    by: str
    voided: bool


async def eaten_by(elder_id: int, limit: int = 100) -> list[EatenFacts]:
    """The last portions of a person, those taken back included and marked."""
    found = await rows(
        "SELECT m.id AS id, m.day AS day, m.meal AS meal, m.channel AS channel,"
        " m.point AS point_id, m.tariff AS tariff,"
        " m.list_price_fen AS list_price_fen, m.self_pay_fen AS self_pay_fen,"
        " m.payment AS payment, m.served_at AS served_at, m.by AS by, v.id AS void"
        " FROM meal m LEFT JOIN meal_void v ON v.served = m.id"
        " WHERE m.elder = {} ORDER BY m.day DESC, m.id DESC LIMIT {}",
        elder_id,
        limit,
    )
    return [
        EatenFacts(
            **{
                name: row[name]
                for name in EatenFacts.__annotations__
                if name != "voided"
            },
            voided=row["void"] is not None,
        )
        for row in found
    ]
