"""Forms about a person → values of the registry, with a sentence for each wrong
field. What is odd but possible becomes a warning that has to be confirmed once.
"""

import datetime as dt
import re
from collections.abc import Collection

from app.forms import Form
from app.i18n import N_
from app.i18n import translate as _
from app.refusals import sentence_for
from app.words.diets import ALLERGEN_WORDS, TEXTURE_WORDS
from app.words.registry import (
    CATEGORIES,
    CONTACT_KINDS,
    DELIVERY_REASONS,
    SELF_CARE,
    SEXES,
)
from kitchen.calendar import age_on
from kitchen.coordinates import Datum, to_wgs84
from kitchen.diets import Diet, Texture, Vegetarian
from kitchen.errors import Refusal
from kitchen.identity import (
    Fault,
    Sex,
    id_disagreements,
    read_birth,
    read_card_number,
    read_id_number,
    read_phone,
)
from kitchen.names import tidy
from kitchen.registry import (
    Door,
    ElderFacts,
    NewAddress,
    NewContact,
    NewElder,
)

LADDER = 5
"""Rungs of the contacts ladder that the form offers."""
LIMITS = ("low_salt", "sugar_control", "halal")
DATUMS = {"gcj02": N_("GCJ-02（高德、腾讯）"), "wgs84": N_("WGS-84（GPS）")}


def read_person(
    form: Form, *, today: dt.date, points: Collection[int], areas: Collection[int]
) -> tuple[NewElder, list[str]]:
    """The person as typed, and what is odd about it.

    Fields: name, sex, birth, id_number, id_note, phone, point, hukou, residence,
    residence_since, self_care, lives_alone, slow_door, language and the diet's.
    """
    name = read_name(form)
    sex = form.choice("sex", _("性别"), SEXES)
    birth = form.date("birth", _("出生日期"))
    birth_or_fault = read_birth(birth, today=today)
    if isinstance(birth_or_fault, Fault) and "birth" not in form.errors:
        _refuse(form, "birth", birth_or_fault)
    id_number, warnings = _id_number(form, birth, sex, today)
    id_note = form.text("id_note", _("无证原因"), longest=80, required=False)
    person = NewElder(
        name=name,
        sex=sex,
        birth_date=birth,
        id_number=id_number,
        id_note=id_note,
        phone=read_phone_field(form, "phone", required=False),
        point_id=_listed(form, "point", _("就餐点"), points),
        hukou_area_id=_listed(form, "hukou", _("户籍"), areas),
        residence_area_id=_listed(form, "residence", _("居住地"), areas),
        residence_since=form.date(
            "residence_since", _("居住起始"), required=False, latest=today
        ),
        self_care=form.choice("self_care", _("自理"), SELF_CARE, required=False)
        or "able",
        lives_alone=form.checkbox("lives_alone"),
        slow_door=form.checkbox("slow_door"),
        language=form.text("language", _("只听得懂"), longest=20, required=False),
        diet=read_diet(form),
    )
    if form.ok and age_on(birth, today) < 60:
        warnings.append(
            _("今天 {age} 周岁，不到 60 周岁，按全价用餐", age=age_on(birth, today))
        )
    return person, warnings


def read_name(form: Form, name: str = "name", label: str = "") -> str:
    """A name of at most 40 characters that begins with a letter or character."""
    label = label or _("姓名")
    typed = tidy(form.text(name, label, longest=40))
    if typed and not typed[0].isalpha():
        form.refuse_field(
            name, _("姓名“{value}”不像姓名，请用文字开头", value=typed[:20])
        )
    return typed


def _id_number(
    form: Form, birth: dt.date, sex: str, today: dt.date
) -> tuple[str, list[str]]:
    typed = form.text("id_number", _("身份证号"), longest=30, required=False)
    if not typed:
        return "", []
    found = read_id_number(typed, today=today)
    if isinstance(found, Fault):
        _refuse(form, "id_number", found)
        return "", []
    warnings = []
    for fault in id_disagreements(found, birth, Sex(sex) if sex in SEXES else None):
        if fault.code == "id_birth_differs":
            warnings.append(
                _(
                    "填的出生日期 {value} 与身份证号里的 {in_id} 不同，请核对",
                    value=fault.value,
                    in_id=fault.facts["in_id"],
                )
            )
        else:
            warnings.append(_("填的性别与身份证号不同，请核对"))
    if not found.is_verified:
        warnings.append(_("15 位旧证号无法校验，请在换证后补上 18 位号码"))
    return found.number, warnings


def read_diet(form: Form) -> Diet:
    """Texture, limits, vegetarian, allergies (ticked and in words), dislikes."""
    limits = form.choices("limits", _("限制"), LIMITS)
    allergies = form.choices("allergies", _("过敏"), ALLERGEN_WORDS)
    more = form.text("allergies_more", _("其他过敏"), longest=80, required=False)
    dislikes = form.text("dislikes", _("忌口"), longest=80, required=False)
    return Diet(
        texture=Texture(
            form.choice("texture", _("质地"), TEXTURE_WORDS, required=False)
            or "regular"
        ),
        low_salt="low_salt" in limits,
        sugar_control="sugar_control" in limits,
        halal="halal" in limits,
        vegetarian=Vegetarian(
            form.choice("vegetarian", _("素食"), list(Vegetarian), required=False)
            or "no"
        ),
        allergies=(*allergies, *_words(more)),
        dislikes=_words(dislikes),
    )


