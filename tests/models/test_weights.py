from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from leafout.core.errors import LeafoutError
from leafout.models.names import Entry
from leafout.models.weights import FILE, Weights

ENTRIES = [Entry("qkv", ("bert.q", "bert.k"), (2, 3)), Entry("norm", ("bert.LayerNorm.weight",), (3,))]


def write(folder: Path, **changed: torch.Tensor) -> Path:
    tensors = {"bert.q": torch.ones(2, 3), "bert.k": torch.zeros(2, 3), "bert.LayerNorm.weight": torch.ones(3)}
    save_file(tensors | {name.replace("__", "."): tensor for name, tensor in changed.items()}, folder / FILE)
    return folder


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16, torch.float64])
def test_floats_of_any_width_become_float32(tmp_path: Path, dtype: torch.dtype) -> None:
    read = Weights(write(tmp_path, bert__q=torch.full((2, 3), 0.5, dtype=dtype)), prefix="bert.").read(ENTRIES)
    assert read["qkv"].dtype == torch.float32
    assert read["qkv"].tolist() == [[0.5] * 3] * 2 + [[0.0] * 3] * 2


def test_names_without_the_prefix_and_of_2018_are_found(tmp_path: Path) -> None:
    save_file({"q": torch.ones(2, 3), "k": torch.ones(2, 3), "LayerNorm.gamma": torch.ones(3)}, tmp_path / FILE)
    assert set(Weights(tmp_path, prefix="bert.").read(ENTRIES)) == {"qkv", "norm"}


def test_what_is_read_does_not_change_with_the_file(tmp_path: Path) -> None:
    read = Weights(write(tmp_path), prefix="bert.").read(ENTRIES)
    data = (tmp_path / FILE).read_bytes()
    with (tmp_path / FILE).open("r+b") as file:
        file.seek(len(data) - 60)
        file.write(b"\xff" * 60)
    assert read["norm"].tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"bert__q": torch.ones(3, 2)}, r"`bert.q` has the shape \(3, 2\), the config asks for \(2, 3\)"),
        ({"bert__q": torch.full((2, 3), float("nan"))}, "`bert.q` holds NaN"),
        ({"bert__k": torch.full((2, 3), float("inf"))}, "`bert.k` holds NaN or infinity"),
        ({"bert__k": torch.ones(2, 3, dtype=torch.int64)}, "`bert.k` is I64"),
    ],
)
def test_a_wrong_tensor_is_named(tmp_path: Path, changed: dict[str, torch.Tensor], said: str) -> None:
    weights = Weights(write(tmp_path, **changed), prefix="bert.")
    with pytest.raises(LeafoutError, match=said):
        weights.read(ENTRIES)


def test_an_absent_tensor_is_named(tmp_path: Path) -> None:
    weights = Weights(write(tmp_path), prefix="bert.")
    with pytest.raises(LeafoutError, match=r"`bert.x` is absent, the config asks for \(2,\)"):
        weights.read([*ENTRIES, Entry("x", ("bert.x",), (2,))])
    with pytest.raises(LeafoutError, match=r"no `bert\.x`"):
        weights.num_rows("bert.x")
    assert weights.num_rows("bert.q") == 2


@pytest.mark.parametrize(
    "data", [b"", b"\xff" * 64, (2**63).to_bytes(8, "little") + b"{}", b"\x02" + b"\0" * 7 + b"[]"]
)
def test_what_is_no_safetensors_file_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / FILE).write_bytes(data)
    with pytest.raises(LeafoutError, match="cannot be read"):
        Weights(tmp_path, prefix="bert.")


def test_an_absent_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LeafoutError, match="there is no"):
        Weights(tmp_path, prefix="bert.")
