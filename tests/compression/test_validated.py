from pathlib import Path

import numpy as np

import tiny_models
from leafout.compression.labelled import Labelled
from leafout.compression.validated import with_validation, write_probes
from leafout.inference.load import load_classifier
from leafout.inference.release import read_release

ROWS = Labelled(["好", "差", "good", "bad"], None, np.array([1, 0, 1, 0]), ["zh", "zh", "en", ""])
LOGITS = np.array([[0, 3], [3, 0], [0, 1], [0, 2]], np.float32)


def test_languages_and_thresholds_are_written_into_the_release(tmp_path: Path) -> None:
    tiny_models.write_bert(tmp_path)
    plain = with_validation(read_release(tmp_path), ROWS, LOGITS, abstain_precision=None)
    assert (plain.languages, plain.thresholds) == (("en", "zh"), {})
    made = with_validation(read_release(tmp_path), ROWS, LOGITS, abstain_precision=0.9)
    assert read_release(tmp_path) == made
    assert set(made.thresholds) == {"好"}
    assert made.abstains("好", 1 / (1 + np.exp(-2.0)))
    assert not made.abstains("好", 1 / (1 + np.exp(-3.0)))
    assert not made.abstains("差", 0.1)


def test_probes_become_the_canary(tmp_path: Path) -> None:
    tiny_models.write_bert(tmp_path)
    write_probes(load_classifier(tmp_path, threads=1))
    assert (tmp_path / "canary.json").is_file()
