"""What a person can eat: texture, restrictions, allergies. Words about food, never
about illness ("软食", not "吞咽障碍"), because they are printed on labels.

Pure values. Their words in Chinese and English belong to the doorway.
"""

import json
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache


class Texture(StrEnum):
    REGULAR = "regular"  # 普食
    SOFT = "soft"  # 软食
    SEMI_LIQUID = "semi_liquid"  # 半流质
    PUREED = "pureed"  # 糊状


SOFTNESS: dict[str, int] = {texture: rank for rank, texture in enumerate(Texture)}
"""From whole food to purée: whoever eats a coarser texture can eat a finer one."""


class Vegetarian(StrEnum):
    NO = "no"
    OVO_LACTO = "ovo_lacto"  # 蛋奶素
    VEGAN = "vegan"  # 全素


ALLERGENS = (
    "gluten",
    "crustacean",
    "fish",
    "egg",
    "peanut",
    "soy",
    "milk",
    "tree_nut",
)
"""The eight classes of GB 7718-2025; free extra tags are allowed beside them."""


@dataclass(frozen=True)
class Diet:
    """One person's needs as they stand on a day.

    `allergies` are allergen codes or free ingredient words; `dislikes` are
    ingredient words (忌口): a dislike is avoided, an allergy is never served.
    """

    texture: Texture = Texture.REGULAR
    low_salt: bool = False
    sugar_control: bool = False
    halal: bool = False
    vegetarian: Vegetarian = Vegetarian.NO
    allergies: tuple[str, ...] = ()
    dislikes: tuple[str, ...] = ()

    @cached_property
    def key(self) -> str:
        """The packing group: everyone with the same key gets the same box.

        Allergies make a group of their own (`allergy:peanut`); dislikes do not,
        they are handled dish by dish. Plain food is `regular`.
        """
        parts = [] if self.texture is Texture.REGULAR else [self.texture.value]
        parts += [
            name
            for name, wanted in (
                ("low_salt", self.low_salt),
                ("sugar_control", self.sugar_control),
                ("halal", self.halal),
            )
            if wanted
        ]
        if self.vegetarian is not Vegetarian.NO:
            parts.append(self.vegetarian.value)
        parts += [f"allergy:{name}" for name in self.allergies]
        return "+".join(parts) or "regular"

    def as_text(self) -> str:
        """Canonical JSON, as frozen on a diner's row."""
        return json.dumps(
            {
                "texture": self.texture.value,
                "low_salt": self.low_salt,
                "sugar_control": self.sugar_control,
                "halal": self.halal,
                "vegetarian": self.vegetarian.value,
                "allergies": list(self.allergies),
                "dislikes": list(self.dislikes),
            },
            ensure_ascii=False,
            sort_keys=True,
            separators=(",", ":"),
        )

    @classmethod
    @lru_cache(maxsize=4096)  # a count of thousands holds a few dozen diets
    def from_text(cls, text: str) -> "Diet":
        """The inverse of `as_text`."""
        raw = json.loads(text)
        return cls(
            texture=Texture(raw["texture"]),
            low_salt=raw["low_salt"],
            sugar_control=raw["sugar_control"],
            halal=raw["halal"],
            vegetarian=Vegetarian(raw["vegetarian"]),
            allergies=tuple(raw["allergies"]),
            dislikes=tuple(raw["dislikes"]),
        )
