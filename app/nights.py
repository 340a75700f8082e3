"""What is done once a night for every kitchen: who enters or leaves a voucher programme
is proposed, the month's vouchers are granted, those of a past quarter written off.

It runs every hour and does each thing once, so a machine switched off at night catches
up in the morning.
"""

from typing import Any

from kitchen import places, programmes
from kitchen.staff import Actor

NIGHT = Actor(0, "夜间任务", "administrator")


async def run_nights(app: Any) -> None:
    """Every kitchen's night, by the application's clock and zone."""
    now = app.state.clock()
    today = now.astimezone(app.state.settings.timezone).date()
    for kitchen in await places.kitchens():
        await programmes.run_night(kitchen.id, today, by=NIGHT, now=now)
