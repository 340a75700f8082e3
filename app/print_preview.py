"""Made-up people for the preview of papers: nobody's data leaves a real day for it."""

from typing import Any

from app.i18n import translate as _
from app.papers import BoxLabel, Contact, DriverSheet, Labels, Load, Visit
from app.print_options import PrintOptions
from kitchen.names import masked_name, surname_with_title

NAME = "王秀英"
HOME = "朝阳里7号楼 2单元 302"


def sample_labels(options: PrintOptions, head: dict[str, Any]) -> Labels:
    """One box as this kitchen would label it."""
    layout = options.labels
    box = BoxLabel(
        code="3-04",
        name=NAME if layout.full_name else masked_name(NAME),
        place="朝阳里 7号楼" if layout.show_place else "",
        diet=("软食", "低盐"),
        made_at="10:10",
        eat_before="12:10",
    )
    return Labels(**head, labels=(box,), layout=layout)


def sample_sheet(options: PrintOptions, head: dict[str, Any]) -> DriverSheet:
    """A short round as this kitchen would print it."""
    titles = (_("奶奶"), _("爷爷"), _("老人"))
    name = surname_with_title(NAME, "female", titles) if options.strict_names else NAME
    visits = tuple(
        Visit(
            key=f"diner:{n}",
            position=n,
            code=f"3-0{n}",
            time=f"10:{40 + 6 * n}",
            place=HOME if n == 1 else f"朝阳里8号楼 1单元 {n}01",
            name=name,
            portions=1,
            access="步梯 3 楼" if n == 1 else "",
            diet=("软食", "低盐") if n != 2 else (),
            note="敲门要响" if n == 1 else "",
            phone_tail="" if options.strict_names else "8000",
            slow=n == 3,
            contacts=(Contact("A", "王*", "儿子"),) if n == 1 else (),
        )
        for n in (1, 2, 3)
    )
    return DriverSheet(
        **head,
        subject="round:3",
        holder="赵师傅",
        plan_digest="preview00000",
        plan_version=1,
        draft=False,
        number=3,
        driver="赵师傅",
        vehicle=_("电动车"),
        leave_at="10:40",
        last_before="12:30",
        doors=3,
        portions=3,
        kilometres=_("{km} 公里", km="2.4"),
        collect_fen=0,
        door_loads=(Load("regular", "普通", 1), Load("soft", "软食 低盐", 2, True)),
        visits=visits,
        strict=options.strict_names,
        small=options.small_sheets,
        fields=options.sheet_fields,
    )
