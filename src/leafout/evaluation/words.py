"""What an exam means, in plain words."""

from collections.abc import Mapping
from typing import Any

_FEW_ROWS = 200
_MANY_CUT = 0.05


def classifier_words(exam: Mapping[str, Any]) -> list[str]:
    """The findings of a classifier's exam, a sentence each, the most telling first."""
    score, count = exam["macro_f1"], exam["num_rows"]
    said = [f"macro F1 is {_bounded(score)} and accuracy {_bounded(exam['accuracy'])} on {count} locked test rows"]
    said += [_floor_words(exam)] if "floor" in exam else []
    said += _label_words(exam) + _language_words(exam) + [_calibration_words(exam)]
    if "abstention" in exam:
        said.append(_abstention_words(exam["abstention"], exam["accuracy"]["value"]))
    return said + _warnings(exam)


def generator_words(exam: Mapping[str, Any]) -> list[str]:
    """The findings of a generator's exam, a sentence each."""
    said = [
        f"it takes {_bounded(exam['bits_per_byte'])} bits for each byte of {exam['num_rows']} locked test documents; "
        f"perplexity is {exam['perplexity']['value']:.1f} over {exam['num_tokens']} tokens"
    ]
    if "floor" in exam:
        floor = exam["floor"]
        model = f"a model of {floor['order']}-grams of characters takes {_short(floor['bits_per_byte']['value'])} bits"
        said.append(_compared(model, exam["gain_over_floor"], "documents"))
        if floor["num_train_chars"] < floor["num_chars_read"]:
            seen, read = floor["num_train_chars"], floor["num_chars_read"]
            said.append(f"the n-gram model was counted on {seen} of {read} training characters, so it could be better")
    return said + _few(exam)


def _floor_words(exam: Mapping[str, Any]) -> str:
    score = exam["floor"]["macro_f1"]["value"]
    return _compared(f"a linear model on n-grams reaches macro F1 {_short(score)}", exam["gain_over_floor"], "rows")


def _compared(floor: str, gain: Mapping[str, float], things: str) -> str:
    """The floor, and the distance to it, which is positive where the release is better."""
    bounds = (
        f"{_short(gain['value'], sign=True)} ({_short(gain['low'], sign=True)} to {_short(gain['high'], sign=True)})"
    )
    if gain["low"] > 0:
        verdict = f"the release is better by {bounds}"
    elif gain["high"] < 0:
        verdict = f"the release is WORSE by {bounds}: use the simple model, or train longer and on more"
    else:
        verdict = f"the difference of {bounds} may be chance"
    return f"{floor} on the same {things}; {verdict}"


def _label_words(exam: Mapping[str, Any]) -> list[str]:
    rows = [row for row in exam["per_label"] if row["rows"]]
    if len(rows) < 2:
        return []
    weakest = min(rows, key=lambda row: row["f1"]["value"])
    found = f"`{weakest['label']}` is the hardest label: F1 {_bounded(weakest['f1'])} on {weakest['rows']} rows"
    true = [row["label"] for row in exam["per_label"]].index(weakest["label"])
    wrong = [(count, exam["labels"][said]) for said, count in enumerate(exam["confusion"][true]) if said != true]
    count, other = max(wrong)
    return [f"{found}, taken for `{other}` {count} times" if count else found]


def _language_words(exam: Mapping[str, Any]) -> list[str]:
    parts = [f"{name} {_bounded(part['macro_f1'])} on {part['rows']}" for name, part in exam["languages"].items()]
    return [f"macro F1 by language: {', '.join(parts)}"] if parts else []


def _calibration_words(exam: Mapping[str, Any]) -> str:
    ece = exam["ece"]
    bins = exam["reliability"]
    sure = sum(part["rows"] * part["confidence"] for part in bins) / max(exam["num_rows"], 1)
    manner = "too sure" if sure > exam["accuracy"]["value"] else "too modest"
    if ece < 0.02:
        return f"its confidence can be taken at its word: off by {_short(ece)} on average"
    return f"its confidence is off by {_short(ece)} on average, mostly {manner}"


def _abstention_words(found: Mapping[str, Any], accuracy: float) -> str:
    kept = found.get("selective_accuracy")
    said = f"it abstains from {found['abstained_fraction']:.1%} of the rows"
    return f"{said} and is right on {kept:.1%} of the rest ({accuracy:.1%} of all)" if kept is not None else said


def _warnings(exam: Mapping[str, Any]) -> list[str]:
    said = _few(exam)
    left = exam["left_out"]
    unknown = sum(left["unknown_labels"].values())
    if unknown:
        names = ", ".join(f"`{name}`" for name in list(left["unknown_labels"])[:5])
        said.append(f"{unknown} rows have a label that the release does not know ({names}) and were left out")
    if left["without_label"]:
        said.append(f"{left['without_label']} rows have no label and were left out")
    if exam.get("full_fraction", 0.0) > _MANY_CUT:
        said.append(f"{exam['full_fraction']:.1%} of the rows fill the release's longest input; most were cut")
    return said


def _few(exam: Mapping[str, Any]) -> list[str]:
    count = exam["num_rows"]
    return [f"{count} test rows are few: the intervals say how little is known"] if count < _FEW_ROWS else []


def _bounded(score: Mapping[str, float]) -> str:
    return f"{_short(score['value'])} (95 % {_short(score['low'])} to {_short(score['high'])})"


def _short(value: float, *, sign: bool = False) -> str:
    return f"{value:+.3f}" if sign else f"{value:.3f}"
