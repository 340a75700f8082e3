"""What a stolen database file must not tell."""

import json
from pathlib import Path

import pytest

from kitchen import sealing
from kitchen.errors import Refusal
from kitchen.sealing import Keyring, SealBroken

PHONE = "13800001111"


def test_what_is_sealed_comes_back(keyring: Keyring) -> None:
    sealed = keyring.seal("person", "phone", "k7", PHONE)
    assert PHONE not in sealed
    assert sealed.startswith(f"g1.{keyring.current}.")
    assert keyring.unseal("person", "phone", "k7", sealed) == PHONE


@pytest.mark.parametrize("text", ["王", "一楼 2 号 {x}|y", "𫍯", "a" * 10_000])
def test_any_text_may_be_sealed(keyring: Keyring, text: str) -> None:
    assert keyring.unseal("t", "c", 1, keyring.seal("t", "c", 1, text)) == text


def test_an_empty_text_stays_empty(keyring: Keyring) -> None:
    assert keyring.seal("person", "phone", "k7", "") == ""
    assert keyring.unseal("person", "phone", "k7", "") == ""


def test_equal_texts_are_sealed_differently(keyring: Keyring) -> None:
    sealed = {keyring.seal("person", "phone", "k7", PHONE) for _ in range(100)}
    assert len(sealed) == 100


@pytest.mark.parametrize(
    "place",
    [
        ("person", "phone", "k8"),  # another row
        ("person", "id_number", "k7"),  # another column
        ("contact", "phone", "k7"),  # another table
    ],
)
def test_a_moved_ciphertext_is_refused(
    keyring: Keyring, place: tuple[str, str, str]
) -> None:
    sealed = keyring.seal("person", "phone", "k7", PHONE)
    with pytest.raises(SealBroken, match="another row"):
        keyring.unseal(*place, sealed)


def damaged(sealed: str) -> list[str]:
    suite, name, body = sealed.split(".")
    flipped = "B" if body[20] != "B" else "C"
    return [
        f"{suite}.{name}.{body[:20]}{flipped}{body[21:]}",  # one character changed
        f"{suite}.{name}.{body[:-4]}",  # cut
        f"{suite}.{name}.",  # nothing left
        f"{suite}.{name}.%%%",  # not base64
        f"g9.{name}.{body}",  # an unknown suite
        f"{suite}.ffff0.{body}",  # an unknown key
        PHONE,  # never sealed
    ]


@pytest.mark.parametrize("number", range(7))
def test_an_altered_ciphertext_is_refused(keyring: Keyring, number: int) -> None:
    sealed = keyring.seal("person", "phone", "k7", PHONE)
    with pytest.raises(SealBroken):
        keyring.unseal("person", "phone", "k7", damaged(sealed)[number])


def test_another_installation_cannot_read_it(keyring: Keyring) -> None:
    sealed = keyring.seal("person", "phone", "k7", PHONE)
    with pytest.raises(SealBroken):
        Keyring.new().unseal("person", "phone", "k7", sealed)


def test_a_new_key_seals_new_texts_and_old_texts_stay_readable(
    keyring: Keyring,
) -> None:
    old = keyring.seal("person", "phone", "k7", PHONE)
    rotated = keyring.rotated()
    new = rotated.seal("person", "phone", "k7", PHONE)
    assert new.split(".")[1] != old.split(".")[1]
    assert rotated.unseal("person", "phone", "k7", old) == PHONE
    assert rotated.fingerprint("phone", PHONE) == keyring.fingerprint("phone", PHONE)


def test_equal_texts_of_a_kind_have_equal_fingerprints(keyring: Keyring) -> None:
    print_of = keyring.fingerprint("phone", PHONE)
    assert print_of == keyring.fingerprint("phone", PHONE)
    assert len(print_of) == 32
    assert print_of != keyring.fingerprint("id_number", PHONE)
    assert print_of != keyring.fingerprint("phone", "13800001112")
    assert print_of != Keyring.new().fingerprint("phone", PHONE)


# The key file


def test_the_first_start_makes_a_key_file_only_its_owner_can_read(
    tmp_path: Path,
) -> None:
    path = tmp_path / "keys.json"
    made = Keyring.load_or_create(path)
    assert path.stat().st_mode & 0o777 == 0o600
    again = Keyring.load_or_create(path)
    assert again == made


def test_an_existing_key_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    Keyring.new().save(path)
    with pytest.raises(FileExistsError):
        Keyring.new().save(path)


def test_a_key_file_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    Keyring.new().save(path)
    path.chmod(0o640)
    with pytest.raises(Refusal, match="keys_open"):
        Keyring.load(path)


@pytest.mark.parametrize(
    "content",
    [
        "",  # cut to nothing
        "[]",  # another document
        "{}",  # keys missing
        json.dumps(
            {"current": "a", "field_keys": {}, "index_key": "", "audit_key": ""}
        ),
        json.dumps(
            {
                "current": "b",  # names a key that is not there
                "field_keys": {"a": "A" * 43 + "="},
                "index_key": "A" * 43 + "=",
                "audit_key": "A" * 43 + "=",
            }
        ),
    ],
)
def test_a_damaged_key_file_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(Refusal, match="keys_damaged"):
        Keyring.load(path)


def test_a_missing_key_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"keys_missing\(file=.*keys\.json"):
        Keyring.load(tmp_path / "keys.json")


def test_keys_do_not_show_in_logs(keyring: Keyring) -> None:
    shown = repr(keyring)
    assert "key=" not in shown
    assert "field_keys" not in shown


def test_without_keys_nothing_is_sealed(keyring: Keyring) -> None:
    sealed = sealing.seal("person", "phone", "k7", PHONE)
    assert sealing.unseal("person", "phone", "k7", sealed) == PHONE
    assert sealing.fingerprint("phone", PHONE) == keyring.fingerprint("phone", PHONE)
    sealing.use(None)
    with pytest.raises(RuntimeError, match="configured"):
        sealing.seal("person", "phone", "k7", PHONE)
