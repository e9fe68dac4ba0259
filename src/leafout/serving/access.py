"""Who may ask: on loopback anybody on the machine, anywhere else only who knows the token."""

import hmac
import ipaddress
import os
import stat
from collections.abc import Mapping
from pathlib import Path

from leafout.core.errors import LeafoutError
from leafout.serving.problems import Problem

TOKEN_VARIABLE = "LEAFOUT_TOKEN"  # noqa: S105 - the name of a variable
MIN_TOKEN_CHARS = 16
_MAKE_ONE = "make one: (umask 077; python3 -c 'import secrets; print(secrets.token_urlsafe(32))' > token)"


def is_loopback(host: str) -> bool:
    """Whether an address or name to bind to is reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def read_token(token_file: Path | None, environment: Mapping[str, str] = os.environ) -> str | None:
    """The token, from a file that only its owner can read, else from `LEAFOUT_TOKEN`; None without either.

    Raises:
        LeafoutError: when the file cannot be read or others can read it, or the token is short or has odd characters.
    """
    if token_file is not None:
        return _checked(_private_text(token_file), where=str(token_file))
    if TOKEN_VARIABLE in environment:
        return _checked(environment[TOKEN_VARIABLE], where=TOKEN_VARIABLE)
    return None


def check_exposure(host: str, token: str | None) -> None:
    """Refuse to listen beyond this machine without a token.

    Raises:
        LeafoutError: when it would.
    """
    if token is None and not is_loopback(host):
        hint = f"use --host 127.0.0.1, or {_MAKE_ONE} and add --token-file token"
        raise LeafoutError(f"`{host}` is reached from other machines, and no token is set", where="--host", hint=hint)


def authorise(headers: Mapping[bytes, bytes], token: str | None) -> None:
    """Let a request pass or raise why not.

    Without a token the service is on loopback: there the `Host` header must name this machine, so that no web page can
    reach it under a name of its own (DNS rebinding).

    Raises:
        Problem: 401 without or with a wrong token, 403 for a foreign `Host`.
    """
    if token is None:
        _check_host(headers.get(b"host", b""))
        return
    scheme, _, given = headers.get(b"authorization", b"").partition(b" ")
    if scheme.lower() == b"bearer" and hmac.compare_digest(given.strip(), token.encode()):
        return
    message = "the token is wrong" if scheme else "a token is needed"
    hint = "send the header `Authorization: Bearer TOKEN`"
    raise Problem(401, message, hint, headers={"www-authenticate": "Bearer"})


def _check_host(host: bytes) -> None:
    name = host.decode("latin-1").strip()
    bare = name[1:].partition("]")[0] if name.startswith("[") else name.partition(":")[0]
    if name and not is_loopback(bare.lower()):
        hint = "ask for 127.0.0.1 or localhost, or start the service with a token"
        raise Problem(403, f"the service is not known as `{bare[:100]}`", hint)


def _private_text(path: Path) -> str:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > 4096:
            raise LeafoutError("the token file is no small plain file", where=str(path), hint=_MAKE_ONE)
        if stat.S_IMODE(status.st_mode) & 0o077:
            mode = f"{stat.S_IMODE(status.st_mode):04o}"
            hint = f"chmod 600 {path}"
            raise LeafoutError(f"the token file has mode {mode}, others can read it", where=str(path), hint=hint)
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise LeafoutError(f"cannot read the token file: {error.strerror}", where=str(path), hint=_MAKE_ONE) from None
    except UnicodeDecodeError:
        raise LeafoutError("the token is not plain ASCII", where=str(path), hint=_MAKE_ONE) from None


def _checked(token: str, *, where: str) -> str:
    if len(token) < MIN_TOKEN_CHARS:
        message = f"the token has {len(token)} characters, at least {MIN_TOKEN_CHARS} are needed"
        raise LeafoutError(message, where=where, hint=_MAKE_ONE)
    if not token.isascii() or not token.isprintable() or " " in token:
        raise LeafoutError("the token has spaces or characters that no header takes", where=where, hint=_MAKE_ONE)
    return token
