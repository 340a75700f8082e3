"""What stands on each paper, before it is drawn: one module for each reader."""

from app.papers.base import KINDS, Load, Paper, Stamp, Unplaced
from app.papers.kitchen import (
    DietBox,
    DishRow,
    GridRow,
    MenuDay,
    MenuPoster,
    PackingGrid,
    PriceRow,
    ProductionSheet,
    PurchaseList,
    PurchaseRow,
)
from app.papers.labels import BoxLabel, LabelLayout, Labels
from app.papers.office import (
    BalanceLine,
    BalanceSheet,
    MoneyTable,
    NamedDifference,
    SettlementSheet,
)
from app.papers.people import MemberCard, MemberCards, Roster, RosterRow
from app.papers.rounds import (
    Card,
    ChangeSlip,
    Contact,
    Difference,
    DriverSheet,
    LoadCard,
    MapPlace,
    Sketch,
    UnplacedList,
    Visit,
)
from app.papers.safety import InspectionPack, RecordTable

__all__ = [
    "KINDS",
    "BalanceLine",
    "BalanceSheet",
    "BoxLabel",
    "Card",
    "ChangeSlip",
    "Contact",
    "DietBox",
    "Difference",
    "DishRow",
    "DriverSheet",
    "GridRow",
    "InspectionPack",
    "LabelLayout",
    "Labels",
    "Load",
    "LoadCard",
    "MapPlace",
    "MemberCard",
    "MemberCards",
    "MenuDay",
    "MenuPoster",
    "MoneyTable",
    "NamedDifference",
    "PackingGrid",
    "Paper",
    "PriceRow",
    "ProductionSheet",
    "PurchaseList",
    "PurchaseRow",
    "RecordTable",
    "Roster",
    "RosterRow",
    "SettlementSheet",
    "Sketch",
    "Stamp",
    "Unplaced",
    "UnplacedList",
    "Visit",
]
