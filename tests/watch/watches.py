"""Folders that look like watches, and storage that fails as real storage does."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SECRETS = ("c3RvcmVrZXk=", "00AABBCCDDEEFF", "3916754321")

MANIFEST = """<?xml version="1.0" encoding="UTF-8"?>
<Device xmlns="http://www.garmin.com/xmlschemas/GarminDevice/v2">
  <Model><PartNumber>006-B3113-00</PartNumber><SoftwareVersion>1920</SoftwareVersion>
    <Description>{model}</Description></Model>
  <Id>3916754321</Id>
  <Registration><StoreKey>c3RvcmVrZXk=</StoreKey><Modulus>00AABBCCDDEEFF</Modulus></Registration>
  <MassStorageMode>
    <DataType><Name>FIT_TYPE_4</Name><File><Specification><Identifier>FIT</Identifier></Specification>
      <Location><Path>GARMIN/ACTIVITY</Path><FileExtension>FIT</FileExtension></Location>
      <TransferDirection>OutputFromUnit</TransferDirection></File></DataType>
    <DataType><Name>FIT_TYPE_5</Name>
      <File><Location><Path>{store}</Path></Location><TransferDirection>OutputFromUnit</TransferDirection></File>
      <File><Location><Path>{inbox}</Path></Location><TransferDirection>{direction}</TransferDirection></File>
    </DataType>
    <DataType><Name>FIT_TYPE_6</Name><File><Location><Path>GARMIN/COURSES</Path></Location>
      <TransferDirection>InputToUnit</TransferDirection></File></DataType>
  </MassStorageMode>
</Device>
"""


def manifest(
    *,
    model: str = "Forerunner 965",
    inbox: str = "GARMIN/NEWFILES",
    store: str = "GARMIN/WORKOUTS",
    direction: str = "InputToUnit",
) -> str:
    return MANIFEST.format(model=model, inbox=inbox, store=store, direction=direction)


def make_watch(root: Path, *, garmin: str = "GARMIN", inbox: str = "NewFiles", text: str = "") -> Path:
    """A storage with a GARMIN folder; `text` is its manifest."""
    (root / garmin / inbox).mkdir(parents=True)
    (root / garmin / "Workouts").mkdir()
    if text:
        (root / garmin / "GarminDevice.xml").write_text(text)
    return root


def everything_in(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[None]:
    """A storage of its own on `folder`, in memory; skips the test where nothing may be mounted."""
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if os.name != "posix" or os.geteuid() != 0 or not mount or not umount:
        pytest.skip("mounting a storage of its own takes root")
    made = subprocess.run([mount, "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True, check=False)
    if made.returncode:
        pytest.skip(f"nothing can be mounted here: {made.stderr.decode().strip()}")
    try:
        yield
    finally:
        subprocess.run([umount, "-l", folder], capture_output=True, check=False)


def remount_read_only(folder: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", folder], capture_output=True, check=True)


def pull_the_plug(folder: Path) -> None:
    """The storage goes away while files on it are open."""
    subprocess.run(["umount", "-l", folder], capture_output=True, check=True)
