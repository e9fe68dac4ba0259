import json
from pathlib import Path

import pytest

from leafout.core.errors import LeafoutError
from leafout.models.adapters.unmerged import refuse_unmerged, unmerged


def write(folder: Path, kind: object) -> Path:
    (folder / "adapter").mkdir()
    (folder / "adapter" / "adapter_config.json").write_text(json.dumps({"peft_type": kind}), encoding="utf-8")
    return folder


@pytest.mark.parametrize("kind", ["LORA", "ADALORA"])
def test_what_is_merged_needs_nothing(tmp_path: Path, kind: str) -> None:
    assert unmerged(tmp_path) is None
    assert unmerged(write(tmp_path, kind)) is None
    refuse_unmerged(tmp_path, why="no reason")


@pytest.mark.parametrize(("kind", "said"), [("PREFIX_TUNING", "a prefix"), ("BOTTLENECK", "bottlenecks")])
def test_what_is_beside_is_refused_where_the_weights_are_not_enough(tmp_path: Path, kind: str, said: str) -> None:
    assert unmerged(write(tmp_path, kind)) == {"peft_type": kind}
    with pytest.raises(LeafoutError, match=f"the model has {said} beside its weights: its layers stay"):
        refuse_unmerged(tmp_path, why="its layers stay")


def test_an_unknown_kind_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LeafoutError, match="`peft_type` is 'OTHER'"):
        unmerged(write(tmp_path, "OTHER"))
