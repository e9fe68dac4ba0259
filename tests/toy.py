"""A toy chain: generated Chinese and English text, every stage, seconds to run."""

import csv
import random
from pathlib import Path

_GOOD = ["很好", "喜欢", "满意", "推荐", "excellent", "wonderful", "a pleasure"]
_BAD = ["很差", "失望", "退货", "后悔", "terrible", "a waste", "broken"]
_THINGS = ["这本书", "这家酒店", "这个手机", "快递", "the room", "this book", "the battery", "the service"]
_MORE = ["价格", "质量", "内容", "包装", "the price", "the screen", "the staff", "the story"]

CHAIN = """\
seed: 7
documents: {stage: collect, files: text/*.txt, format: blocks}
labels:    {stage: collect, files: labels.csv}
clean:     {from: [documents, labels], quality: {min_chars: 4}}
corpus:    {stage: split, from: clean, val: 0.1, test: 0.1}
tokenize:  {from: corpus, kind: wordpiece, vocab_size: 400}
pretrain:  {from: tokenize, model: {kind: bert, layers: 2, width: 32}, budget: {steps: 12}, batch_tokens: 512}
kept:      {stage: clean, from: labels, quality: {min_chars: 4}}
rows:      {stage: split, from: kept, method: stratified, val: 0.2, test: 0.2}
finetune:  {from: {model: pretrain, rows: rows}, task: classify, budget: {steps: 16}, batch_tokens: 256}
compress:  {from: {model: finetune, rows: rows}, layers: 1, budget: {steps: 8}, batch_tokens: 256}
export:    {from: {model: compress, rows: rows}, format: onnx, precision: int8}
evaluate:  {from: {release: export, rows: rows}, gates: {accuracy: ">= 0.0"}, promote: toy}
"""


def write_toy(folder: Path, *, num_rows: int = 240, num_documents: int = 60, seed: int = 1) -> Path:
    """Write data and `chain.yaml` into a folder; the chain file's path."""
    draw = random.Random(seed)
    (folder / "text").mkdir(parents=True, exist_ok=True)
    blocks = ["\n".join(_sentence(draw) for _ in range(draw.randint(3, 8))) for _ in range(num_documents)]
    (folder / "text" / "文章.txt").write_text("\n\n".join(blocks) + "\n", encoding="utf-8")
    with (folder / "labels.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["text", "label"])
        for number in range(num_rows):
            label = ("negative", "positive")[number % 2]
            rows.writerow([f"{_sentence(draw, label)} {number}", label])
    chain = folder / "chain.yaml"
    chain.write_text(CHAIN, encoding="utf-8")
    return chain


def _sentence(draw: random.Random, label: str | None = None) -> str:
    words = {"positive": _GOOD, "negative": _BAD, None: _GOOD + _BAD}[label]
    parts = [f"{draw.choice(_THINGS)} {draw.choice(words)}" for _ in range(draw.randint(1, 3))]
    return f"{draw.choice(_MORE)} {draw.randint(2, 999)}, " + "，".join(parts) + "。"
