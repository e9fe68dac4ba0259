"""Two artifacts, or two runs of a chain, held against each other."""

from collections.abc import Iterator, Mapping
from typing import Any

from leafout.chain.flat import flat
from leafout.chain.lookup import artifact_of_key, find_artifact, is_chain, read_chain
from leafout.chain.paired import compare_exams
from leafout.chain.record import Record
from leafout.chain.report.evidence import evidence
from leafout.chain.report.html import figure
from leafout.core.artifact import Artifact
from leafout.core.errors import LeafoutError
from leafout.core.store import Store

_SHOWN = 100


def diff(store: Store, first: str, second: str) -> dict[str, Any]:
    """Hold two things against each other.

    Args:
        store: where they lie.
        first: an artifact as `find_artifact` takes it; or a chain, which may be followed by `@n` for its n-th last run
            (`@0` is the last one, `@1` the one before).
        second: the same, for what is held against it.

    Returns:
        For artifacts see `diff_artifacts`; for chains `chains` and `steps`, each step with `diff` or what it lacks.

    Raises:
        LeafoutError: when one means nothing, or one is a chain and the other is not.
    """
    chains = [is_chain(store, name.partition("@")[0]) for name in (first, second)]
    if all(chains):
        return _diff_runs(store, _run(store, first), _run(store, second), (first, second))
    if any(chains):
        hint = f"name a step: {first if chains[0] else second}:STEP"
        raise LeafoutError("a chain cannot be held against an artifact", where=f"{first} {second}", hint=hint)
    return diff_artifacts(find_artifact(store, first), find_artifact(store, second))


def diff_artifacts(first: Artifact, second: Artifact) -> dict[str, Any]:
    """What differs between two artifacts.

    Returns:
        `first`, `second` (stage, key, digest), `same_key`, `same_payload`, `config`, `inputs`, `outside`, `made_with`,
        `metrics`, `funnel` (each name -> first, second and, for numbers, difference) and, for two exams of the same
        rows, `exam` (see `paired.Paired`).
    """
    one, other = evidence(first), evidence(second)
    found = {
        "first": _about(first),
        "second": _about(second),
        "same_key": first.key == second.key,
        "same_payload": first.digest == second.digest,
        "config": changes(flat(first.config), flat(second.config)),
        "inputs": changes(first.inputs, second.inputs),
        "outside": changes(first.outside, second.outside),
        "made_with": changes(first.made_with, second.made_with),
        "metrics": changes(first.metrics, second.metrics),
        "funnel": changes(flat(one.get("funnel", {})), flat(other.get("funnel", {}))),
    }
    if first.stage == second.stage == "evaluate" and first.key != second.key:
        paired = compare_exams(first, second)
        found["exam"] = None if paired is None else paired.plain()
    return found


def _about(artifact: Artifact) -> dict[str, Any]:
    return {"stage": artifact.stage, "key": artifact.key, "digest": artifact.digest, "seconds": artifact.seconds}


