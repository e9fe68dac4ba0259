"""Which tensors of a Hugging Face folder make which parameter of ours.

Ours fuse query, key and value; GPT-2's matrices lie transposed on disk (`Conv1D`: inputs by outputs).

Legend: D width, F width of the feed-forward part, V vocabulary, L labels.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from leafout.models.config import Dims

ENCODER, POOLER, GUESSES, FOLLOWS = "encoder.", "pooler.", ("transform.", "transform_norm.", "bias"), "follows."


@dataclass(frozen=True, slots=True)
class Entry:
    """One parameter.

    Attributes:
        ours: its name in our module.
        theirs: the tensors on disk that it is made of, one below the other.
        shape: of each of them, on disk; the height of the first where they differ.
        transposed: whether it lies transposed on disk.
        heights: of each of them where they differ.
    """

    ours: str
    theirs: tuple[str, ...]
    shape: tuple[int, ...]
    transposed: bool = False
    heights: tuple[int, ...] = ()

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of each tensor on disk."""
        heights = self.heights or self.shape[:1] * len(self.theirs)
        return {name: (height, *self.shape[1:]) for name, height in zip(self.theirs, heights, strict=True)}

    def joined(self, tensors: Mapping[str, Tensor]) -> Tensor:
        """Our parameter from theirs."""
        parts = [tensors[name] for name in self.theirs]
        whole = torch.cat(parts) if len(parts) > 1 else parts[0]
        return whole.T.contiguous() if self.transposed else whole

    def parted(self, parameter: Tensor) -> dict[str, Tensor]:
        """Their tensors from our parameter."""
        whole = parameter.detach().cpu()
        heights = [shape[0] for shape in self.shapes().values()]
        parts = torch.split(whole.T if self.transposed else whole, heights)
        return {name: part.contiguous() for name, part in zip(self.theirs, parts, strict=True)}


def encoder_entries(dims: Dims) -> list[Entry]:
    """The parameters of `Encoder` or `ModernEncoder`, seen from a model that holds it as `encoder`."""
    return _bert_entries(dims) if dims.near is None else _modern_entries(dims)


def _modern_entries(dims: Dims) -> list[Entry]:
    D, F, embeddings = dims.width, dims.ffn, "model.embeddings."
    entries = [
        Entry("encoder.words.weight", (f"{embeddings}tok_embeddings.weight",), (dims.vocab_size, D)),
        Entry("encoder.norm.weight", (f"{embeddings}norm.weight",), (D,)),
    ]
    for layer in range(dims.layers):
        ours, theirs = f"encoder.layers.{layer}.", f"model.layers.{layer}."
        if layer:
            entries.append(Entry(f"{ours}qkv_norm.weight", (f"{theirs}attn_norm.weight",), (D,)))
        entries += [
            *_fused(f"{ours}qkv", [f"{theirs}attn.Wqkv"], (3 * D,), D, bias=dims.qkv_bias),
            *_fused(f"{ours}out", [f"{theirs}attn.Wo"], (D,), D, bias=dims.out_bias),
            Entry(f"{ours}rise_norm.weight", (f"{theirs}mlp_norm.weight",), (D,)),
            *_fused(f"{ours}rise", [f"{theirs}mlp.Wi"], (2 * F,), D, bias=dims.ffn_bias),
            *_fused(f"{ours}fall", [f"{theirs}mlp.Wo"], (D,), F, bias=dims.ffn_bias),
        ]
    return [*entries, Entry("encoder.last_norm.weight", ("model.final_norm.weight",), (D,))]


