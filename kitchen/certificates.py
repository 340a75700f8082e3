"""Papers with a last day: health certificate and training, without which nobody
touches food; for drivers also licence and insurance, see `kitchen.driver_papers`.

The one home of certificates, for kitchen hands, drivers and volunteers alike. A
certificate is a row; a wrong one is taken back by a row of its own, a renewed one is
simply a newer row. What is missing is a refusal's code.

Source of the rule: Food Safety Law of the PRC art. 45 (yearly health certificate for
whoever touches food for direct eating) and GB 31654-2021 (training before work). The
validity is what the certificate says, so nothing is counted here.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from piccolo.columns import Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen import acts, audit
from kitchen.database import insert, lock_for, one, rows, writing
from kitchen.errors import Refusal
from kitchen.places import Kitchen
from kitchen.staff import Actor

HOLDERS = ("hand", "driver", "volunteer")
"""Whose id `holder` is: a kitchen hand's, a driver's, a volunteer's."""
FOOD_KINDS = ("health", "training")
DRIVER_KINDS = ("health", "licence", "insurance", "training")
KINDS_OF: Mapping[str, Sequence[str]] = {
    "hand": FOOD_KINDS,
    "driver": DRIVER_KINDS,
    "volunteer": DRIVER_KINDS,
}
NEEDED_FOR_FOOD = FOOD_KINDS
SOON = timedelta(days=30)
"""How long before its end a certificate is asked for again (ours; editable here)."""


class Certificate(Table, tablename="certificate"):
    """One certificate of one person. `expires_on` NULL: it does not end."""

    kitchen = ForeignKey(Kitchen, null=False)
    holder_kind = Text()  # hand | driver | volunteer
    holder = Integer()
    kind = Text()  # health | training | licence | insurance
    number = Text()
    issued_on = Date()
    expires_on = Date(null=True)
    at = Timestamptz()
    by = Text()


class CertificateVoid(Table, tablename="certificate_void"):
    """The entry was wrong."""

    certificate = ForeignKey(Certificate, null=False)
    reason = Text()
    at = Timestamptz()
    by = Text()


# Facts and rules --------------------------------------------------------------


@dataclass(frozen=True)
class CertificateFacts:
    """A certificate that counts."""

    id: int
    holder_kind: str
    holder_id: int
    kind: str
    number: str
    issued_on: date
    expires_on: date | None
    at: datetime
    by: str

    def is_valid_on(self, day: date) -> bool:
        """Valid from the day of issue to the last day printed on it, inclusive."""
        return self.issued_on <= day and (
            self.expires_on is None or day <= self.expires_on
        )


@dataclass(frozen=True)
class Gap:
    """What stands between a person and food. `code` is the refusal's; `on` the last
    day of the newest certificate of that kind, None when there never was one."""

    code: str
    kind: str
    on: date | None = None


MISSING = {
    "health": "health_certificate_missing",
    "training": "training_missing",
    "licence": "licence_missing",
    "insurance": "insurance_missing",
}
EXPIRED = {
    "health": "health_certificate_expired",
    "training": "training_expired",
    "licence": "licence_expired",
    "insurance": "insurance_expired",
}


def gaps(
    certificates: Iterable[CertificateFacts],
    day: date,
    needed: Sequence[str] = NEEDED_FOR_FOOD,
) -> list[Gap]:
    """What is missing or expired on a day, in the order of `needed`."""
    held = list(certificates)
    found = []
    for kind in needed:
        mine = [each for each in held if each.kind == kind]
        if any(each.is_valid_on(day) for each in mine):
            continue
        over = [e.expires_on for e in mine if e.expires_on and e.expires_on < day]
        if over:
            found.append(Gap(EXPIRED[kind], kind, max(over)))
        else:
            found.append(Gap(MISSING[kind], kind))
    return found


def ends_on(certificates: Iterable[CertificateFacts], kind: str) -> date | None:
    """The last day on which a certificate of this kind is good; None when there is
    none or it does not end."""
    ends = [each.expires_on for each in certificates if each.kind == kind]
    return None if not ends or None in ends else max(e for e in ends if e)


# Readers ----------------------------------------------------------------------

Held = Mapping[int, tuple[CertificateFacts, ...]]

_CERTIFICATES = (
    "SELECT c.* FROM certificate c LEFT JOIN certificate_void v"
    " ON v.certificate = c.id WHERE v.id IS NULL"
)


