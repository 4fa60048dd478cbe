from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrorun.errors import DeliveryError
from retrorun.watch.find import LARGEST_MANIFEST, Manifest, choose_watch, find_watches, read_manifest, usual_mounts
from tests.watch.watches import SECRETS, make_watch, manifest

USER = os.getuid() if hasattr(os, "getuid") else 0


@pytest.mark.parametrize(
    ("garmin", "inbox"),
    [("GARMIN", "NewFiles"), ("Garmin", "NEWFILES"), ("garmin", "newfiles"), ("GARMIN", "NEWFILES")],
)
def test_a_watch_is_known_by_its_folders_in_any_case(tmp_path: Path, garmin: str, inbox: str) -> None:
    make_watch(tmp_path / "WATCH", garmin=garmin, inbox=inbox)
    (watch,) = find_watches([tmp_path / "WATCH", tmp_path])
    assert (watch.name, watch.kind) == ("WATCH", "mass storage")
    assert watch.inbox == tmp_path / "WATCH" / garmin / inbox
    assert watch.stores == (tmp_path / "WATCH" / garmin / "Workouts",)


def test_the_manifest_names_model_and_folder(tmp_path: Path) -> None:
    make_watch(tmp_path, text=manifest(inbox="garmin\\Inbox"))
    (tmp_path / "GARMIN" / "inbox").mkdir()
    (watch,) = find_watches([tmp_path])
    assert watch.name == "Forerunner 965"
    assert watch.inbox == tmp_path / "GARMIN" / "inbox"


@pytest.mark.parametrize("path", ["../outside", "GARMIN/../../outside", "", ".", "/", "GARMIN/NOWHERE"])
def test_a_folder_that_is_not_on_the_watch_is_not_believed(tmp_path: Path, path: str) -> None:
    (tmp_path / "outside").mkdir()
    make_watch(tmp_path / "WATCH", text=manifest(inbox=path))
    (watch,) = find_watches([tmp_path / "WATCH"])
    assert watch.inbox == tmp_path / "WATCH" / "GARMIN" / "NewFiles"


def test_a_broken_manifest_leaves_the_usual_folders(tmp_path: Path) -> None:
    make_watch(tmp_path / "WATCH", text="<Device>")
    (watch,) = find_watches([tmp_path / "WATCH"])
    assert (watch.name, watch.inbox.name) == ("WATCH", "NewFiles")


def test_a_watch_through_mtp_is_known_by_its_mount(tmp_path: Path) -> None:
    storage = tmp_path / "gvfs" / "mtp:host=091e_4f42_0000" / "Internal Storage"
    make_watch(storage)
    (watch,) = find_watches([storage.parent, storage])
    assert watch.kind == "MTP"


def test_folders_without_a_place_for_new_files_are_no_watches(tmp_path: Path) -> None:
    (tmp_path / "GARMIN" / "Activity").mkdir(parents=True)
    (tmp_path / "file").touch()
    assert find_watches([tmp_path, tmp_path / "file", tmp_path / "missing"]) == ()


@pytest.mark.skipif(os.name != "posix", reason="paths as Linux and macOS have them")
@pytest.mark.parametrize(
    "mount",
    [
        "media/GARMIN-WATCH",
        "media/me/GARMIN-WATCH",
        "run/media/me/GARMIN-WATCH",
        "mnt",
        "mnt/watch",
        "Volumes/GARMIN",
        f"run/user/{USER}/gvfs/mtp:host=091e_4f42_0000/Internal Storage",
    ],
)
def test_a_watch_is_found_wherever_systems_mount_it(tmp_path: Path, mount: str) -> None:
    make_watch(tmp_path / mount)
    (watch,) = find_watches(usual_mounts(tmp_path))
    assert watch.root == tmp_path / mount


def test_the_usual_mounts_of_this_machine_can_be_listed() -> None:
    assert all(mount.is_absolute() for mount in usual_mounts())


def test_on_windows_every_drive_but_the_floppies_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    drives = [str(mount) for mount in usual_mounts()]
    assert (drives[0], drives[-1], len(drives)) == ("C:\\", "Z:\\", 24)


def test_of_two_spellings_the_usual_one_is_taken(tmp_path: Path) -> None:
    (tmp_path / "garmin" / "x").mkdir(parents=True)
    if (tmp_path / "GARMIN").exists():
        pytest.skip("this file system does not tell capitals from small letters")
    make_watch(tmp_path)
    make_watch(tmp_path, garmin="garmin", inbox="other")
    (watch,) = find_watches([tmp_path])
    assert watch.inbox == tmp_path / "GARMIN" / "NewFiles"


