"""One artifact, as lines for a terminal and as plain values for `--json`."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from leafout.chain.flat import flat
from leafout.chain.lineage import Index
from leafout.chain.report.evidence import evidence
from leafout.chain.report.exams import read_exam
from leafout.chain.report.gather import verdict_on
from leafout.chain.report.html import duration, figure, size
from leafout.chain.report.sections.curves import points, spread
from leafout.chain.report.sections.funnel import counts, told_of
from leafout.core.artifact import Artifact
from leafout.core.store import Store

_BLOCKS = "▁▂▃▄▅▆▇█"
_SPARK = 40
_FILES = 8
_REASONS = 15
_BAR = 30


def facts(store: Store, artifact: Artifact) -> dict[str, Any]:
    """All that is known of an artifact, with the artifacts its inputs came from."""
    index = Index(store)
    inputs = {}
    for name, digest in artifact.inputs.items():
        found = index.of_digest(digest)
        inputs[name] = {"digest": digest, "key": found.key if found else None, "stage": found.stage if found else None}
    return {
        "stage": artifact.stage,
        "version": artifact.version,
        "key": artifact.key,
        "digest": artifact.digest,
        "path": str(artifact.path),
        "seconds": artifact.seconds,
        "seed": artifact.seed,
        "made_with": artifact.made_with,
        "config": artifact.config,
        "inputs": inputs,
        "outside": artifact.outside,
        "metrics": artifact.metrics,
        "verdict": verdict_on(store, artifact) if artifact.stage == "evaluate" else None,
        "evidence": evidence(artifact),
    }


def lines(found: Mapping[str, Any]) -> Iterator[str]:
    """An artifact for a terminal: what it is, from what, its figures, and what its kind has to tell."""
    yield f"{found['stage']}-{found['key'][:16]}  {found['path']}"
    yield f"digest  {found['digest']}"
    made = ", ".join(f"{name} {value}" for name, value in found["made_with"].items())
    yield f"made    in {duration(found['seconds'])} by version {found['version']}, with {made}"
    if found["seed"] is not None:
        yield f"seed    {found['seed']}"
    yield from _block("config", [(name, str(value)) for name, value in flat(found["config"]).items()])
    yield from _block("inputs", [(name, _input(one)) for name, one in found["inputs"].items()])
    yield from _outside(found["outside"])
    yield from _block("metrics", [(name, figure(value, 6)) for name, value in found["metrics"].items()])
    for part in (_funnel, _vocabulary, _curves, _exam, _certificate, _release, _decision, _documents, _files):
        yield from part(found)


def _block(title: str, rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    if rows:
        yield ""
        yield title
        width = max(len(name) for name, _ in rows)
        for name, value in rows:
            yield f"  {name:<{width}}  {_one_line(value)}"


def _one_line(value: str, limit: int = 160) -> str:
    """A value without line ends and control characters, cut."""
    clean = "".join(char if char.isprintable() else "�" for char in value.replace("\n", " ⏎ "))
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"


def _input(one: Mapping[str, Any]) -> str:
    made = f"{one['stage']}-{one['key'][:16]}" if one["key"] else "not in the store"
    return f"{made}  digest {one['digest'][:16]}"


def _outside(outside: Mapping[str, str]) -> Iterator[str]:
    rows = [(name, f"sha256 {digest[:16]}") for name, digest in list(outside.items())[:_FILES]]
    yield from _block(f"outside files ({len(outside)})", rows)
    if len(outside) > _FILES:
        yield f"  and {len(outside) - _FILES} more"


def _funnel(found: Mapping[str, Any]) -> Iterator[str]:
    told = found["evidence"]
    if "funnel" not in told:
        return
    funnel, read = told["funnel"], max(int(told["funnel"].get("read", 0)), 1)
    yield ""
    yield f"funnel ({figure(int(funnel.get('read', 0)))} read)"
    for name, count in counts(funnel).items():
        yield f"  {name:<9} {count:>9,}  {count / read:>7.2%}  {'█' * round(_BAR * count / read)}".rstrip()
    for kind, samples in (("dropped", told.get("dropped", {})), ("rejected", told.get("rejects", {}))):
        reasons = sorted((funnel.get(kind) or {}).items(), key=lambda entry: -entry[1])
        for reason, count in reasons[:_REASONS]:
            yield f"  {kind}: {reason}  {count:,}"
            for one in samples.get(reason, [])[:2]:
                yield f"      {_sample(one)}"
    if "card" in told:
        yield from _block("documents", list(told_of(told["card"]).items()))


def _sample(one: Mapping[str, Any]) -> str:
    place = one.get("source") or one.get("file") or ""
    line = f":{one['line']}" if one.get("line") is not None else ""
    label = f"[{one['label']}] " if one.get("label") is not None else ""
    return f"{place}{line}  {label}{_one_line(str(one.get('text') or one.get('sample') or ''), 90)}"


def _vocabulary(found: Mapping[str, Any]) -> Iterator[str]:
    """Of a tokenizer: tokens a unit by language, its entries, and a sentence of each language as tokens."""
    told = found["evidence"].get("vocabulary") or {}
    train, entries = (told.get("sides") or {}).get("train") or {}, told.get("entries") or {}
    rows = [(f"fertility {spoken}", figure(value, 3)) for spoken, value in (train.get("fertility") or {}).items()][
        :_FILES
    ]
    if "unused_fraction" in train:
        rows.append(("never used", f"{train['unused_fraction']:.1%} of {told.get('vocab_size')} entries"))
    rows += [
        (f"frequent {code}", " ".join(str(one[0]) for one in most))
        for code, most in (entries.get("most_frequent") or {}).items()
    ]
    rows += [("longest", " | ".join(map(str, entries["longest"][:_FILES])))] if entries.get("longest") else []
    for code, some in (entries.get("sentences") or {}).items():
        rows += [(f"sentence {code}", "|".join(map(str, tokens))) for tokens in some[:2]]
    yield from _block("vocabulary", rows)


def _curves(found: Mapping[str, Any]) -> Iterator[str]:
    told = found["evidence"].get("curves")
    if not told:
        return
    names = [name for name in ("loss", "val_loss", "rate", "tokens_per_second") if points(told, name)]
    names += [name for name in told[-1] if name.startswith("val_") and name not in names and points(told, name)]
    rows = []
    for name in names:
        values = [value for _, value in points(told, name)]
        rows.append((name, f"{sparkline(values)}  {figure(values[0])} → {figure(values[-1])}"))
    yield from _block("curves", rows)
    samples = found["evidence"].get("samples", [])
    told_rows = [(f"step {line.get('step', '')}", _said(line)) for line in spread(samples, 4)[:12]]
    yield from _block("samples on the way", told_rows)


def _said(line: Mapping[str, Any]) -> str:
    return "  ".join(f"{name}: {value}" for name, value in line.items() if name not in {"step", "tokens"})


def sparkline(values: Sequence[float], width: int = _SPARK) -> str:
    """A curve in one line of text: means of equally many neighbours, lowest ▁ to highest █."""
    groups = min(width, len(values))
    edges = [round(place * len(values) / groups) for place in range(groups + 1)] if groups else []
    means = [sum(values[a:b]) / (b - a) for a, b in pairwise(edges)]
    if not means:
        return ""
    low, span = min(means), (max(means) - min(means)) or 1.0
    return "".join(_BLOCKS[min(int((value - low) / span * len(_BLOCKS)), len(_BLOCKS) - 1)] for value in means)


def _exam(found: Mapping[str, Any]) -> Iterator[str]:
    told = found["evidence"].get("exam")
    if not told:
        return
    exam = read_exam(told, found["metrics"])
    floor = {score.name: score.words() for score in exam.floor}
    rows = [
        (score.name, f"{score.words()}{f'   floor {floor[score.name]}' if score.name in floor else ''}")
        for score in exam.scores
    ]
    yield from _block(f"exam ({exam.rows:,} rows)", rows)
    yield from _block("labels", [(str(one.get("label")), _label(one)) for one in exam.per_label])
    verdict = found["verdict"]
    if verdict:
        asked = ", ".join(f"{name} {limit}" for name, limit in verdict["gates"].items()) or "no gates"
        yield from _block(
            "verdict", [("passed" if verdict["passed"] else "failed", "; ".join(verdict["failures"]) or asked)]
        )
    errors = found["evidence"].get("errors", [])[:5]
    yield from _block(
        "worst errors",
        [
            (f"{e.get('label', e.get('true', ''))} → {e.get('predicted', '')}", _sample({**e, "label": None}))
            for e in errors
        ],
    )


def _label(one: Mapping[str, Any]) -> str:
    shown = []
    for name in ("precision", "recall", "f1", "rows"):
        value = one.get(name)
        value = value.get("value") if isinstance(value, Mapping) else value
        if value is not None:
            shown.append(f"{name} {figure(value)}")
    return "  ".join(shown)


def _certificate(found: Mapping[str, Any]) -> Iterator[str]:
    parity = found["evidence"].get("parity")
    if parity:
        limits = parity.get("limits", {})
        names = ("agreement", "flip_rate", "largest_logit_difference", "num_rows")
        rows = [(name, figure(parity[name], 6)) for name in names if name in parity]
        rows += [(f"{side} {name}", figure(value)) for side in ("model", "release")
                 for name, value in (parity.get(side) or {}).items()]  # fmt: skip
        rows += [
            ("asked for", ", ".join(f"{name} {limits[name]}" for name in ("agreement", "flip_rate") if name in limits))
        ]
        yield from _block("parity certificate", rows)
    speed = found["evidence"].get("speed")
    if speed:
        rows = [(side, "  ".join(f"{name} {figure(value)}" for name, value in speed[side].items()))
                for side in ("model", "release") if isinstance(speed.get(side), dict)]  # fmt: skip
        yield from _block("speed and size", rows)


def _release(found: Mapping[str, Any]) -> Iterator[str]:
    release = found["evidence"].get("release")
    if release:
        rows = [(name, ", ".join(map(str, value)) if isinstance(value, list) else str(value))
                for name, value in release.items() if value not in ("", [], {})]  # fmt: skip
        yield from _block("release", rows)


def _decision(found: Mapping[str, Any]) -> Iterator[str]:
    decision = found["evidence"].get("decision")
    if decision:
        yield from _block("decision", [(name, str(value)) for name, value in flat(decision).items()])


def _documents(found: Mapping[str, Any]) -> Iterator[str]:
    rows = found["evidence"].get("documents", [])
    if rows:
        yield ""
        yield "first documents"
        for one in rows:
            yield f"  {_sample(one)}"


def _files(found: Mapping[str, Any]) -> Iterator[str]:
    files: dict[str, int] = found["evidence"]["files"]
    rows = [(name, size(count)) for name, count in list(files.items())[: 2 * _FILES]]
    yield from _block(f"files ({len(files)}, {size(sum(files.values()))})", rows)
    for name in found["evidence"].get("unreadable", []):
        yield f"  damaged and not shown: {name}"
