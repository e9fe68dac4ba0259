"""A service as a process: it listens, answers, and on SIGTERM or SIGINT finishes what it took on."""

import asyncio
import logging
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from types import FrameType

import uvicorn

from leafout.core.durable import write_whole
from leafout.core.errors import LeafoutError
from leafout.corpus.request_log import RequestLog
from leafout.serving.access import check_exposure, is_loopback, read_token
from leafout.serving.app import make_app
from leafout.serving.chosen import Chosen, chosen
from leafout.serving.limits import Limits
from leafout.serving.loaded import Opening
from leafout.serving.log_writer import LogOptions, LogWriter
from leafout.serving.metrics import Metrics
from leafout.serving.protocol import MAX_HEADER_BYTES, protocol_for
from leafout.serving.service import Service
from leafout.serving.watcher import Observer, Slot, Watcher

logger = logging.getLogger(__name__)
Announce = Callable[[str], None]

_GRACE_SECONDS = 0.3
"""A drain lasts at least so long: who just connected is told 503 and not cut off."""
_CLOSE_SECONDS = 3.0


def serve(  # noqa: PLR0913 - the flags of `leafout serve`
    store_root: Path,
    names: Sequence[str | Path] = (),
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    port_file: Path | None = None,
    token_file: Path | None = None,
    limits: Limits | None = None,
    log: LogOptions | None = LogOptions(),  # noqa: B008 - frozen
    unexamined: bool = False,
    standby: bool = True,
    threads: int | None = None,
    drain_seconds: float = 30.0,
    announce: Announce = logger.warning,
) -> int:
    """Serve until SIGTERM or SIGINT; call it in the main thread.

    After the first signal new requests are answered 503, accepted ones are finished, and the process ends within
    `drain_seconds` and 5 s. A second signal ends it at once.

    Args:
        store_root: the store.
        names: slots and folders, see `chosen`; every slot of the store when empty.
        host: address to listen on; any but this machine's own needs a token.
        port: to listen on; 0 takes a free one.
        port_file: the port is written into it, whole, once requests are answered; it is removed in the end.
        token_file: holds the token that clients must send; `LEAFOUT_TOKEN` where it is None.
        limits: on requests and connections.
        log: of requests; None keeps none.
        unexamined: serve also releases that passed no exam, and say so.
        standby: keep the former release of each slot in memory, so that a rollback takes no time.
        threads: of each model; None takes the free cores.
        drain_seconds: time for accepted requests after a signal.
        announce: gets a sentence about each thing that a person at the terminal should know.

    Returns:
        0 when every accepted request was answered; else 128 + the signal (143, 130).

    Raises:
        LeafoutError: when it cannot listen, or there is nothing to serve or it may not be served.
    """
    limits = limits or Limits()
    token = read_token(token_file)
    check_exposure(host, token)
    wanted = chosen(store_root, names)
    with closing(listening_socket(host, port)) as listener, _told_port(port_file) as tell:
        opening = Opening(store_root, limits, threads=threads, unexamined=unexamined)
        service = open_service(opening, wanted, log=log, standby=standby)

        def ready(port: int) -> None:
            _announce_all(announce, service, host=host, port=port, log=log)
            tell(port)

        server = DrainingServer(service, token, drain_seconds=drain_seconds, ready=ready)
        try:
            server.run(sockets=[listener])
        finally:
            finished = service.close(seconds=_CLOSE_SECONDS)
    return 0 if finished and not server.was_cut else 128 + server.stopped_by


@contextmanager
def _told_port(port_file: Path | None) -> Iterator[Callable[[int], None]]:
    """What writes the port into a file, which is there only while requests are answered."""
    if port_file is None:
        yield lambda _: None
        return
    if not port_file.parent.is_dir():
        hint = f"mkdir -p {port_file.parent}"
        raise LeafoutError("the port file has no folder to lie in", where=str(port_file), hint=hint)
    port_file.unlink(missing_ok=True)
    try:
        yield lambda port: write_whole(port_file, f"{port}\n".encode())
    finally:
        port_file.unlink(missing_ok=True)


def open_service(
    opening: Opening, wanted: Sequence[Chosen], *, log: LogOptions | None = None, standby: bool = True
) -> Service:
    """Load what is wanted.

    Args:
        opening: how.
        wanted: what.
        log: of requests; None keeps none.
        standby: keep the former release of each slot in memory.

    Raises:
        LeafoutError: when one of them may not be served or cannot be loaded, or its log has another writer.
    """
    metrics = Metrics()
    slots: dict[str, Slot] = {}
    try:
        for each in wanted:
            observe = Observer(each.name, metrics)
            loaded = opening.open(each.folder, name=each.name, digest=each.digest, observe=observe)
            slots[each.name] = Slot(each.name, loaded)
        writer = None if log is None else open_logs(opening.store_root, list(slots), log, metrics)
    except LeafoutError:
        for slot in slots.values():
            slot.loaded.batcher.close(seconds=1)
        raise
    followed = [slots[each.name] for each in wanted if each.digest]
    watcher = Watcher(followed, opening, metrics, standby=standby) if followed else None
    return Service(slots, opening.limits, metrics, log=writer, watcher=watcher)