def test_a_folder_that_is_inbox_and_store_is_looked_at_once(tmp_path: Path) -> None:
    make_watch(tmp_path, text=manifest(inbox="GARMIN/WORKOUTS", store="GARMIN/WORKOUTS", direction="InputOutput"))
    (watch,) = find_watches([tmp_path])
    assert watch.inbox == tmp_path / "GARMIN" / "Workouts"
    assert watch.stores == ()


def test_no_watch_is_a_clear_error() -> None:
    with pytest.raises(DeliveryError, match="there is no watch here; plug it in"):
        choose_watch(mounts=[])
    with pytest.raises(DeliveryError, match="there is no watch here, and no folder 'fenix'; plug it in"):
        choose_watch("fenix", mounts=[])


def test_two_watches_are_asked_about(tmp_path: Path) -> None:
    mounts = [
        make_watch(tmp_path / "a", text=manifest()),
        make_watch(tmp_path / "b", text=manifest(model="Enduro")),
    ]
    with pytest.raises(DeliveryError) as raised:
        choose_watch(mounts=mounts)
    text = str(raised.value)
    assert "there are 2 watches: Forerunner 965 at" in text
    assert "Enduro at" in text
    assert "--watch" in text
    assert not any(secret in text for secret in SECRETS)


@pytest.mark.parametrize("wanted", ["enduro", "ENDURO", "/b"])
def test_a_part_of_name_or_path_chooses(tmp_path: Path, wanted: str) -> None:
    mounts = [make_watch(tmp_path / "a", text=manifest()), make_watch(tmp_path / "b", text=manifest(model="Enduro"))]
    assert choose_watch(wanted, mounts).root == tmp_path / "b"


@pytest.mark.parametrize("wanted", ["x" * 5000, "\0", "~", "\n"])
def test_a_name_that_no_folder_could_have(tmp_path: Path, wanted: str) -> None:
    with pytest.raises(DeliveryError, match="no watch is called"):
        choose_watch(wanted, [make_watch(tmp_path / "WATCH")])


def test_a_storage_that_no_longer_answers_is_no_watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_watch(tmp_path)

    def dead(_: Path) -> bool:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(Path, "is_dir", dead)
    assert find_watches([tmp_path]) == ()


def test_a_name_that_no_watch_has(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match="no watch is called 'fenix': WATCH at"):
        choose_watch("fenix", [make_watch(tmp_path / "WATCH")])


@pytest.mark.parametrize("inside", ["", "GARMIN"])
def test_a_folder_can_be_named_wherever_it_is(tmp_path: Path, inside: str) -> None:
    make_watch(tmp_path)
    assert choose_watch(str(tmp_path / inside)).root == tmp_path


def test_a_folder_that_is_no_watch(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match="holds no watch"):
        choose_watch(str(tmp_path))


def test_one_storage_listed_twice_is_one_watch(tmp_path: Path) -> None:
    make_watch(tmp_path)
    assert len(find_watches([tmp_path, tmp_path])) == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with a name are not there")
def test_a_pipe_in_place_of_the_manifest_is_not_waited_for(tmp_path: Path) -> None:
    make_watch(tmp_path / "WATCH")
    os.mkfifo(tmp_path / "WATCH" / "GARMIN" / "GarminDevice.xml")
    (watch,) = find_watches([tmp_path / "WATCH"])
    assert watch.name == "WATCH"


def test_a_link_that_leads_out_of_the_storage_takes_no_files(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / "WATCH" / "GARMIN").mkdir(parents=True)
    (tmp_path / "WATCH" / "GARMIN" / "NewFiles").symlink_to(outside)
    assert find_watches([tmp_path / "WATCH"]) == ()


# ---- manifest --------------------------------------------------------------------------------------------------------


def test_model_and_folders_are_read() -> None:
    assert read_manifest(manifest().encode()) == Manifest(
        model="Forerunner 965", inboxes=("GARMIN/NEWFILES",), stores=("GARMIN/WORKOUTS",)
    )


def test_a_manifest_in_another_encoding_is_read() -> None:
    text = manifest(model="fēnix").replace("UTF-8", "utf-16")
    assert read_manifest(text.encode("utf-16")) == Manifest(
        model="fēnix", inboxes=("GARMIN/NEWFILES",), stores=("GARMIN/WORKOUTS",)
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
        '<!DOCTYPE d [<!ENTITY a "b">]><Device>&a;</Device>'.encode("utf-16"),
        b'<?xml version="1.0" encoding="nobody\'s"?><Device/>',
        b'<?xml version="1.0" encoding="none"?><Device/>',
        b'<?xml version="1.0" encoding="shift_jis"?><Device/>',
        b"<Device>" + b" " * LARGEST_MANIFEST + b"</Device>",
    ],
    ids=["empty", "cut off", "no XML", "entities", "in UTF-16", "no name", "unknown", "of many bytes", "too large"],
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
