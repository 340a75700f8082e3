"""A closed month's claim on each funder: what is asked, what was paid, how old the
rest is. Meals are claimed where they were eaten and for the community of their day.
"""

from kitchen.claim_packs import (
    Claimant,
    ClaimPack,
    by_funder,
    claimants,
    of_community,
    pack_of,
    packs_for,
)
from kitchen.claim_payments import (
    BUCKETS,
    ClaimPayment,
    OpenClaim,
    PaymentFacts,
    ageing,
    bucket_of,
    open_claims,
    payments_for,
    record_payment,
    undo_payment,
)

__all__ = [
    "BUCKETS",
    "ClaimPack",
    "ClaimPayment",
    "Claimant",
    "OpenClaim",
    "PaymentFacts",
    "ageing",
    "bucket_of",
    "by_funder",
    "claimants",
    "of_community",
    "open_claims",
    "pack_of",
    "packs_for",
    "payments_for",
    "record_payment",
    "undo_payment",
]
