import json

import pytest

from leafout.corpus.readers.class_names import parquet_class_names

TAGS = ("O", "B-PER")
FEATURES = {
    "tokens": {"feature": {"dtype": "string", "_type": "Value"}, "_type": "Sequence"},
    "ner_tags": {"feature": {"names": list(TAGS), "_type": "ClassLabel"}, "_type": "Sequence"},
    "label": {"names": ["坏", "好"], "_type": "ClassLabel"},
}


@pytest.mark.parametrize(
    "value",
    [
        {"info": {"features": FEATURES}},
        {"default": {"features": FEATURES, "citation": "x"}},
        {
            "ner_tags": {"feature": {"class_label": {"names": {"0": "O", "1": "B-PER"}}}},
            "label": {"names": ["坏", "好"]},
        },
    ],
)
def test_names_in_the_metadata_of_parquet_are_found_in_each_of_its_shapes(value: object) -> None:
    found = parquet_class_names({b"huggingface": json.dumps(value).encode()})
    assert (found["ner_tags"], found["label"]) == (TAGS, ("坏", "好"))


def test_metadata_without_names_has_none() -> None:
    assert parquet_class_names({}) == {}
    for text in ("[]", "{}", '{"a": 1}', "no json", "[" * 100_000):
        assert parquet_class_names({b"huggingface": text.encode()}) == {}
