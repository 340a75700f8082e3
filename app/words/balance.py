"""The day's balance in words: its columns, its differences, its refusals."""

from collections.abc import Iterable, Sequence

from app.i18n import N_
from app.i18n import translate as _
from app.words.diets import key_words
from kitchen.balance import Difference

SENTENCES = {
    "difference_unknown": N_("这处差异已经不在了，请刷新再看"),
    "already_noted": N_("这处差异已写明：{note}"),
    "day_unfinished": N_("还有 {count} 处没有交代：{names}"),
    "differences_open": N_("还有 {count} 处差异没有写明原因"),
}

STEPS = {
    "ordered": N_("订餐"),
    "planned": N_("备餐"),
    "cooked": N_("做好"),
    "portioned": N_("贴签、分餐"),
    "loaded": N_("装车"),
    "handed_over": N_("交到手"),
    "returned": N_("退回"),
    "wasted": N_("倒掉"),
    "claimed": N_("申领补贴"),
}
COLUMNS = (
    "ordered",
    "spares",
    "portioned",
    "loaded",
    "received",
    "moved",
    "handed_over",
    "returned",
    "wasted",
    "claimed",
)
COLUMN_WORDS = {
    **STEPS,
    "spares": N_("备份"),
    "received": N_("收到"),
    "moved": N_("调拨"),
}
WORDS = {
    "cooked": N_("{what}：应做 {expected} 份，做了 {found} 份"),
    "sample": N_("{what}：应留样 {expected} 克，留了 {found} 克"),
    "weight": N_(
        "{what}：份数乘每份重量，加上留样和称过的剩余，是 {expected} 克；"
        "出锅称得 {found} 克"
    ),
    "label": N_("{what}：应有 {expected} 张标签，有 {found} 张"),
    "label_for_nobody": N_("标签 {what} 不在名单里"),
    "packed": N_("{what}：应分 {expected} 份，分了 {found} 份"),
    "loaded": N_("{what}：应装 {expected} 份，装了 {found} 份"),
    "received": N_("{what}：送出 {expected} 份，签收 {found} 份"),
    "unsigned": N_("整箱送到没有：还没有人报告"),
    "unplaced": N_("{what}：没有排上线路"),
    "unreported": N_("{what}：还没有人报告送到没有"),
    "handed_over": N_("{what}：应交 {expected} 份，有 {found} 条就餐记录"),
    "in_hand": N_("到了 {expected} 份，只有 {found} 份有去处。没有记录的：{what}"),
    "beyond_received": N_("到了 {expected} 份，却记了 {found} 份去处"),
    "kept": N_("做了 {expected} 份，离开厨房的和剩在厨房的共 {found} 份"),
    "slot": N_("就餐记录 {what} 没有占住当天的补贴名额"),
    "ledger": N_("分录 {what} 借贷不平"),
}
TOGETHER = {
    "cooked": N_("应做 → 做了："),
    "sample": N_("应留样 → 留了，克："),
    "label": N_("应有 → 有的标签："),
    "label_for_nobody": N_("标签不在名单里："),
    "packed": N_("应分 → 分了："),
    "loaded": N_("应装 → 装了："),
    "received": N_("送出 → 签收："),
    "unplaced": N_("没有排上线路："),
    "unreported": N_("还没有人报告送到没有："),
    "handed_over": N_("应交 → 就餐记录："),
}
"""Several differences of one kind and place that nobody, or one word, explains."""
ALONE = ("label_for_nobody", "unplaced", "unreported")
"""Where the name says it all."""
DIET_CODES = ("packed", "loaded", "received")
IN_GRAMS = ("sample", "weight")


def words_of(difference: Difference) -> str:
    """A difference as a sentence."""
    return _(
        WORDS[difference.code],
        what=_subject(difference),
        expected=difference.expected,
        found=difference.found,
    )


def words_together(differences: Sequence[Difference]) -> tuple[str, list[str]]:
    """Differences of one code and place in words: one by itself as a sentence, several
    as what they have in common and each by name."""
    if len(differences) == 1:
        return words_of(differences[0]), []
    return _(TOGETHER[differences[0].code]), [
        _subject(one)
        if one.code in ALONE and one.expected - one.found == 1
        else f"{_subject(one)} {one.expected} → {one.found}"
        for one in differences
    ]


def together(differences: Iterable[Difference]) -> list[list[Difference]]:
    """Those that one sentence can name, in the order of the first of each."""
    found: dict[object, list[Difference]] = {}
    for one in differences:
        kept = (one.code, one.place, one.note)
        found.setdefault(kept if one.code in TOGETHER else one.key, []).append(one)
    return list(found.values())


def _subject(difference: Difference) -> str:
    what = difference.what
    if difference.code in DIET_CODES:
        what = key_words(what)
    return what or _("没有名字")


def place_name(names: dict[str, str], place: str) -> str:
    if place.startswith("round:"):
        return _("第 {number} 趟", number=place.partition(":")[2])
    return names.get(place, place)
