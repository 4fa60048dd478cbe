from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrorun.watch.manifest import LARGEST_MANIFEST, Manifest, read_manifest
from tests.watch.watches import SECRETS, manifest


def test_model_and_folders_are_read() -> None:
    assert read_manifest(manifest().encode()) == Manifest(
        model="Forerunner 965", inboxes=("GARMIN/NEWFILES",), stores=("GARMIN/WORKOUTS",)
    )


def test_a_folder_for_both_ways_is_both() -> None:
    found = read_manifest(manifest(inbox="GARMIN/WORKOUTS", store="GARMIN/OLD", direction="InputOutput").encode())
    assert found == Manifest(
        model="Forerunner 965", inboxes=("GARMIN/WORKOUTS",), stores=("GARMIN/OLD", "GARMIN/WORKOUTS")
    )


def file(path: str, direction: str) -> str:
    return f"<File><Location><Path>{path}</Path></Location><TransferDirection>{direction}</TransferDirection></File>"


def test_a_folder_for_new_files_alone_comes_before_one_for_both_ways() -> None:
    both, alone = file("GARMIN/WORKOUTS", "InputOutput"), file("GARMIN/NEWFILES", "InputToUnit")
    for files in (both + alone, alone + both):
        text = f"<Device><DataType><Name>FIT_TYPE_5</Name>{files}</DataType></Device>"
        found = read_manifest(text.encode())
        assert found is not None
        assert found.inboxes == ("GARMIN/NEWFILES", "GARMIN/WORKOUTS")
        assert found.stores == ("GARMIN/WORKOUTS",)


def test_only_the_models_description_is_its_name() -> None:
    text = "<Device><Model><Description>Enduro</Description></Model><X><Description>another</Description></X></Device>"
    assert read_manifest(text.encode()) == Manifest(model="Enduro")


def test_a_models_name_cannot_write_over_the_terminal() -> None:
    text = "<Device><Model><Description>En\x85\u202eduro &#x9b;31m" + "x" * 100 + "</Description></Model></Device>"
    found = read_manifest(text.encode())
    assert found is not None
    assert found.model == "Enduro 31m" + "x" * 50


def test_no_key_is_ever_held() -> None:
    shown = repr(read_manifest(manifest().encode()))
    assert not any(secret in shown for secret in SECRETS)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<Device>",
        b"\x00\xff not xml",
        b'<!DOCTYPE d [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><Device>&c;</Device>',
        b"<Device>" + b" " * LARGEST_MANIFEST + b"</Device>",
    ],
    ids=["empty", "cut off", "no XML", "entities", "too large"],
)
def test_what_cannot_be_trusted_is_no_manifest(data: bytes) -> None:
    assert read_manifest(data) is None


@given(st.binary(max_size=200))
def test_any_bytes_are_taken(data: bytes) -> None:
    assert read_manifest(data) in (None, Manifest())


@given(st.integers(0, len(manifest()) - 1), st.characters())
def test_a_damaged_manifest_raises_nothing(index: int, sign: str) -> None:
    text = manifest()
    read_manifest((text[:index] + sign + text[index + 1 :]).encode(errors="replace"))