def read_address(form: Form, *, areas: Collection[int]) -> NewAddress | None:
    """An address, or None where nothing of it was typed. Coordinates come in the
    datum the typist names and are kept as WGS-84 × 1,000,000."""
    names = ("compound", "building", "unit", "door", "door_note", "floor", "place")
    if not any(form.raw(name).strip() for name in names):
        return None
    compound = form.text("compound", _("小区"), longest=40)
    building = form.text("building", _("楼栋"), longest=40)
    area_id = _listed(form, "area", _("社区"), areas)
    if area_id is None:
        form.refuse_field("area", _("社区：请选一项"))
    lon_e6, lat_e6, source = read_place(form)
    return NewAddress(
        area_id=area_id or 0,
        compound=compound,
        building=building,
        unit=form.text("unit", _("单元"), longest=20, required=False),
        floor=form.integer("floor", _("楼层"), least=-3, most=99, required=False),
        door=form.text("door", _("门牌"), longest=20, required=False),
        note=form.text("door_note", _("敲门提示"), longest=60, required=False),
        lift=form.checkbox("lift"),
        lon_e6=lon_e6,
        lat_e6=lat_e6,
        coordinate_source=source,
    )


def read_place(
    form: Form, *, required: bool = False
) -> tuple[int | None, int | None, str]:
    """(lon_e6, lat_e6, datum as entered) of the fields `place` and `datum`."""
    pair = form.coordinates("place", _("坐标"), required=required)
    datum = form.choice("datum", _("坐标系"), DATUMS, required=False) or "gcj02"
    if pair is None:
        return None, None, ""
    point = to_wgs84(*pair, Datum(datum))
    return round(point.lon * 1e6), round(point.lat * 1e6), datum


def place_words(lon_e6: int | None, lat_e6: int | None) -> str:
    """A stored point as the field `place` takes it; nothing where there is none."""
    if lon_e6 is None or lat_e6 is None:
        return ""
    return f"{lon_e6 / 1e6:.6f},{lat_e6 / 1e6:.6f}"


def read_contacts(form: Form, prefix: str = "contact") -> tuple[NewContact, ...]:
    """The rungs that have a name, in order: fields contact1_name, contact1_phone …"""
    rungs = []
    for number in range(1, LADDER + 1):
        key = f"{prefix}{number}"
        name = form.text(f"{key}_name", _("联系人"), longest=40, required=False)
        if not name:
            if form.raw(f"{key}_phone").strip():
                form.refuse_field(f"{key}_name", _("联系人：填了电话，还没有填姓名"))
            continue
        kind = form.choice(f"{key}_kind", _("身份"), CONTACT_KINDS, required=False)
        rungs.append(
            NewContact(
                kind=kind or "family",
                name=name,
                relation=form.text(
                    f"{key}_relation", _("关系"), longest=20, required=False
                ),
                phone=read_phone_field(form, f"{key}_phone", required=False),
                agreement_on=form.date(
                    f"{key}_agreement", _("签约日期"), required=False
                ),
            )
        )
    return tuple(rungs)


def read_phone_field(form: Form, name: str, *, required: bool) -> str:
    """A dialable number in its normal form, "" when absent."""
    typed = form.text(name, _("电话"), longest=60, required=required)
    if not typed:
        return ""
    found = read_phone(typed)
    if isinstance(found, Fault):
        _refuse(form, name, found)
        return ""
    return found.number


def read_card(form: Form, name: str = "card") -> str:
    """A card's number as its reader types it."""
    typed = form.text(name, _("卡号"), longest=80)
    found = read_card_number(typed) if typed else ""
    if isinstance(found, Fault):
        _refuse(form, name, found)
        return ""
    return found


def read_enrolment(form: Form) -> tuple[tuple[str, ...], str]:
    """Category codes ticked, and the reason for bringing the meal ("" = none)."""
    codes = form.choices("categories", _("类别"), CATEGORIES)
    reason = form.choice("delivered", _("送餐原因"), DELIVERY_REASONS, required=False)
    return codes, reason


def person_form(person: ElderFacts) -> Form:
    """A form with the record as it is stored now; numbers stay empty."""
    allergies = [a for a in person.diet.allergies if a in ALLERGEN_WORDS]
    return Form.filled(
        name=person.name,
        sex=person.sex,
        birth=person.birth_date,
        id_note=person.id_note,
        point=person.point_id,
        hukou=person.hukou_area_id,
        residence=person.residence_area_id,
        residence_since=person.residence_since,
        self_care=person.self_care,
        lives_alone=person.lives_alone,
        slow_door=person.slow_door,
        language=person.language,
        texture=person.diet.texture.value,
        limits=[name for name in LIMITS if getattr(person.diet, name)],
        vegetarian=person.diet.vegetarian.value,
        allergies=allergies,
        allergies_more="、".join(
            a for a in person.diet.allergies if a not in allergies
        ),
        dislikes="、".join(person.diet.dislikes),
        version=person.version,
    )


def address_form(door: Door | None, today: dt.date) -> Form:
    """The form of a move, with what is likely to stay."""
    return Form.filled(
        area=door.area_id if door else None, moved_on=today, datum="gcj02"
    )


def _listed(form: Form, name: str, label: str, allowed: Collection[int]) -> int | None:
    chosen = form.identifier(name)
    if chosen is not None and chosen not in allowed:
        form.refuse_field(name, _("{label}：没有这一项，请重新选", label=label))
        return None
    return chosen


def _refuse(form: Form, name: str, fault: Fault) -> None:
    value = fault.value if len(fault.value) <= 40 else fault.value[:40] + "…"
    facts = {**fault.facts, "value": value}
    form.refuse_field(name, sentence_for(Refusal(fault.code, **facts)))


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in re.split(r"[\s,，、;；]+", text) if word)