def _bert_entries(dims: Dims) -> list[Entry]:
    D, F = dims.width, dims.ffn
    first, there = "encoder.", "bert.embeddings."
    entries = [
        Entry(f"{first}words.weight", (f"{there}word_embeddings.weight",), (dims.vocab_size, D)),
        Entry(f"{first}places.weight", (f"{there}position_embeddings.weight",), (dims.max_tokens, D)),
        Entry(f"{first}types.weight", (f"{there}token_type_embeddings.weight",), (dims.segments, D)),
        *_norm(f"{first}norm", f"{there}LayerNorm", D),
    ]
    for layer in range(dims.layers):
        ours, theirs = f"encoder.layers.{layer}.", f"bert.encoder.layer.{layer}."
        fused = [f"{theirs}attention.self.{part}" for part in ("query", "key", "value")]
        entries += [
            Entry(f"{ours}qkv.weight", tuple(f"{name}.weight" for name in fused), (D, D)),
            Entry(f"{ours}qkv.bias", tuple(f"{name}.bias" for name in fused), (D,)),
            *_linear(f"{ours}out", f"{theirs}attention.output.dense", D, D),
            *_norm(f"{ours}out_norm", f"{theirs}attention.output.LayerNorm", D),
            *_linear(f"{ours}rise", f"{theirs}intermediate.dense", F, D),
            *_linear(f"{ours}fall", f"{theirs}output.dense", D, F),
            *_norm(f"{ours}fall_norm", f"{theirs}output.LayerNorm", D),
        ]
    return entries


def masked_entries(dims: Dims) -> list[Entry]:
    """The parameters of `MaskedModel`: BertForPreTraining or ModernBertForMaskedLM; the tied matrix lies there once."""
    D = dims.width
    if dims.near is not None:
        return [
            *encoder_entries(dims),
            *_fused("transform", ["head.dense"], (D,), D, bias=dims.head_bias),
            Entry("transform_norm.weight", ("head.norm.weight",), (D,)),
            Entry("bias", ("decoder.bias",), (dims.vocab_size,)),
        ]
    return [
        *encoder_entries(dims),
        *_linear("pooler", "bert.pooler.dense", D, D),
        *_linear("transform", "cls.predictions.transform.dense", D, D),
        *_norm("transform_norm", "cls.predictions.transform.LayerNorm", D),
        Entry("bias", ("cls.predictions.bias",), (dims.vocab_size,)),
        *_linear("follows", "cls.seq_relationship", 2, D),
    ]


def classifier_entries(dims: Dims, num_labels: int) -> list[Entry]:
    """The parameters of `Classifier`: BertForSequenceClassification or ModernBertForSequenceClassification."""
    D = dims.width
    pooler = [*_linear("pooler", "bert.pooler.dense", D, D)]
    if dims.near is not None:
        pooler = [
            *_fused("pooler", ["head.dense"], (D,), D, bias=dims.head_bias),
            Entry("pooler_norm.weight", ("head.norm.weight",), (D,)),
        ]
    return [
        *encoder_entries(dims),
        *pooler,
        *_linear("head", "classifier", num_labels, dims.width),
    ]


def token_entries(dims: Dims, num_labels: int) -> list[Entry]:
    """The parameters of `TokenClassifier`: BertForTokenClassification or ModernBertForTokenClassification."""
    D = dims.width
    head = [*_linear("head", "classifier", num_labels, D)]
    if dims.near is None:
        return [*encoder_entries(dims), *head]
    return [
        *encoder_entries(dims),
        *_fused("transform", ["head.dense"], (D,), D, bias=dims.head_bias),
        Entry("transform_norm.weight", ("head.norm.weight",), (D,)),
        *head,
    ]


def causal_entries(dims: Dims) -> list[Entry]:
    """The parameters of `CausalModel`: GPT2LMHeadModel, or Llama's layout; a tied matrix lies on disk once."""
    return _gpt_entries(dims) if dims.rope is None else _rotary_entries(dims)


