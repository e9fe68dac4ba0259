import pytest
import torch

from leafout.models.config import Dims
from leafout.models.decoder import CausalModel
from leafout.models.heads import Classifier, MaskedModel
from leafout.models.names import Entry, causal_entries, classifier_entries, masked_entries, on_disk

BERT = Dims("bert", vocab_size=11, layers=2, width=8, heads=2, ffn=12, max_tokens=6)
GPT = Dims("gpt", vocab_size=11, layers=2, width=8, heads=2, ffn=12, max_tokens=6)
CASES = [
    (MaskedModel(BERT), masked_entries(BERT)),
    (Classifier(BERT, 3), classifier_entries(BERT, 3)),
    (CausalModel(GPT), causal_entries(GPT)),
]


@pytest.mark.parametrize(("model", "entries"), CASES, ids=["masked", "classifier", "causal"])
def test_every_parameter_has_one_entry_and_survives_the_way_there_and_back(
    model: torch.nn.Module, entries: list[Entry]
) -> None:
    parameters = dict(model.state_dict())
    assert sorted(entry.ours for entry in entries) == sorted(parameters)
    tensors = on_disk(entries, parameters)
    assert list(tensors) == sorted(tensors)
    for entry in entries:
        assert all(tuple(tensors[name].shape) == entry.shape for name in entry.theirs)
        assert torch.equal(entry.joined(tensors), parameters[entry.ours])


def test_queries_keys_and_values_lie_one_below_the_other() -> None:
    entry = Entry("qkv.bias", ("q", "k", "v"), (2,))
    parts = entry.parted(torch.arange(6.0))
    assert {name: part.tolist() for name, part in parts.items()} == {"q": [0, 1], "k": [2, 3], "v": [4, 5]}


def test_a_transposed_entry_is_turned_both_ways() -> None:
    entry = Entry("w", ("c",), (2, 3), transposed=True)
    ours = torch.arange(6.0).view(3, 2)
    assert entry.parted(ours)["c"].tolist() == ours.T.tolist()
    assert entry.joined({"c": ours.T}).is_contiguous()
