"""Which release serves a slot, which ones served before, and which exams were passed.

One small file a slot (`<store>/releases/<slot>.json`), replaced whole: whoever reads it sees the old state or the new
one, also after a crash. Verdicts of exams lie beside it, by the digest of the release.
"""

import fcntl
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from leafout.core.artifact import MANIFEST, read_artifact
from leafout.core.digest import all_files, folder_digest, sha256_file
from leafout.core.durable import write_json
from leafout.core.errors import LeafoutError, StoreError
from leafout.core.faults import fault_point

MAX_FORMER = 100
"""So many former releases are remembered for each slot."""

_SLOT = re.compile(r"\w[\w.-]{0,63}\Z")
_DIGEST = re.compile(r"[0-9a-f]{16,64}\Z")


@dataclass(frozen=True, slots=True)
class Verdict:
    """How an exam of a release ended.

    Attributes:
        exam: the key of the exam's artifact.
        gates: what was asked, such as `{"macro_f1": ">= 0.80"}`.
        passed: whether every gate held.
        failures: a sentence for each gate that did not.
    """

    exam: str
    gates: Mapping[str, str]
    passed: bool
    failures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Promotion:
    """A release that serves or served.

    Attributes:
        release_path: its folder, relative to the store where it lies inside.
        key, digest: of its artifact; for a folder that is no artifact both are the digest of its files.
        exam: the key of its exam; empty without one.
        passed: whether that exam passed its gates when it was promoted.
        gates: of that exam.
        promoted_at: UTC, ISO 8601.
        reason: why, in words.
    """

    release_path: str
    key: str
    digest: str
    exam: str
    passed: bool
    gates: Mapping[str, str]
    promoted_at: str
    reason: str

    def folder(self, store_root: Path) -> Path:
        """Where the release lies."""
        return store_root / self.release_path


@dataclass(frozen=True, slots=True)
class History:
    """What a slot serves and has served, newest first.

    Attributes:
        slot: its name.
        current: what serves; None before the first promotion.
        former: what served before and can be rolled back to.
        withdrawn: what a rollback took out of service.
    """

    slot: str
    current: Promotion | None = None
    former: tuple[Promotion, ...] = ()
    withdrawn: tuple[Promotion, ...] = ()


def check_slot(slot: str) -> str:
    """Refuse a name that could not be a file's and a label's.

    Raises:
        LeafoutError: when it has more than letters, digits, `_`, `-` and `.`, or over 64 of them.
    """
    if not _SLOT.match(slot):
        hint = "a slot has 1 to 64 letters, digits, `_`, `-` or `.`, and starts with a letter or digit"
        raise LeafoutError(f"`{slot[:80]!r}` cannot name a slot", hint=hint)
    return slot


def registry_file(store_root: Path, slot: str) -> Path:
    """The file of a slot."""
    return store_root / "releases" / f"{check_slot(slot)}.json"


def slots(store_root: Path) -> list[str]:
    """The slots that something was promoted to."""
    return sorted(path.stem for path in (store_root / "releases").glob("*.json") if _SLOT.match(path.stem))


def history(store_root: Path, slot: str) -> History:
    """What a slot serves and has served; empty for one that nothing was promoted to.

    Raises:
        StoreError: when its file is damaged.
    """
    path = registry_file(store_root, slot)
    values = _read(path)
    if values is None:
        return History(slot)
    try:
        current = values["current"]
        return History(
            slot=slot,
            current=None if current is None else _promotion(current),
            former=tuple(_promotion(entry) for entry in values["former"]),
            withdrawn=tuple(_promotion(entry) for entry in values.get("withdrawn", [])),
        )
    except (KeyError, TypeError) as error:
        hint = f"move the file away and promote again: leafout promote {slot} RELEASE"
        raise StoreError(f"the registry of `{slot}` is damaged: {error!s:.80}", where=str(path), hint=hint) from None


def current(store_root: Path, slot: str) -> Promotion | None:
    """What a slot serves; None when nothing was promoted."""
    return history(store_root, slot).current


def kept_keys(store_root: Path) -> set[str]:
    """The keys of all artifacts that a slot serves or could go back to, and of their exams: a sweep keeps them."""
    found: set[str] = set()
    for slot in slots(store_root):
        known = history(store_root, slot)
        entries = [*known.former, *known.withdrawn, *([known.current] if known.current else [])]
        found |= {key for entry in entries for key in (entry.key, entry.exam) if key}
    return found


def promote(
    store_root: Path, slot: str, release: Path, *, reason: str = "", unexamined: bool = False, at: str = ""
) -> Promotion:
    """Let a release serve; what served before stays at hand for `rollback`.

    Args:
        store_root: the store.
        slot: the name it serves under.
        release: its folder.
        reason: why, kept in the history.
        unexamined: promote without a passed exam.
        at: the time to write down; now when empty.

    Raises:
        LeafoutError: when it is no release, or its exam is missing or failed.
    """
    key, digest = identity(release)
    verdict = verdict_of(store_root, digest)
    if not unexamined:
        check_verdict(verdict, release)
    entry = Promotion(
        release_path=_inside(release, store_root),
        key=key,
        digest=digest,
        exam=verdict.exam if verdict else "",
        passed=bool(verdict and verdict.passed),
        gates=dict(verdict.gates) if verdict else {},
        promoted_at=at or _now(),
        reason=reason,
    )
    with _changing(store_root, slot) as known:
        if known.current is not None and known.current.digest == digest:
            _write(store_root, replace(known, current=entry))
        else:
            former = known.former if known.current is None else (known.current, *known.former)
            _write(store_root, replace(known, current=entry, former=former[:MAX_FORMER]))
    return entry


