from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertForPreTraining

import tiny_models
from leafout.models.config import ModelConfig
from leafout.models.heads import MaskedModel
from leafout.models.new import new_masked
from leafout.models.save import save_model
from leafout.tasks.example import positions, starts
from leafout.tasks.losses.mlm import MaskedObjective
from leafout.tasks.mlm import MaskedBatch
from leafout.tokenization.special import SpecialTokens

VOCAB = len(tiny_models.SPECIAL) + len(tiny_models.WORDS)
SPECIALS = SpecialTokens(pad_id=0, unk_id=1, start_id=2, end_id=3, mask_id=4, all_ids=frozenset(range(5)))


@pytest.fixture
def model() -> MaskedModel:
    made = new_masked(ModelConfig(layers=2, width=16, heads=2), VOCAB, SPECIALS, 1)
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    return made.eval()


def batch(lengths: tuple[int, ...] = (5, 9, 3), *, seed: int = 0) -> MaskedBatch:
    random = np.random.default_rng(seed)
    total = sum(lengths)
    places_K = np.sort(random.choice(total, total // 3, replace=False))
    return MaskedBatch(
        ids_T=random.integers(0, VOCAB, total).astype(np.int32),
        positions_T=positions(np.array(lengths)),
        segments_T=random.integers(0, 2, total).astype(np.int32),
        starts_B1=starts(np.array(lengths)),
        places_K=places_K,
        targets_K=random.integers(0, VOCAB, len(places_K)),
        next_B=np.array([0, 1, -1][: len(lengths)], np.int64),
    )


def test_the_loss_is_that_of_transformers(tmp_path: Path, model: MaskedModel) -> None:
    save_model(model, tmp_path)
    theirs = BertForPreTraining.from_pretrained(tmp_path).eval()
    given = batch((7, 7))
    shape = (2, 7)
    labels_T = np.full(14, -100)
    labels_T[given.places_K] = given.targets_K
    with torch.no_grad():
        objective = MaskedObjective(device="cpu")
        ours = objective.loss(model, given, objective.counts(given))
        wanted = theirs(
            input_ids=torch.from_numpy(given.ids_T.reshape(shape)).long(),
            token_type_ids=torch.from_numpy(given.segments_T.reshape(shape)).long(),
            labels=torch.from_numpy(labels_T.reshape(shape)),
            next_sentence_label=torch.from_numpy(given.next_B),
        ).loss
    assert float(ours) == pytest.approx(float(wanted), abs=1e-5)


def test_evaluation_is_the_mean_over_batches_of_any_size(model: MaskedModel) -> None:
    objective = MaskedObjective(device="cpu")
    batches = [batch((5, 9, 3), seed=1), batch((4, 4), seed=2)]
    with torch.no_grad():
        found = objective.evaluate(model, batches)
        totals = tuple(sum(counts) for counts in zip(*map(objective.counts, batches), strict=True))
        loss = sum(float(objective.loss(model, one, totals)) for one in batches)
    assert totals == (5 + 2, 2 + 2)
    assert found["loss"] == pytest.approx(loss, rel=1e-5)
    assert found["loss"] == pytest.approx(found["mlm_loss"] + found["nsp_loss"])
    assert 0 <= found["mlm_accuracy"] <= 1
    assert found["nsp_accuracy"] in {0, 0.25, 0.5, 0.75, 1}


@pytest.mark.parametrize("weight", [0.1, 2.0])
def test_next_sentences_count_as_much_as_asked_for(model: MaskedModel, weight: float) -> None:
    given = batch((5, 9, 3))
    objective = MaskedObjective(device="cpu", next_sentence=weight)
    with torch.no_grad():
        found = objective.evaluate(model, [given])
        loss = objective.loss(model, given, objective.counts(given))
    assert found["loss"] == pytest.approx(found["mlm_loss"] + weight * found["nsp_loss"], rel=1e-5)
    assert float(loss) == pytest.approx(found["loss"], rel=1e-5)


def test_without_next_sentences_only_masked_tokens_count(model: MaskedModel) -> None:
    objective = MaskedObjective(device="cpu", next_sentence=0)
    with torch.no_grad():
        found = objective.evaluate(model, [batch()])
    assert set(found) == {"loss", "mlm_loss", "mlm_accuracy"}
    assert found["loss"] == found["mlm_loss"]


def test_figures_of_the_order_of_sentences_have_their_own_name(model: MaskedModel) -> None:
    with torch.no_grad():
        named = {
            task: MaskedObjective(device="cpu", task=task).evaluate(model, [batch()]) for task in ("next", "order")
        }
    assert {"sop_loss", "sop_accuracy"} < named["order"].keys()
    assert named["order"]["sop_loss"] == named["next"]["nsp_loss"]
    assert named["order"]["loss"] == named["next"]["loss"]


def test_a_batch_without_anything_to_guess_has_loss_zero(model: MaskedModel) -> None:
    given = batch((4,))
    nothing = MaskedBatch(
        given.ids_T,
        given.positions_T,
        given.segments_T,
        given.starts_B1,
        given.places_K[:0],
        given.targets_K[:0],
        np.array([-1]),
    )
    objective = MaskedObjective(device="cpu")
    loss = objective.loss(model, nothing, objective.counts(nothing))
    loss.backward()  # type: ignore[no-untyped-call]  # torch has no type for it
    assert float(loss.detach()) == 0
