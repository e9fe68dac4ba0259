import ast
import itertools
import sysconfig
from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression

from leafout.evaluation.floor import STRENGTHS, LabelledTexts, fit_floor
from leafout.metrics.classify import scores

_AREAS = (("unittest", "doctest.py"), ("email", "http"), ("tkinter", "turtle.py"))
_GOOD, _BAD = ("很好", "喜欢", "满意", "不差"), ("很差", "失望", "不好", "后悔")
_THINGS = ("这本书", "房间", "快递", "服务", "手机", "内容")


def library() -> list[tuple[str, int]]:
    """Docstrings of the standard library: real text, on every machine."""
    root = Path(sysconfig.get_paths()["stdlib"])
    rows = []
    for label, names in enumerate(_AREAS):
        files = [
            path for name in names for path in ([root / name] if name.endswith(".py") else (root / name).rglob("*.py"))
        ]
        for path in sorted(path for path in files if "test" not in path.relative_to(root).parts[:-1]):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                text = ast.get_docstring(node) if isinstance(node, ast.FunctionDef | ast.ClassDef) else None
                rows += [(text.split("\n\n")[0], label)] if text else []
    return [rows[place] for place in np.random.default_rng(0).permutation(len(rows))[:500]]


def reviews(count: int) -> list[tuple[str, int]]:
    random = np.random.default_rng(3)
    rows = []
    for number in range(count):
        label = number % 2
        tones = [label if random.random() < 0.85 else 1 - label for _ in range(3)]
        words = [str(random.choice((_BAD, _GOOD)[tone])) for tone in tones]
        rows.append(("，".join(f"{random.choice(_THINGS)}{word}" for word in words), label))
    return rows


def parts(rows: list[tuple[str, int]]) -> list[LabelledTexts]:
    order = np.random.default_rng(0).permutation(len(rows))
    shuffled = [rows[place] for place in order]
    cuts = [0, len(rows) * 6 // 10, len(rows) * 8 // 10, len(rows)]
    return [
        LabelledTexts([text for text, _ in part], None, np.array([label for _, label in part]))
        for part in (shuffled[first:last] for first, last in itertools.pairwise(cuts))
    ]


@pytest.mark.parametrize(
    ("rows", "num_labels", "reference"),
    [
        (library(), 3, HashingVectorizer(ngram_range=(1, 2), n_features=1 << 12)),
        (reviews(600), 2, HashingVectorizer(analyzer="char", ngram_range=(1, 3), n_features=1 << 12)),
    ],
    ids=["English", "Chinese"],
)
def test_the_floor_is_no_lower_than_hashing_and_regression_of_scikit_learn(
    rows: list[tuple[str, int]], num_labels: int, reference: HashingVectorizer
) -> None:
    train, val, test = parts(rows)
    floor = fit_floor(train, val, num_labels)
    found = scores(test.labels_N, floor.logits(test.texts, None).argmax(axis=1), num_labels)
    model = LogisticRegression(C=16.0, max_iter=500).fit(reference.transform(train.texts), train.labels_N)
    wanted = scores(test.labels_N, model.predict(reference.transform(test.texts)), num_labels)
    assert found["macro_f1"] >= wanted["macro_f1"] - 0.02
    assert found["macro_f1"] > 0.8


def test_the_penalty_is_the_one_that_is_best_on_val() -> None:
    train, val, _ = parts(reviews(200))
    floor = fit_floor(train, val, 2)
    assert floor.c in STRENGTHS
    assert floor.val_macro_f1 == scores(val.labels_N, floor.logits(val.texts, None).argmax(axis=1), 2)["macro_f1"]


def test_without_val_a_middle_penalty_is_taken() -> None:
    train, val, _ = parts(reviews(200))
    nobody = LabelledTexts([], None, np.zeros(0, np.int64))
    one, two = fit_floor(train, None, 2), fit_floor(train, nobody, 2)
    assert one.c == two.c
    assert one.val_macro_f1 is None
    assert one.model.weights_DK.tobytes() == two.model.weights_DK.tobytes()
    assert scores(val.labels_N, one.logits(val.texts, None).argmax(axis=1), 2)["accuracy"] > 0.7


def test_pairs_are_told_by_what_they_share() -> None:
    random = np.random.default_rng(1)
    first = [_THINGS[place] for place in random.integers(0, 6, 200)]
    second = [text if number % 2 else _THINGS[random.integers(0, 6)] for number, text in enumerate(first)]
    rows = LabelledTexts(first, second, np.array([int(a == b) for a, b in zip(first, second, strict=True)]))
    floor = fit_floor(rows, None, 2)
    same = floor.logits(["这本书", "这本书"], ["这本书", "房间"]).argmax(axis=1)
    assert same.tolist() == [1, 0]


def test_texts_without_any_known_ngram_still_get_an_answer() -> None:
    train, val, _ = parts(reviews(100))
    assert np.isfinite(fit_floor(train, val, 2).logits(["", "zzz", "。"], None)).all()