def rollback(store_root: Path, slot: str, *, reason: str = "") -> Promotion:
    """Let the release serve again that served before the present one.

    The present one is kept as withdrawn; `promote` brings it back.

    Raises:
        LeafoutError: when nothing served before.
    """
    with _changing(store_root, slot) as known:
        if known.current is None or not known.former:
            names = ", ".join(f"`{name}`" for name in slots(store_root)) or "none"
            hint = f"slots with a release: {names}"
            raise LeafoutError(f"`{slot}` has no former release to go back to", where=str(store_root), hint=hint)
        back = replace(known.former[0], promoted_at=_now(), reason=reason or "rollback")
        withdrawn = (known.current, *known.withdrawn)[:MAX_FORMER]
        _write(store_root, History(slot, back, known.former[1:], withdrawn))
    return back


def record_verdict(
    store_root: Path,
    release_digest: str,
    *,
    exam_key: str,
    gates: Mapping[str, str],
    passed: bool,
    failures: Sequence[str] = (),
) -> None:
    """Write down how the exam of a release ended; a later exam of the same release replaces it."""
    path = _verdict_file(store_root, release_digest)
    path.parent.mkdir(parents=True, exist_ok=True)
    values = {"exam_key": exam_key, "gates": dict(gates), "passed": passed, "failures": list(failures)}
    fault_point("releases.verdict")
    write_json(path, values)


def verdict_of(store_root: Path, release_digest: str) -> Verdict | None:
    """How the exam of a release ended; None when it never took one here.

    Raises:
        StoreError: when the verdict is damaged.
    """
    path = _verdict_file(store_root, release_digest)
    values = _read(path)
    if values is None:
        return None
    try:
        gates, failures, passed = dict(values["gates"]), tuple(values["failures"]), values["passed"]
        exam = str(values["exam_key"])
    except (KeyError, TypeError, ValueError):
        passed = None
    if not isinstance(passed, bool):
        raise StoreError("the verdict is damaged", where=str(path), hint="remove it and evaluate again")
    return Verdict(exam, gates, passed, failures)


def check_verdict(verdict: Verdict | None, release: Path) -> None:
    """Refuse a release whose exam is missing or did not pass.

    Raises:
        LeafoutError: saying which.
    """
    if verdict is None:
        hint = "evaluate it first (`leafout evaluate`, or `run` a chain with that step), or say --unexamined"
        raise LeafoutError("the release has taken no exam", where=str(release), hint=hint)
    if not verdict.passed:
        why = "; ".join(verdict.failures)[:500] or "no reason was written down"
        hint = "mend the model, change the gates, or say --unexamined"
        raise LeafoutError(f"the release failed its exam: {why}", where=str(release), hint=hint)


def identity(release: Path) -> tuple[str, str]:
    """Key and digest of a release's folder; for one that is no artifact, the digest of its files twice.

    Raises:
        LeafoutError: when there is no such folder, or its manifest is damaged.
    """
    if not release.is_dir():
        raise LeafoutError("there is no such folder", where=str(release), hint="give the folder of a release")
    if (release / MANIFEST).exists():
        artifact = read_artifact(release)
        return artifact.key, artifact.digest
    digest = folder_digest({path.as_posix(): sha256_file(release / path) for path in all_files(release)})
    return digest, digest


def _promotion(values: Mapping[str, Any]) -> Promotion:
    entry = Promotion(**{field.name: values[field.name] for field in fields(Promotion)})
    if not isinstance(entry.passed, bool) or not isinstance(entry.gates, dict):
        raise TypeError("`passed` or `gates` is of a wrong type")
    for field in set(fields(Promotion)):
        if field.name not in {"passed", "gates"} and not isinstance(values[field.name], str):
            raise TypeError(f"`{field.name}` is no text")
    return entry


def _verdict_file(store_root: Path, digest: str) -> Path:
    if not _DIGEST.match(digest):
        raise ValueError(f"{digest!r} is no digest")
    return store_root / "releases" / "verdicts" / f"{digest}.json"


def _inside(release: Path, store_root: Path) -> str:
    whole = release.resolve()
    root = store_root.resolve()
    return whole.relative_to(root).as_posix() if whole.is_relative_to(root) else str(whole)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (ValueError, RecursionError) as error:
        raise StoreError(f"`{path.name}` is damaged: {error!s:.80}", where=str(path), hint="move it away") from None
    except OSError as error:
        raise StoreError(f"cannot read `{path.name}`: {error.strerror}", where=str(path)) from None
    if not isinstance(values, dict):
        raise StoreError(f"`{path.name}` is damaged: no object", where=str(path), hint="move it away")
    return values


@contextmanager
def _changing(store_root: Path, slot: str) -> Iterator[History]:
    """The history of a slot while nobody else changes it."""
    lock = store_root / "locks" / f"slot-{check_slot(slot)}.lock"
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        registry_file(store_root, slot).parent.mkdir(parents=True, exist_ok=True)
        with lock.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield history(store_root, slot)
    except OSError as error:
        hint = "mend that and try again: the slot is unchanged"
        raise StoreError(f"cannot write the registry: {error.strerror}", where=str(store_root), hint=hint) from error


def _write(store_root: Path, known: History) -> None:
    values = asdict(known)
    fault_point("releases.write")
    write_json(registry_file(store_root, known.slot), values)
    fault_point("releases.written")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