def changes(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What differs: `first` and `second` (absent where one has no such name) and the `difference` of numbers."""
    found: dict[str, dict[str, Any]] = {}
    for name in dict.fromkeys((*one, *other)):
        if name in one and name in other and one[name] == other[name]:
            continue
        entry = {side: values[name] for side, values in (("first", one), ("second", other)) if name in values}
        numbers = [value for value in entry.values() if isinstance(value, int | float) and not isinstance(value, bool)]
        if len(numbers) == 2:
            entry["difference"] = round(numbers[1] - numbers[0], 9)
        found[name] = entry
    return found


def _run(store: Store, name: str) -> dict[str, str]:
    """Step -> key of a run of a chain."""
    base, at, number = name.partition("@")
    record: Record = read_chain(store, base)
    if not at:
        return {step: entry.key for step, entry in record.steps.items()}
    if not number.isdigit() or int(number) >= len(record.runs):
        hint = f"{base}@0 is the last one, {base}@{max(len(record.runs) - 1, 0)} the oldest remembered"
        raise LeafoutError(f"the chain has {len(record.runs)} runs, no `@{number}`", where=name, hint=hint)
    keys: dict[str, str] = record.runs[-1 - int(number)]["steps"]
    return dict(keys)


def _diff_runs(
    store: Store, one: Mapping[str, str], other: Mapping[str, str], names: tuple[str, str]
) -> dict[str, Any]:
    steps: dict[str, dict[str, Any]] = {}
    for step in dict.fromkeys((*one, *other)):
        if step not in one or step not in other:
            steps[step] = {"only_in": "second" if step in other else "first"}
            continue
        if one[step] == other[step]:
            steps[step] = {"same_key": True}
            continue
        pair = [artifact_of_key(store, run[step]) for run in (one, other)]
        gone = [side for side, found in zip(("first", "second"), pair, strict=True) if found is None]
        if pair[0] is None or pair[1] is None:
            steps[step] = {"same_key": False, "gone": gone}
        else:
            steps[step] = diff_artifacts(pair[0], pair[1])
    return {"chains": list(names), "steps": steps}


def lines(found: Mapping[str, Any]) -> Iterator[str]:
    """The difference for a terminal."""
    if "chains" not in found:
        yield from _artifact_lines(found)
        return
    yield f"{found['chains'][0]}  →  {found['chains'][1]}"
    same = [step for step, entry in found["steps"].items() if entry.get("same_key")]
    if same:
        yield f"equal: {', '.join(same)}"
    for step, entry in found["steps"].items():
        if entry.get("same_key"):
            continue
        yield ""
        if "only_in" in entry:
            yield f"{step}: only in the {entry['only_in']}"
        elif "gone" in entry:
            yield f"{step}: differs; the artifact of the {' and the '.join(entry['gone'])} is no longer in the store"
        else:
            yield f"{step}:"
            yield from (f"  {line}" for line in _artifact_lines(entry))


def _artifact_lines(found: Mapping[str, Any]) -> Iterator[str]:
    one, other = found["first"], found["second"]
    yield f"{one['stage']}-{one['key'][:16]}  →  {other['stage']}-{other['key'][:16]}"
    if found["same_key"]:
        yield "the same artifact"
        return
    if found["same_payload"]:
        yield "the payloads are equal, byte for byte"
    for part in ("config", "inputs", "outside", "made_with", "metrics", "funnel"):
        if found[part]:
            yield part
            yield from _changed(found[part])
    if "exam" in found:
        yield from _exam_lines(found["exam"])


def _changed(entries: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    width = max(len(name) for name in entries)
    for name, entry in list(entries.items())[:_SHOWN]:
        first, second = (_value(entry[side]) if side in entry else "—" for side in ("first", "second"))
        difference = f"  ({entry['difference']:+.6g})" if "difference" in entry else ""
        yield f"  {name:<{width}}  {first} → {second}{difference}"
    if len(entries) > _SHOWN:
        yield f"  and {len(entries) - _SHOWN} more"


def _value(value: Any) -> str:
    text = figure(value, 6) if isinstance(value, int | float) else str(value)
    if len(text) == 64 and all(char in "0123456789abcdef" for char in text):
        return text[:16]
    return text if len(text) <= 80 else text[:79] + "…"


def _exam_lines(exam: Mapping[str, Any] | None) -> Iterator[str]:
    yield "exam, row by row"
    if exam is None:
        yield "  they share no labelled rows: the scores cannot be compared in pairs"
        return
    became = f"{exam['fixed']} now right, {exam['broken']} now wrong"
    if "bits_per_byte saved" in exam["differences"]:
        became = f"{exam['fixed']} documents cost fewer bits, {exam['broken']} more"
    yield f"  {exam['rows']} rows in both; {exam['changed']} answers changed, {became}"
    for score, value in exam["differences"].items():
        chance = "may be chance" if value["low"] <= 0 <= value["high"] else "not chance"
        yield f"  {score}  {value['value']:+.4f}  95 % interval {value['low']:+.4f} to {value['high']:+.4f}: {chance}"
    for row in exam["examples"]:
        text = str(row.get("text", row["id"])).replace("\n", " ")[:80]
        yield f"    {row['first']} → {row['second']} (true {row['label']})  {text}"
