"""The model card of a release: plain facts in English and Chinese, nothing that a clock says."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from leafout.compression.labelled import Labelled
from leafout.compression.writing import count_parameters, digest_of
from leafout.inference.release import Release

_MANY = 30


@dataclass(frozen=True, slots=True)
class Facts:
    """What a card tells beside the release itself.

    Attributes:
        name, purpose: by the exporter; empty where nothing was said.
        rows: digest of the labelled rows; empty where there were none.
        num_parameters: of the source model.
        parity: the certificate.
        languages: language -> share of the validation rows.
        label_rows: label -> validation rows that have it.
    """

    name: str
    purpose: str
    rows: str
    num_parameters: int
    parity: dict[str, Any]
    languages: dict[str, float] = field(default_factory=dict)
    label_rows: dict[str, int] = field(default_factory=dict)


def facts_of(
    source: Release, rows: Path | None, val: Labelled | None, parity: dict[str, Any], *, name: str, purpose: str
) -> Facts:
    """Gather what the card tells.

    Args:
        source: the model the release was made from.
        rows: the split artifact, if one was given.
        val: its validation rows, for a classifier.
        parity: the certificate.
        name: title, or empty.
        purpose: intended use, or empty.
    """
    labelled = val is not None and rows is not None
    counts = Counter(source.labels[place] for place in val.labels.tolist()) if val and labelled else Counter()
    return Facts(
        name=name,
        purpose=purpose,
        rows=digest_of(rows) if rows else "",
        num_parameters=count_parameters(source.path),
        parity=parity,
        languages=language_shares(val) if val and labelled else {},
        label_rows=dict(counts),
    )


def language_shares(rows: Labelled) -> dict[str, float]:
    """The share of each language, rounded; rows without one are left out."""
    counts = Counter(language for language in rows.languages if language)
    return {language: round(count / counts.total(), 4) for language, count in sorted(counts.items())}


def write_card(release: Release, facts: Facts) -> None:
    """Write `README.md` into the release's folder."""
    text = f"# {facts.name or release.task}\n\n{_english(release, facts)}\n{_chinese(release, facts)}"
    Path(release.path / "README.md").write_text(text, encoding="utf-8")


def _english(release: Release, facts: Facts) -> str:
    use = facts.purpose or "Not stated by the exporter. Use it for text like that it was validated on."
    lines = [
        "## Model",
        f"- task: {release.task}; architecture: {release.architecture}, {facts.num_parameters:,} parameters",
        f"- format: {release.format}, {release.precision}; at most {release.max_tokens} tokens, longer text is cut",
        f"- exported from the model with the digest `{release.model or 'unknown'}`",
        *_labels(release, facts, "labels", "validation rows"),
        "",
        "## Data",
        f"- rows: `{facts.rows or 'none given'}`; languages on validation: {_shares(facts.languages) or 'not known'}",
        "",
        "## Scores",
        *_scores(facts, "validation rows", "answers equal to the source model's", "largest logit difference"),
        "- These rows also chose the model, so the locked test in `evaluate` is the figure to rely on.",
        "",
        "## Intended use",
        use,
        "",
        "## Limits",
        *_limits_english(release),
    ]
    return "\n".join(lines) + "\n"


def _chinese(release: Release, facts: Facts) -> str:
    lines = [
        "## 中文说明",
        f"- 任务：{release.task}；结构：{release.architecture}，参数量 {facts.num_parameters:,}",
        f"- 格式：{release.format}，{release.precision}；最多 {release.max_tokens} 个词元，超出部分截断",
        f"- 来源模型摘要：`{release.model or '未知'}`；数据摘要：`{facts.rows or '无'}`",
        *_labels(release, facts, "标签", "验证样本数"),
        *_scores(facts, "验证样本数", "与来源模型一致的比例", "最大 logit 差"),
        "- 验证集也用于选择模型，应以 `evaluate` 在锁定测试集上的成绩为准。",
        f"- 用途：{facts.purpose or '导出者未说明；只适用于与验证数据相近的文本。'}",
        "- 局限：训练数据之外的领域、语言和文体没有测过；置信度不等于正确率；不应单独用于对个人有重大影响的决定。",
    ]
    return "\n".join(lines) + "\n"


def _labels(release: Release, facts: Facts, word: str, rows: str) -> list[str]:
    if not release.labels:
        return []
    shown = [f"{_plain(label)} ({facts.label_rows.get(label, 0)})" for label in release.labels[:_MANY]]
    more = f" … +{len(release.labels) - _MANY}" if len(release.labels) > _MANY else ""
    return [f"- {word} ({rows}): {', '.join(shown)}{more}"]


def _scores(facts: Facts, rows: str, agreement: str, difference: str) -> list[str]:
    found = facts.parity
    if not found:
        return []
    lines = [
        f"- n = {found['num_rows']} ({rows}); {agreement}: {found['agreement']}; "
        f"{difference}: {found['largest_logit_difference']}"
    ]
    scores = found["release"]
    if scores:
        lines.append("- " + "; ".join(f"{name} {scores[name]:.4f}" for name in sorted(scores)))
    return lines


def _limits_english(release: Release) -> list[str]:
    lines = [
        "- Nothing is known of other domains, languages and styles than those of its data.",
        "- Not for decisions with grave consequences for a person without a person's review.",
    ]
    if release.task == "generate":
        return [*lines, "- It writes what is likely, not what is true."]
    if release.thresholds:
        shown = ", ".join(f"{_plain(label)} {value:.3f}" for label, value in sorted(release.thresholds.items()))
        lines.append(f"- It abstains below these confidences: {shown}")
    return [*lines, "- Confidence is not the chance of being right; see the calibration in the exam."]


def _shares(languages: dict[str, float]) -> str:
    return ", ".join(f"{_plain(name)} {share:.0%}" for name, share in sorted(languages.items()))


def _plain(text: str) -> str:
    """A label as text that Markdown leaves alone."""
    return "".join(f"\\{char}" if char in "\\`*_[]<>|#" else char for char in text)
