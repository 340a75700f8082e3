"""Every table of the product, in the order of the day. Sees all modules."""

from piccolo.table import Table

from kitchen import (
    acts,
    audit,
    balance,
    batches,
    certificates,
    counter_voids,
    delivery_tables,
    dish_variants,
    drivers,
    food,
    hands,
    headcounts,
    ledger,
    leftovers,
    meals,
    menu_cycles,
    menu_days,
    menu_edits,
    menu_proposals,
    menu_rules,
    people_tables,
    place_tables,
    plan_tables,
    prices,
    prints,
    production,
    production_records,
    receipts,
    rounds,
    samples,
    servings,
    settlement,
    shifts,
    staff,
    subsidies,
    transfers,
    trip_temperatures,
)

MODULES = (
    audit,
    acts,
    staff,
    place_tables,
    certificates,
    hands,
    people_tables,
    subsidies,
    ledger,
    plan_tables,
    food,
    dish_variants,
    prices,
    menu_rules,
    menu_days,
    menu_edits,
    menu_cycles,
    menu_proposals,
    headcounts,
    production_records,
    batches,
    samples,
    production,
    prints,
    drivers,
    rounds,
    meals,
    delivery_tables,
    receipts,
    transfers,
    leftovers,
    counter_voids,
    shifts,
    servings,
    trip_temperatures,
    balance,
    settlement,
)

TABLES: tuple[type[Table], ...] = tuple(
    table
    for module in MODULES
    for table in vars(module).values()
    if isinstance(table, type)
    and issubclass(table, Table)
    and table.__module__ == module.__name__
)
