"""Words of what the doors say about a person."""

from app.i18n import N_

ALERTS = {
    "container_outside": N_("上次的餐盒还在门外"),
    "changed": N_("和平时不一样"),
    "refused": N_("连续三餐拒收"),
    "not_eaten": N_("连续三餐没吃"),
    "not_seen": N_("连续三餐没见到本人"),
}
