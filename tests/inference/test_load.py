from pathlib import Path

import pytest

import tiny_models
from leafout.core.errors import LeafoutError
from leafout.inference.load import load_classifier, load_generator
from leafout.inference.torch_classifier import TorchClassifier
from leafout.inference.torch_generator import TorchGenerator


def test_each_kind_of_folder_gets_its_runtime(tmp_path: Path) -> None:
    tiny_models.write_bert(tmp_path / "bert")
    tiny_models.write_gpt(tmp_path / "gpt")
    assert isinstance(load_classifier(tmp_path / "bert", threads=1), TorchClassifier)
    assert isinstance(load_generator(tmp_path / "gpt", threads=1), TorchGenerator)


def test_a_release_for_another_task_is_refused(tmp_path: Path) -> None:
    tiny_models.write_bert(tmp_path / "bert")
    tiny_models.write_gpt(tmp_path / "gpt")
    with pytest.raises(LeafoutError, match="for `generate`, not for `classify`"):
        load_classifier(tmp_path / "gpt")
    with pytest.raises(LeafoutError, match="for `classify`, not for `generate`"):
        load_generator(tmp_path / "bert")


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LeafoutError, match="no folder"):
        load_classifier(tmp_path / "none")
