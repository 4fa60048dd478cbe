"""`python -m retrorun` is `retrorun`."""

from __future__ import annotations

from retrorun.cli.app import main

main()
