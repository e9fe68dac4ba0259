import json
from pathlib import Path

import pytest

from leafout.core.errors import LeafoutError
from leafout.corpus.readers.class_names import parquet_class_names, read_class_names

TAGS = ("O", "B-PER")
FEATURES = {
    "tokens": {"feature": {"dtype": "string", "_type": "Value"}, "_type": "Sequence"},
    "ner_tags": {"feature": {"names": list(TAGS), "_type": "ClassLabel"}, "_type": "Sequence"},
    "label": {"names": ["坏", "好"], "_type": "ClassLabel"},
}


@pytest.mark.parametrize(
    "value",
    [
        {"features": FEATURES},
        {"default": {"features": FEATURES, "citation": "x"}},
        {"ner_tags": list(TAGS), "label": ["坏", "好"]},
        {
            "ner_tags": {"feature": {"class_label": {"names": {"0": "O", "1": "B-PER"}}}},
            "label": {"names": ["坏", "好"]},
        },
    ],
)
def test_names_are_found_in_files_of_features(tmp_path: Path, value: object) -> None:
    path = tmp_path / "dataset_infos.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    found = read_class_names(path)
    assert (found["ner_tags"], found["label"]) == (TAGS, ("坏", "好"))


@pytest.mark.parametrize("text", ["[]", "{}", '{"a": 1}', "no json", "[" * 100_000])
def test_a_file_without_names_is_an_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LeafoutError, match="names"):
        read_class_names(path)


def test_names_in_the_metadata_of_parquet_are_found() -> None:
    metadata = {b"huggingface": json.dumps({"info": {"features": FEATURES}}).encode()}
    assert parquet_class_names(metadata)["ner_tags"] == TAGS
    assert parquet_class_names({}) == {}
    assert parquet_class_names({b"huggingface": b"no json"}) == {}
