"""How requests go to services: over https, to the address that is set, bounded in time and size, never redirected.

One session for all of them. stravalib sets no time limits, tries nothing again and has its address built in; its
session is where that is mended.
"""

import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from retrorun.errors import DeliveryError
from retrorun.files import printable

if TYPE_CHECKING:
    import requests

T = TypeVar("T")
BUILT_IN = "https://www.strava.com"
API = "https://www.strava.com/api/v3"
VARIABLE = "RETRORUN_STRAVA_API"  # Strava has announced https://api-v3.strava.com for 4 January 2027 on
TIMEOUT_S = (10.0, 60.0)  # to connect, and between two pieces of an answer
TRIES = 3  # after the first
BACK_OFF_S = 1.0  # doubled with each further try
LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1")
FAULTS = (500, 502, 503, 504)  # of the service itself, which may pass
MOST_BYTES = 32 << 20  # of an answer, unpacked; a day of streams is 5 MB
MOST_S = 120.0  # for a whole answer and all its tries, however slowly it drips
AGAIN = "check the connection, then do it again: nothing is doubled"


class TooLargeError(DeliveryError):
    """An answer that is larger than any should be."""


def api_address() -> str:
    """The address of Strava's interface: RETRORUN_STRAVA_API, or today's."""
    return safe_address(os.environ.get(VARIABLE, API), where=VARIABLE)


def safe_address(address: str, *, where: str) -> str:
    """An address that secrets may go to, without a slash at its end: https, or this machine; judged by its parts."""
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


def make_session(
    address: str, *, limit_s: float = MOST_S, sleep: Callable[[float], None] = time.sleep
) -> "requests.Session":
    """A session for the service at a safe `address`, and no other; also for what stravalib asks of its built-in one.

    A request may take `limit_s` [s], with all tries and waiting; `sleep` waits some seconds before another try. It
    raises DeliveryError where no whole answer comes, or one that points elsewhere, where a secret must not go.
    """
    import requests
    from requests.adapters import HTTPAdapter

    class Adapter(HTTPAdapter):
        """Puts the address and the limits in, and tries again."""

        def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:  # noqa: ANN401 - requests' own signature
            request.url = redirected(request.url or "", address)
            limits = {**kwargs, "timeout": TIMEOUT_S, "stream": True, "proxies": {}}

            def once(until: float) -> requests.Response:
                response = super(Adapter, self).send(request, *args, **limits)
                pieces = iter(lambda: response.raw.read1(1 << 16, decode_content=True), b"")
                try:
                    response._content = bounded(pieces, until=until)  # noqa: SLF001 - where requests keeps what was read
                except BaseException:
                    response.close()
                    raise
                return response

            response = _tried(once, limit_s, reads=request.method == "GET", address=address, sleep=sleep)
            if response.is_redirect:
                raise DeliveryError("the service points to another address, where a secret must not go", where=address)
            return response

    session = requests.Session()
    session.trust_env = False  # neither .netrc nor a proxy's password from the environment
    session.headers["User-Agent"] = "retrorun"
    session.adapters.clear()
    for place in (BUILT_IN, address):
        session.mount(place, Adapter())
    return session


def _tried(
    once: Callable[[float], "requests.Response"],
    limit_s: float,
    *,
    reads: bool,
    address: str,
    sleep: Callable[[float], None],
) -> "requests.Response":
    """The answer to a request, tried again where that is safe and may help."""
    import requests
    from urllib3.exceptions import HTTPError

    until = time.monotonic() + limit_s
    for tried in range(TRIES + 1):
        fault: DeliveryError | None = None
        try:
            response = in_time(partial(once, until), until)
            wait_s = _wait_s(response.status_code, response.headers, tried, reads=reads)
        except TimeoutError:
            raise DeliveryError(f"no answer within {limit_s:g} s", where=address, hint=AGAIN) from None
        except (requests.Timeout, requests.ConnectionError, HTTPError, OSError) as error:
            # Only the system's own words: an exception's text might hold what was sent.
            reason = next((one.strerror for one in _causes(error) if isinstance(one, OSError) and one.strerror), "")
            what = f"out of reach, or the connection was cut ({reason or type(error).__name__})"
            fault = DeliveryError(what, where=address, hint=AGAIN)
            wait_s = BACK_OFF_S * 2**tried if reads else None
        if tried == TRIES or wait_s is None or time.monotonic() + wait_s > until:
            break
        sleep(wait_s)
    if fault is not None:
        raise fault
    return response


