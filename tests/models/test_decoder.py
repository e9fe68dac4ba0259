from pathlib import Path

import torch

import tiny_models
from leafout.models.load import load_causal
from leafout.models.stream import Stream
from leafout.tasks.example import Example, collate

LENGTHS = (1, 30, 3, 7, 30)


def test_logits_of_a_stream_equal_those_of_transformers_row_by_row(tmp_path: Path) -> None:
    reference = tiny_models.write_gpt(tmp_path, layers=3)
    model = load_causal(tmp_path).eval()
    rows = tiny_models.examples(LENGTHS)
    with torch.no_grad():
        found = model.logits(model.hidden(Stream.of(collate(rows))))
        wanted = [reference(torch.tensor(row.ids, dtype=torch.long)[None]).logits[0] for row in rows]
    assert (found - torch.cat(wanted)).abs().max() < 1e-5


def test_decoding_with_a_cache_equals_reading_it_all_again(tmp_path: Path) -> None:
    tiny_models.write_gpt(tmp_path, layers=3)
    model = load_causal(tmp_path).eval()
    rows = tiny_models.examples((2, 9, 5))
    more = torch.tensor([[7, 8, 9], [10, 11, 12]])
    with torch.no_grad():
        _, cache = model.prefill(Stream.of(collate(rows)), places=12)
        found = [model.step(ids, cache) for ids in more]
        for step in (1, 2):
            longer = [
                Example(
                    torch.cat([torch.tensor(row.ids), more[:step, place]]).int().numpy(),
                    tiny_models.examples((len(row.ids) + step,))[0].segments,
                )
                for place, row in enumerate(rows)
            ]
            wanted, _ = model.prefill(Stream.of(collate(longer)), places=12)
            assert (found[step - 1] - wanted).abs().max() < 1e-5


def test_a_later_token_changes_no_earlier_logit(tmp_path: Path) -> None:
    tiny_models.write_gpt(tmp_path)
    model = load_causal(tmp_path).eval()
    first, second = tiny_models.examples((8, 6))
    changed = Example(first.ids.copy(), first.segments)
    changed.ids[5] = (changed.ids[5] + 1) % 39
    with torch.no_grad():
        before = model.hidden(Stream.of(collate([first, second])))
        after = model.hidden(Stream.of(collate([changed, second])))
    same = (before - after).abs().amax(1) == 0
    assert same.tolist() == [True] * 5 + [False] * 3 + [True] * 6
