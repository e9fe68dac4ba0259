import hashlib

import pytest

from leafout.corpus.kernels.minhash_plain import units
from leafout.corpus.kernels.unit_table import ALONE, EXPANDS, fold_table


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("The quick, brown FOX-2!", ["the", "quick", "brown", "fox", "2"]),
        ("今天天气很好，去 Park 玩。", ["今", "天", "天", "气", "很", "好", "去", "park", "玩"]),
        ("Straße ΣΊΣΥΦΟΣ Ёлка", ["strasse", "σίσυφοσ", "ёлка"]),
        ("ＡＢＣ１２３ｄ，全角！", ["abc123d", "全", "角"]),
        ("二〇二四年・人々", ["二", "〇", "二", "四", "年", "人", "々"]),
        ("ジョン・スミス 한국어", ["ジ", "ョ", "ン", "ス", "ミ", "ス", "한", "국", "어"]),
        ("नमस्ते दुनिया। مرحبا، سلام", ["नमस्ते", "दुनिया", "مرحبا", "سلام"]),
        ("ไทย", ["ไ", "ท", "ย"]),
        ("👍🏽😀", ["👍", "😀"]),
        ("「『（—…！」", []),
    ],
)
def test_units_of_many_scripts(text: str, wanted: list[str]) -> None:
    assert units(text) == wanted


def test_every_letter_below_the_wide_scripts_folds_as_python_says() -> None:
    fold_F, expand_E3 = fold_table()
    checked = 0
    for code in [*range(0xC0, 0x590), *range(0x1E00, 0x2000)]:
        entry = int(fold_F[code])
        if not entry or code in range(0x1C89, 0x1C90):
            continue
        parts = [int(part) for part in expand_E3[entry ^ EXPANDS] if part] if entry & EXPANDS else [entry]
        assert "".join(map(chr, parts)) == chr(code).casefold()
        checked += 1
    assert checked > 1500


def test_the_table_is_the_same_under_every_python() -> None:
    fold_F, expand_E3 = fold_table()
    digest = hashlib.sha256(fold_F.tobytes() + expand_E3.tobytes()).hexdigest()
    assert digest == "d50d772981781332f23c4d2c589f618fdc21415818c8dd95249cdd38c72e704e"
    assert fold_F[ord("叶")] == ord("叶") | ALONE
