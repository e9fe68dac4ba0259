"""Watches the registry: what is promoted or rolled back is swapped in within a second, without losing a request."""

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from leafout.core.errors import LeafoutError
from leafout.serving.loaded import Loaded, Opening
from leafout.serving.metrics import Metrics
from leafout.serving.releases import Promotion, history, registry_file

logger = logging.getLogger(__name__)
POLL_SECONDS = 0.2
Stamp = tuple[int, int, int]


@dataclass(eq=False)
class Slot:
    """A name that a service answers under.

    Attributes:
        name: the slot.
        loaded: what answers now; replaced as a whole.
        standby: the release that served before, kept in memory so that going back takes no time.
        refused: why the release that was promoted last is not served; empty when it is.
    """

    name: str
    loaded: Loaded
    standby: Loaded | None = None
    refused: str = ""


class Watcher(threading.Thread):
    """Follows the registry for a service.

    Args:
        slots: the slots to follow; each is changed in place.
        opening: how releases are opened.
        metrics: counts swaps.
        standby: keep the former release in memory.
    """

    def __init__(self, slots: Sequence[Slot], opening: Opening, metrics: Metrics, *, standby: bool = True) -> None:
        super().__init__(name="watcher", daemon=True)
        self._slots, self._opening, self._metrics, self._keeps_standby = slots, opening, metrics, standby
        self._stamps: dict[str, Stamp] = {}
        self._tried_standby: set[str] = set()
        self._ended = threading.Event()

    def run(self) -> None:
        """Poll until `stop`."""
        while not self._ended.wait(POLL_SECONDS):
            for slot in self._slots:
                self.look(slot)
            self._prepare_standby()

    def stop(self, *, seconds: float = 10.0) -> None:
        """End the thread; a release that is being loaded is waited for as long as said."""
        self._ended.set()
        if self.is_alive():
            self.join(seconds)

    def look(self, slot: Slot) -> None:
        """Swap a slot's release if its registry names another one; on any error the present one goes on serving."""
        stamp = _stamp(registry_file(self._opening.store_root, slot.name))
        if stamp is None or stamp == self._stamps.get(slot.name):
            return
        self._stamps[slot.name] = stamp
        try:
            wanted = history(self._opening.store_root, slot.name).current
            if wanted is not None and wanted.digest != slot.loaded.digest:
                self._swap(slot, wanted)
            slot.refused = ""
        except LeafoutError as error:
            slot.refused = error.message
            self._metrics.refusal(slot.name)
            logger.error("`%s` goes on with release %s: %s", slot.name, slot.loaded.key[:12], error)
        except Exception as error:
            slot.refused = f"{type(error).__name__} while loading"
            self._metrics.refusal(slot.name)
            logger.exception("`%s` goes on with release %s", slot.name, slot.loaded.key[:12])

    def _swap(self, slot: Slot, wanted: Promotion) -> None:
        fresh, former, spare = self._take(slot, wanted), slot.loaded, slot.standby
        slot.loaded = fresh
        slot.standby = former if self._keeps_standby else None
        self._metrics.swap(slot.name)
        logger.warning("`%s` now answers with release %s: %s", slot.name, fresh.key[:12], wanted.reason or "promoted")
        for old in (former, spare):
            if old is not None and old not in {slot.loaded, slot.standby}:
                threading.Thread(target=old.batcher.close, daemon=True).start()

    def _take(self, slot: Slot, wanted: Promotion) -> Loaded:
        folder = wanted.folder(self._opening.store_root)
        if slot.standby is not None and slot.standby.digest == wanted.digest:
            self._opening.check_exam(wanted.digest, folder)
            return slot.standby
        return self._opening.open(
            folder, name=slot.name, digest=wanted.digest, observe=Observer(slot.name, self._metrics)
        )

    def _prepare_standby(self) -> None:
        """Load the former release of each slot once, when nothing else is to do."""
        for slot in self._slots:
            if self._keeps_standby and slot.standby is None and slot.name not in self._tried_standby:
                self._tried_standby.add(slot.name)
                self._load_standby(slot)

    def _load_standby(self, slot: Slot) -> None:
        try:
            former = history(self._opening.store_root, slot.name).former
            if former:
                folder, digest = former[0].folder(self._opening.store_root), former[0].digest
                observe = Observer(slot.name, self._metrics)
                slot.standby = self._opening.open(folder, name=slot.name, digest=digest, observe=observe)
        except (LeafoutError, OSError) as error:
            logger.warning("the former release of `%s` cannot stand by: %s", slot.name, error)
        except Exception:
            logger.exception("the former release of `%s` cannot stand by", slot.name)


@dataclass(frozen=True)
class Observer:
    """Counts the batches of a slot."""

    slot: str
    metrics: Metrics

    def __call__(self, size: int, cost: int, seconds: float) -> None:
        """Count one."""
        self.metrics.batch(self.slot, size, cost, seconds)


def _stamp(path: Path) -> Stamp | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino, status.st_size
