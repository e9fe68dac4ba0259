import torch
from transformers import BertConfig, BertModel

import tiny_models
from leafout.models.config import Dims
from leafout.models.encoder import Encoder
from leafout.models.names import encoder_entries
from leafout.models.stream import Stream
from leafout.tasks.example import collate

LENGTHS = (1, 12, 3, 7, 12, 2)
DIMS = Dims("bert", vocab_size=39, layers=2, width=16, heads=2, ffn=32, max_tokens=12, segments=3)


def reference() -> BertModel:
    torch.manual_seed(0)
    sizes = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
    model = BertModel(BertConfig(vocab_size=39, max_position_embeddings=12, type_vocab_size=3, **sizes)).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.2)
    return model


def encoder_of(model: BertModel) -> Encoder:
    tensors = {f"bert.{name}": tensor for name, tensor in model.state_dict().items()}
    encoder = Encoder(DIMS).eval()
    joined = {entry.ours.removeprefix("encoder."): entry.joined(tensors) for entry in encoder_entries(DIMS)}
    encoder.load_state_dict(joined)
    return encoder


def test_hidden_states_equal_those_of_a_padded_bert() -> None:
    model = reference()
    rows = tiny_models.examples(LENGTHS)
    width = max(LENGTHS)
    ids, segments, mask = (torch.zeros(len(rows), width, dtype=torch.long) for _ in range(3))
    for place, row in enumerate(rows):
        ids[place, : len(row.ids)] = torch.tensor(row.ids)
        segments[place, : len(row.ids)] = torch.tensor(row.segments)
        mask[place, : len(row.ids)] = 1
    with torch.no_grad():
        wanted = model(input_ids=ids, token_type_ids=segments, attention_mask=mask).last_hidden_state[mask.bool()]
        found = encoder_of(model)(Stream.of(collate(rows)))
    assert (found - wanted).abs().max() < 1e-5


def test_any_batching_gives_equal_hidden_states() -> None:
    encoder = encoder_of(reference())
    rows = tiny_models.examples(LENGTHS)
    with torch.no_grad():
        together = encoder(Stream.of(collate(rows)))
        alone = torch.cat([encoder(Stream.of(collate([row]))) for row in rows])
    assert (together - alone).abs().max() < 1e-5


def test_under_autocast_the_residual_stream_stays_float32() -> None:
    encoder = encoder_of(reference())
    stream = Stream.of(collate(tiny_models.examples(LENGTHS)))
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        narrow = encoder(stream)
    with torch.no_grad():
        wide = encoder(stream)
    assert narrow.dtype == torch.float32
    assert 0 < (narrow - wide).abs().max() < 0.1


def test_dropout_follows_the_global_seed_and_only_while_training() -> None:
    torch.manual_seed(0)
    encoder = Encoder(Dims("bert", vocab_size=39, layers=1, width=16, heads=2, ffn=32, max_tokens=12, dropout=0.5))
    stream = Stream.of(collate(tiny_models.examples(LENGTHS)))

    def seeded(seed: int) -> torch.Tensor:
        torch.manual_seed(seed)
        hidden: torch.Tensor = encoder(stream)
        return hidden

    assert torch.equal(seeded(1), seeded(1))
    assert not torch.equal(seeded(1), seeded(2))
    encoder.eval()
    assert torch.equal(seeded(1), seeded(2))