def _gpt_entries(dims: Dims) -> list[Entry]:
    D, F = dims.width, dims.ffn
    entries = [
        Entry("words.weight", ("transformer.wte.weight",), (dims.vocab_size, D)),
        Entry("places.weight", ("transformer.wpe.weight",), (dims.max_tokens, D)),
    ]
    for layer in range(dims.layers):
        ours, theirs = f"layers.{layer}.", f"transformer.h.{layer}."
        entries += [
            *_norm(f"{ours}qkv_norm", f"{theirs}ln_1", D),
            *_conv(f"{ours}qkv", f"{theirs}attn.c_attn", D, 3 * D),
            *_conv(f"{ours}out", f"{theirs}attn.c_proj", D, D),
            *_norm(f"{ours}rise_norm", f"{theirs}ln_2", D),
            *_conv(f"{ours}rise", f"{theirs}mlp.c_fc", D, F),
            *_conv(f"{ours}fall", f"{theirs}mlp.c_proj", F, D),
        ]
    return [*entries, *_norm("norm", "transformer.ln_f", D)]


def _rotary_entries(dims: Dims) -> list[Entry]:
    D, F, queries, keys = dims.width, dims.ffn, dims.heads * dims.head, (dims.kv_heads or dims.heads) * dims.head
    entries = [Entry("words.weight", ("model.embed_tokens.weight",), (dims.vocab_size, D))]
    for layer in range(dims.layers):
        ours, theirs = f"layers.{layer}.", f"model.layers.{layer}."
        fused = [f"{theirs}self_attn.{part}_proj" for part in "qkv"]
        gated = [f"{theirs}mlp.{part}_proj" for part in ("gate", "up")]
        entries += [
            Entry(f"{ours}qkv_norm.weight", (f"{theirs}input_layernorm.weight",), (D,)),
            *_fused(f"{ours}qkv", fused, (queries, keys, keys), D, bias=dims.qkv_bias),
            *_fused(f"{ours}out", [f"{theirs}self_attn.o_proj"], (D,), queries, bias=dims.out_bias),
            Entry(f"{ours}rise_norm.weight", (f"{theirs}post_attention_layernorm.weight",), (D,)),
            *_fused(f"{ours}rise", gated, (F, F), D, bias=dims.ffn_bias),
            *_fused(f"{ours}fall", [f"{theirs}mlp.down_proj"], (D,), F, bias=dims.ffn_bias),
        ]
        if dims.head_norm:
            entries += [
                Entry(f"{ours}query_norm.weight", (f"{theirs}self_attn.q_norm.weight",), (dims.head,)),
                Entry(f"{ours}key_norm.weight", (f"{theirs}self_attn.k_norm.weight",), (dims.head,)),
            ]
    entries.append(Entry("norm.weight", ("model.norm.weight",), (D,)))
    untied = [] if dims.tied else [Entry("unembed.weight", ("lm_head.weight",), (dims.vocab_size, D))]
    return entries + untied


def on_disk(entries: Sequence[Entry], parameters: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors to write for our parameters, sorted by name."""
    tensors: dict[str, Tensor] = {}
    for entry in entries:
        tensors |= entry.parted(parameters[entry.ours])
    return dict(sorted(tensors.items()))


def _linear(ours: str, theirs: str, outputs: int, inputs: int) -> Iterator[Entry]:
    yield Entry(f"{ours}.weight", (f"{theirs}.weight",), (outputs, inputs))
    yield Entry(f"{ours}.bias", (f"{theirs}.bias",), (outputs,))


def _fused(ours: str, theirs: Sequence[str], heights: tuple[int, ...], inputs: int, *, bias: bool) -> Iterator[Entry]:
    weights = tuple(f"{name}.weight" for name in theirs)
    yield Entry(f"{ours}.weight", weights, (heights[0], inputs), heights=heights)
    if bias:
        yield Entry(f"{ours}.bias", tuple(f"{name}.bias" for name in theirs), heights[:1], heights=heights)


def _conv(ours: str, theirs: str, inputs: int, outputs: int) -> Iterator[Entry]:
    yield Entry(f"{ours}.weight", (f"{theirs}.weight",), (inputs, outputs), transposed=True)
    yield Entry(f"{ours}.bias", (f"{theirs}.bias",), (outputs,))


def _norm(ours: str, theirs: str, width: int) -> Iterator[Entry]:
    yield Entry(f"{ours}.weight", (f"{theirs}.weight",), (width,))
    yield Entry(f"{ours}.bias", (f"{theirs}.bias",), (width,))
