"""How requests go to services: over https, to the address that is set, bounded in time and size, never redirected.

stravalib sets no time limits, tries nothing again and has its address built in; its session is where that is mended.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from retrorun.errors import DeliveryError
from retrorun.files import printable

if TYPE_CHECKING:
    import requests

BUILT_IN = "https://www.strava.com"
API = "https://www.strava.com/api/v3"
# Announced by Strava for 4 January 2027 on; set RETRORUN_STRAVA_API to it when it answers.
API_2027 = "https://api-v3.strava.com"
VARIABLE = "RETRORUN_STRAVA_API"
TIMEOUT_S = (10.0, 60.0)  # to connect, and between two pieces of an answer
TRIES = 3
BACK_OFF_S = 1.0  # doubled with each further try
LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1")
_LOCAL = ("http://127.0.0.1:", "http://localhost:")
MOST_BYTES = 32 << 20  # of an answer, unpacked; a day of streams is 5 MB
MOST_S = 120.0  # for a whole answer, however slowly it drips


def api_address() -> str:
    """The address of the interface: RETRORUN_STRAVA_API, or today's.

    Raises:
        DeliveryError: a token would go out without encryption.
    """
    return safe_address(os.environ.get(VARIABLE, API), where=VARIABLE)


def safe_address(address: str, *, where: str) -> str:
    """An address that secrets may go to, without a slash at its end: https, or this machine; judged by its parts.

    Raises:
        DeliveryError: it is another.
    """
    try:
        parts = urlsplit(address)
        plain = parts.username is None and parts.password is None and not (parts.query or parts.fragment)
        local = parts.scheme == "http" and parts.hostname in LOCAL_HOSTS
        safe = plain and parts.hostname is not None and (parts.scheme == "https" or local)
    except ValueError:
        safe = False
    if not safe:
        hint = "use an address that begins with https://, without a name or a password in it"
        raise DeliveryError("a secret goes out over https only", where=f"{where}={printable(address)}", hint=hint)
    return address.rstrip("/")


def make_session(address: str, *, back_off_s: float = BACK_OFF_S) -> requests.Session:
    """A session that sends what stravalib asks of its built-in address to `address`.

    The address's own `/api/v3` end may be there or not; logging in (`/oauth/…`) stays where it is, but for an address
    on this machine, which stands for all of the service.
    """
    import requests
    from requests.adapters import HTTPAdapter
    from urllib3.util import Retry

    class Adapter(HTTPAdapter):
        """Puts the address and the time limit in."""

        def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:  # noqa: ANN401 - requests' own signature
            request.url = redirected(request.url or "", address)
            response = super().send(request, *args, **{**kwargs, "timeout": TIMEOUT_S, "stream": True, "proxies": {}})
            response._content = bounded(response.iter_content(1 << 16))  # noqa: SLF001 - where requests keeps what was read
            return response

    class Session(requests.Session):
        """Follows no redirect: a secret must not go where the answer of a server points."""

        def get_redirect_target(self, resp: requests.Response) -> str | None:
            target = super().get_redirect_target(resp)
            if target is not None:
                raise DeliveryError("the service points to another address, where a secret must not go", where=address)
            return None

    # Only reading is tried again: a request that changes something may have arrived although its answer did not.
    retry = Retry(
        total=TRIES,
        backoff_factor=back_off_s,
        status_forcelist=(500, 502, 503, 504),
        allowed_methods=("GET",),
        raise_on_status=False,
        respect_retry_after_header=False,
    )
    session = Session()
    session.trust_env = False  # neither .netrc nor a proxy's password from the environment
    session.mount(BUILT_IN, Adapter(max_retries=retry))
    return session


def bounded(chunks: Iterable[bytes], *, clock: Callable[[], float] = time.monotonic) -> bytes:
    """A whole answer, if it is no larger and takes no longer than any should.

    Raises:
        DeliveryError: it is, or does.
    """
    begun, parts, size = clock(), [], 0
    for chunk in chunks:
        size += len(chunk)
        if size > MOST_BYTES:
            raise DeliveryError(f"the answer is larger than {MOST_BYTES >> 20} MB", hint="this is not the service")
        if clock() - begun > MOST_S:
            raise DeliveryError(f"the answer takes longer than {MOST_S:.0f} s", hint="try again later")
        parts.append(chunk)
    return b"".join(parts)


def redirected(url: str, address: str) -> str:
    """Where a request for stravalib's built-in address goes."""
    if url.startswith(API):
        return address + url.removeprefix(API)
    if url.startswith(BUILT_IN) and address.startswith(_LOCAL):
        return address.removesuffix("/api/v3") + url.removeprefix(BUILT_IN)
    return url


def limits_text(headers: Mapping[str, str]) -> str:
    """How much of the limits is used, from an answer's headers; empty where they do not say."""
    parts = []
    for kind, prefix in (("reads", "X-ReadRateLimit"), ("requests", "X-RateLimit")):
        limit, usage = headers.get(f"{prefix}-Limit", ""), headers.get(f"{prefix}-Usage", "")
        if limit.count(",") == usage.count(",") == 1:
            (short_limit, day_limit), (short, day) = limit.split(","), usage.split(",")
            parts.append(f"{short} of {short_limit} {kind} in 15 min, {day} of {day_limit} today")
    return "; ".join(parts)


def is_day_spent(headers: Mapping[str, str]) -> bool:
    """Whether the day's limit is used up, and not just that of the quarter of an hour."""
    return any(
        int(usage) >= int(limit)
        for prefix in ("X-ReadRateLimit", "X-RateLimit")
        for limit, usage in [(_of_day(headers, f"{prefix}-Limit"), _of_day(headers, f"{prefix}-Usage"))]
        if limit.isdecimal() and usage.isdecimal()
    )


def _of_day(headers: Mapping[str, str], name: str) -> str:
    """The second of the two numbers of a header."""
    return headers.get(name, "").partition(",")[2].strip()
