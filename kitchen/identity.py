"""Identity data as it is typed: ID numbers, phones, cards.

Pure. Each reader answers with the normal form or a `Fault`, a code with the typed
value and the facts of a hint; the words are chosen at the doorway.

The area code of an ID number is never checked: elders carry the codes of counties
abolished decades ago, and libraries that check it reject living people.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECK_DIGITS = "10X98765432"
OLDEST_BIRTH = date(1900, 1, 1)
CARD_DIGITS_MOST = 32


class Sex(StrEnum):
    FEMALE = "female"
    MALE = "male"


@dataclass(frozen=True)
class Fault:
    """Why a typed value cannot be taken: `code` names the rule, `facts` the hint."""

    code: str
    value: str
    facts: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class IdNumber:
    """An accepted ID number; `is_verified` is false for the 15-digit legacy form,
    which carries no check digit."""

    number: str
    birth: date
    sex: Sex
    is_verified: bool = True


class PhoneKind(StrEnum):
    MOBILE = "mobile"
    LANDLINE = "landline"


@dataclass(frozen=True)
class Phone:
    """A dialable number: 11 digits, or area code and number with a dash."""

    number: str
    kind: PhoneKind


# ID numbers


def read_id_number(text: str, *, today: date) -> IdNumber | Fault:
    """An ID number of 18 characters (GB 11643), or 15 as unverified.

    Faults: id_length, id_characters, id_birth_date, id_birth_future, id_checksum
    (the right check digit is never named: it would invite inventing numbers).
    """
    number = plain_text(text).upper().replace("-", "")
    if len(number) not in (15, 18):
        return Fault("id_length", text, {"length": len(number)})
    if not re.fullmatch(r"[0-9]{17}[0-9X]|[0-9]{15}", number):
        return Fault("id_characters", text)
    digits = number[6:14] if len(number) == 18 else f"19{number[6:12]}"
    birth = _date_of(digits)
    if birth is None or birth < OLDEST_BIRTH:
        return Fault("id_birth_date", text, {"digits": digits})
    if birth > today:
        return Fault("id_birth_future", text, {"birth": birth.isoformat()})
    if len(number) == 18 and id_check_digit(number) != number[17]:
        return Fault("id_checksum", text)
    sex_digit = number[16] if len(number) == 18 else number[14]
    sex = Sex.MALE if int(sex_digit) % 2 else Sex.FEMALE
    return IdNumber(number, birth, sex, is_verified=len(number) == 18)


def id_check_digit(number: str) -> str:
    """The last character the first 17 digits call for."""
    total = sum(
        weight * int(digit) for weight, digit in zip(ID_WEIGHTS, number, strict=False)
    )
    return ID_CHECK_DIGITS[total % 11]


def id_disagreements(
    id_number: IdNumber, birth: date | None, sex: Sex | None
) -> list[Fault]:
    """Where the typed birth date or sex is not that of the ID number.

    Warnings, not refusals: an ID card's date is sometimes the wrong one, and the
    clerk decides. Codes: id_birth_differs, id_sex_differs.
    """
    faults = []
    if birth is not None and birth != id_number.birth:
        facts: dict[str, object] = {"in_id": id_number.birth.isoformat()}
        faults.append(Fault("id_birth_differs", birth.isoformat(), facts))
    if sex is not None and sex is not id_number.sex:
        facts = {"in_id": id_number.sex.value}
        faults.append(Fault("id_sex_differs", sex.value, facts))
    return faults


def read_birth(birth: date, *, today: date) -> date | Fault:
    """A birth date of a living person: birth_future, birth_too_early."""
    if birth > today:
        return Fault("birth_future", birth.isoformat(), {"today": today.isoformat()})
    if birth < OLDEST_BIRTH:
        return Fault("birth_too_early", birth.isoformat())
    return birth


def _date_of(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


# Phones


def read_phone(text: str, default_area: str = "") -> Phone | Fault:
    """A mobile, a landline with area code, or 7–8 digits in the default area.

    Country code +86, dashes, blanks, brackets and Excel's trailing ".0" are taken
    off. Faults: phone_no_area (local number and no default area known),
    phone_unreadable.
    """
    plain = re.sub(r"\.0+$", "", plain_text(text))
    plain = _national(_dialled(plain))
    if re.fullmatch(r"1[3-9]\d{9}", plain):
        return Phone(plain, PhoneKind.MOBILE)
    if found := re.fullmatch(r"(010|02\d|0[3-9]\d{2})([2-8]\d{6,7})", plain):
        return Phone(f"{found[1]}-{found[2]}", PhoneKind.LANDLINE)
    if re.fullmatch(r"[2-8]\d{6,7}", plain):
        area = plain_text(default_area)
        if not re.fullmatch(r"010|02\d|0[3-9]\d{2}", area):
            return Fault("phone_no_area", text)
        return Phone(f"{area}-{plain}", PhoneKind.LANDLINE)
    return Fault("phone_unreadable", text)


def _national(number: str) -> str:
    """Without the country code; abroad the zero of an area code is not dialled."""
    if re.fullmatch(r"861[3-9]\d{9}", number):
        return number[2:]
    if found := re.fullmatch(r"(?:\+|00)86(\d+)", number):
        rest = found[1]
        is_mobile = re.fullmatch(r"1[3-9]\d{9}", rest) is not None
        return rest if is_mobile or rest.startswith("0") else f"0{rest}"
    return number


def _dialled(text: str) -> str:
    return re.sub(r"[\s\-—–_().·/]", "", text)


# Cards and sex


def read_card_number(text: str) -> str | Fault:
    """A card as its reader types it, brought to one form.

    Readers of different makers send "0012345678", "111,27706" or hexadecimal for
    their cards; punctuation is dropped, letters are upper case, full-width digits
    become plain. Leading zeros stay. Faults: card_empty, card_characters,
    card_too_long.
    """
    plain = re.sub(r"\.0+$", "", plain_text(text)).upper()
    number = "".join(c for c in plain if unicodedata.category(c)[0] not in "PSZC")
    if not number:
        return Fault("card_empty", text)
    if not re.fullmatch(r"[0-9A-Z]+", number):
        return Fault("card_characters", text)
    if len(number) > CARD_DIGITS_MOST:
        return Fault("card_too_long", text, {"most": CARD_DIGITS_MOST})
    return number


SEXES = {
    Sex.FEMALE: frozenset(("女", "女性", "女士", "f", "female")),
    Sex.MALE: frozenset(("男", "男性", "先生", "m", "male")),
}


def read_sex(text: str) -> Sex | Fault:
    """女 / 男 in the usual spellings; fault sex_unreadable."""
    plain = plain_text(text).lower()
    for sex, words in SEXES.items():
        if plain in words:
            return sex
    return Fault("sex_unreadable", text)


def plain_text(text: str) -> str:
    """Half-width characters and no blanks: what the typist meant."""
    return "".join(unicodedata.normalize("NFKC", text).split())