async def certificates_of(holder_kind: str, holders: Collection[int]) -> Held:
    """The certificates of these people that count, newest first; everyone asked for
    has an entry."""
    found = await rows(
        _CERTIFICATES + " AND c.holder_kind = {} AND c.holder IN {} ORDER BY c.id DESC",
        holder_kind,
        sorted(set(holders)),
    )
    held: dict[int, list[CertificateFacts]] = {holder: [] for holder in holders}
    for row in found:
        held[row["holder"]].append(_facts(row))
    return {holder: tuple(mine) for holder, mine in held.items()}


async def certificate_of(kitchen_id: int, certificate_id: int) -> CertificateFacts:
    """One certificate of this kitchen; refuses `certificate_unknown`."""
    row = await one(
        _CERTIFICATES + " AND c.id = {} AND c.kitchen = {}", certificate_id, kitchen_id
    )
    if row is None:
        raise Refusal("certificate_unknown")
    return _facts(row)


async def refuse_unfit(
    holder_kind: str,
    holder_id: int,
    name: str,
    day: date,
    needed: Sequence[str] = NEEDED_FOR_FOOD,
) -> None:
    """Refuses `health_certificate_missing`, `health_certificate_expired`,
    `training_missing` or `training_expired`: ask before anybody is assigned to food."""
    held = await certificates_of(holder_kind, [holder_id])
    for gap in gaps(held[holder_id], day, needed):
        raise Refusal(gap.code, name=name, on=gap.on or "")


def _facts(row: Mapping[str, Any]) -> CertificateFacts:
    values = {**row, "holder_id": row["holder"]}
    names = CertificateFacts.__annotations__
    return CertificateFacts(**{name: values[name] for name in names})


# Verbs ------------------------------------------------------------------------


async def record_certificate(
    kitchen_id: int,
    holder_kind: str,
    holder_id: int,
    kind: str,
    number: str,
    issued_on: date,
    expires_on: date | None,
    *,
    act: str = "",
    by: Actor,
    now: datetime,
) -> int:
    """A person showed a certificate; the original was seen. Refuses
    `certificate_backwards`, `certificate_future`."""
    if holder_kind not in HOLDERS or kind not in KINDS_OF[holder_kind]:
        raise ValueError(f"no certificate {kind!r} of a {holder_kind!r}")
    if expires_on is not None and expires_on < issued_on:
        raise Refusal("certificate_backwards", issued=issued_on, expires=expires_on)
    if issued_on > now.astimezone(audit.LOCAL_ZONE).date():
        raise Refusal("certificate_future", issued=issued_on)
    body = {
        "kitchen": kitchen_id,
        "holder_kind": holder_kind,
        "holder": holder_id,
        "kind": kind,
        "number": number.strip(),
        "issued_on": issued_on,
        "expires_on": expires_on,
    }

    async def do() -> dict[str, Any]:
        key = await insert(Certificate, **body, at=now, by=by.name)
        await _record("certificate.add", key, by, now, body)
        return {"id": key}

    async with writing():
        answer, _repeated = await acts.once_if(act, by.name, now, body, do)
    return int(answer["id"])


async def void_certificate(
    kitchen_id: int, certificate_id: int, reason: str, *, by: Actor, now: datetime
) -> None:
    """Take a wrong entry back; twice is harmless. Refuses `reason_missing`,
    `certificate_unknown`."""
    if not reason.strip():
        raise Refusal("reason_missing")
    async with writing():
        await lock_for("certificate", certificate_id)
        gone = await rows(
            "SELECT v.id FROM certificate_void v JOIN certificate c"
            " ON c.id = v.certificate WHERE c.id = {} AND c.kitchen = {}",
            *(certificate_id, kitchen_id),
        )
        if gone:
            return
        facts = await certificate_of(kitchen_id, certificate_id)
        await insert(
            CertificateVoid,
            certificate=facts.id,
            reason=reason.strip(),
            at=now,
            by=by.name,
        )
        told = {"holder_kind": facts.holder_kind, "holder": facts.holder_id}
        await _record("certificate.void", facts.id, by, now, told, reason.strip())


async def _record(
    action: str,
    certificate_id: int,
    by: Actor,
    now: datetime,
    after: Mapping[str, object],
    reason: str = "",
) -> None:
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action=action,
        object_kind="certificate",
        object_id=certificate_id,
        after=after,
        reason=reason,
    )
