"""Name, password and code for Garmin Connect: from the environment or a terminal, never from a command line."""

from __future__ import annotations

import os
import sys
from getpass import getpass

import typer

from retrorun.services.garmin_connect import OTHER_WAY, WHERE, Login, LoginError

EMAIL, PASSWORD = "RETRORUN_GARMIN_EMAIL", "RETRORUN_GARMIN_PASSWORD"


def garmin_login() -> Login:
    """Name and password, from RETRORUN_GARMIN_EMAIL and RETRORUN_GARMIN_PASSWORD or as they are typed.

    Raises:
        LoginError: they are not set, and there is no terminal.
    """
    email, password = os.environ.get(EMAIL, ""), os.environ.get(PASSWORD, "")
    if not (email and password):
        _must_be_a_terminal("not logged in", f"do it once in a terminal, or set {EMAIL} and {PASSWORD}")
        email = email or typer.prompt("Name at Garmin (e-mail)", err=True)
        password = password or getpass("Password at Garmin (not shown): ")
    return Login(email=email.strip(), password=password)


def garmin_code() -> str:
    """The code that Garmin sends where the login has a second step.

    Raises:
        LoginError: there is no terminal to type it in.
    """
    _must_be_a_terminal("the login has a second step", f"do it once in a terminal, {OTHER_WAY}")
    return getpass("Code that Garmin sent you: ").strip()


def _must_be_a_terminal(what: str, hint: str) -> None:
    if not sys.stdin.isatty():
        raise LoginError(what, where=WHERE, hint=hint) from None
