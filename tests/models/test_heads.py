from pathlib import Path

import torch
from transformers import BertConfig, BertForPreTraining

import tiny_models
from leafout.models.load import load_classifier, load_masked
from leafout.models.stream import Stream
from leafout.tasks.example import collate


def write_masked(folder: Path) -> BertForPreTraining:
    torch.manual_seed(0)
    sizes = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
    model = BertForPreTraining(BertConfig(vocab_size=39, max_position_embeddings=32, **sizes)).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.2)
    tiny_models.save(model, folder)
    return model


def test_guesses_at_some_places_equal_those_of_transformers(tmp_path: Path) -> None:
    model = write_masked(tmp_path)
    ours = load_masked(tmp_path).eval()
    rows = tiny_models.examples((9, 4, 1, 20))
    stream = Stream.of(collate(rows))
    places = torch.tensor([0, 3, 8, 12, 13, 33])
    with torch.no_grad():
        wanted = [
            model(
                input_ids=torch.tensor(row.ids, dtype=torch.long)[None],
                token_type_ids=torch.tensor(row.segments, dtype=torch.long)[None],
            )
            for row in rows
        ]
        hidden = ours.encode(stream)
        guesses, follows = ours.guess(hidden[places]), ours.next(hidden[stream.starts_B])
    assert (guesses - torch.cat([each.prediction_logits[0] for each in wanted])[places]).abs().max() < 1e-5
    assert (follows - torch.cat([each.seq_relationship_logits for each in wanted])).abs().max() < 1e-5


def test_the_guesses_teach_the_word_embeddings_they_share(tmp_path: Path) -> None:
    write_masked(tmp_path)
    model = load_masked(tmp_path, dropout=0.0)
    (grad,) = torch.autograd.grad(model.guess(torch.randn(3, 16)).sum(), [model.encoder.words.weight])
    assert grad.abs().sum() > 0


def test_a_classifier_answers_from_each_rows_first_token(tmp_path: Path) -> None:
    reference = tiny_models.write_bert(tmp_path, labels=("a", "b", "c"))
    rows = tiny_models.examples((5, 1, 30, 9))
    with torch.no_grad():
        found = load_classifier(tmp_path).eval()(Stream.of(collate(rows)))
    assert found.shape == (4, 3)
    assert (found - torch.tensor(tiny_models.reference_logits(reference, rows))).abs().max() < 1e-5