def open_logs(store_root: Path, names: Sequence[str], options: LogOptions, metrics: Metrics) -> LogWriter:
    """The request logs of slots, each in `<store>/logs/<slot>/`.

    Raises:
        LeafoutError: when another process writes one of them.
    """
    logs: Mapping[str, RequestLog] = {
        name: RequestLog(
            store_root / "logs" / name,
            segment_bytes=options.segment_bytes,
            segment_seconds=options.segment_seconds,
            retention_days=options.retention_days,
        )
        for name in names
    }
    return LogWriter(dict(logs), with_texts=options.texts, on_failure=metrics.log_failure)


def listening_socket(host: str, port: int) -> socket.socket:
    """A socket that has its address, so that a taken port is told before models are loaded.

    Raises:
        LeafoutError: when the address is not this machine's, or the port is taken or not allowed.
    """
    name = "127.0.0.1" if host == "localhost" else host
    if not 0 <= port <= 65535:
        raise LeafoutError(f"the port is {port}, not from 0 to 65535", where="--port")
    made: socket.socket | None = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)[0]
        made = socket.socket(family, kind, protocol)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
    except (OSError, UnicodeError) as error:
        if made is not None:
            made.close()
        said = (error.strerror if isinstance(error, OSError) else None) or str(error)
        hint = "use another port, or --port 0 for a free one"
        raise LeafoutError(
            f"cannot listen on `{host}` port {port}: {said.lower()}", where="--host", hint=hint
        ) from None
    return made


class DrainingServer(uvicorn.Server):
    """uvicorn that goes on answering while it drains.

    Args:
        service: what answers.
        token: that clients must send.
        drain_seconds: time for accepted requests after a signal.
        ready: called with the port once requests are answered.

    Attributes:
        stopped_by: the first signal; 0 before it.
        was_cut: whether accepted requests were not finished.
    """

    def __init__(
        self,
        service: Service,
        token: str | None,
        *,
        drain_seconds: float = 30.0,
        ready: Callable[[int], None] = lambda _: None,
    ) -> None:
        limits = service.limits
        config = uvicorn.Config(
            make_app(service, token),
            http=protocol_for(limits),
            ws="none",
            lifespan="off",
            loop="asyncio",
            log_config=None,
            log_level="error",  # a warning for each malformed request would let strangers fill the log
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=limits.keep_alive_seconds,
            timeout_graceful_shutdown=1,
            h11_max_incomplete_event_size=MAX_HEADER_BYTES,
        )
        super().__init__(config)
        self._service, self._drain_seconds, self._ready = service, drain_seconds, ready
        self.stopped_by = 0
        self.was_cut = False

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - of a signal handler
        """Begin to drain; the second time end at once."""
        if self.stopped_by:
            self.force_exit = True
        self.stopped_by = self.stopped_by or sig
        self._service.draining = True
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        self._service.start()
        if sockets:
            self._ready(sockets[0].getsockname()[1])

    async def main_loop(self) -> None:
        """Answer until a signal, then until what was accepted is answered."""
        await super().main_loop()
        self._service.draining = True
        began = time.monotonic()
        logger.info("draining: %d requests", self._service.active)
        while not self.force_exit:
            seconds = time.monotonic() - began
            if seconds >= self._drain_seconds or (seconds >= _GRACE_SECONDS and not self._service.active):
                break
            await asyncio.sleep(0.02)
        if self._service.active:
            self.was_cut = True
            logger.error("%d accepted requests were not finished in time", self._service.active)


def _announce_all(announce: Announce, service: Service, *, host: str, port: int, log: LogOptions | None) -> None:
    shown = f"[{host}]" if ":" in host else host
    announce(
        f"serving on http://{shown}:{port}, process {os.getpid()}; Ctrl-C or SIGTERM ({signal.SIGTERM:d}) stops it"
    )
    for slot in service.slots.values():
        release, loaded = slot.loaded.release, slot.loaded
        announce(f"`{slot.name}`: {release.task}, {release.format} {release.precision}, release {loaded.key[:12]}")
        if not loaded.examined:
            announce(f"WARNING: the release of `{slot.name}` passed NO EXAM; nobody knows how well it answers")
    if log is None:
        announce("no request log is kept: `monitor` will have nothing to read")
    else:
        kept = "texts with personal data masked" if log.texts else "no texts"
        announce(f"the request log keeps {kept}, for {log.retention_days:g} days")
    if not is_loopback(host):
        announce("requests travel unencrypted: put a proxy with TLS before the service")