def _causes(error: BaseException | None) -> Iterable[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _wait_s(status: int, headers: Mapping[str, str], tried: int, *, reads: bool) -> float | None:
    """How long to wait before another try [s]; None where there shall be none.

    What was turned away for its number was not done, and may come again if the service says when. After a fault of the
    service only reading is tried again: what changes something may have arrived although its answer did not.
    """
    said = headers.get("Retry-After", "").strip()
    wait_s = BACK_OFF_S * 2**tried if reads and status in FAULTS else None
    if status != 429 and wait_s is None:
        return None
    if said.isascii() and said.isdigit():
        return float(said[:9])
    with suppress(ValueError):
        when = parsedate_to_datetime(said)
        return max((when.replace(tzinfo=when.tzinfo or UTC) - datetime.now(UTC)).total_seconds(), 0.0)
    return wait_s


def in_time(do: Callable[[], T], until: float) -> T:
    """What `do` returns, or raises, by the monotonic clock's `until` [s]; else TimeoutError, and it is left to itself.

    Names that are looked up and heads of answers that drip have no time limit otherwise.
    """
    outcome: Future[T] = Future()

    def work() -> None:
        try:
            outcome.set_result(do())
        except BaseException as error:  # noqa: BLE001 - raised again where somebody waits for it
            outcome.set_exception(error)

    threading.Thread(target=work, daemon=True).start()
    return outcome.result(timeout=max(until - time.monotonic(), 0.0))


def bounded(chunks: Iterable[bytes], *, until: float, clock: Callable[[], float] = time.monotonic) -> bytes:
    """A whole answer, if it is no larger than any should be (TooLargeError) and there by `until` (TimeoutError)."""
    parts, size = [], 0
    for chunk in chunks:
        size += len(chunk)
        if size > MOST_BYTES:
            raise TooLargeError(f"the answer is larger than {MOST_BYTES >> 20} MB", hint="this is not the service")
        if clock() > until:
            raise TimeoutError
        parts.append(chunk)
    return b"".join(parts)


def redirected(url: str, address: str) -> str:
    """Where a request for stravalib's built-in address goes; logging in stays there, but for one on this machine."""
    if url.startswith(API):
        return address + url.removeprefix(API)
    if url.startswith(BUILT_IN) and urlsplit(address).hostname in LOCAL_HOSTS:
        return address.removesuffix("/api/v3") + url.removeprefix(BUILT_IN)
    return url


def refusal(code: int, known: Mapping[int, tuple[str, str]], *, where: str = "") -> DeliveryError:
    """The error for a state that is a refusal: what `known` says of it, else of its hundreds, else of any other (0)."""
    what, hint = known.get(code) or known.get(code // 100) or known[0]
    return DeliveryError(f"{what} ({code})" if code else what, where=where, hint=hint)


def limits_text(headers: Mapping[str, str]) -> str:
    """How much of the limits is used, from an answer's headers; empty where they do not say."""
    told = (
        f"{used[0]} of {most[0]} {kind} in 15 min, {used[1]} of {most[1]} today"
        for kind, used, most in _limits(headers)
    )
    return "; ".join(told)


def is_day_spent(headers: Mapping[str, str]) -> bool:
    """Whether the day's limit is used up, and not just that of the quarter of an hour."""
    days = ((used[1].strip(), most[1].strip()) for _, used, most in _limits(headers))
    return any(used.isdecimal() and most.isdecimal() and int(used) >= int(most) for used, most in days)


def _limits(headers: Mapping[str, str]) -> list[tuple[str, list[str], list[str]]]:
    """Of reads and of all requests: what is used and what may be, in a quarter of an hour and in a day."""
    both = [
        (kind, headers.get(f"{name}-Usage", "").split(","), headers.get(f"{name}-Limit", "").split(","))
        for kind, name in (("reads", "X-ReadRateLimit"), ("requests", "X-RateLimit"))
    ]
    return [(kind, used, most) for kind, used, most in both if len(used) == len(most) == 2]
