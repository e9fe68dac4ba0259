"""Chinese and English sentences that repeat enough for a vocabulary."""

import random
from collections.abc import Iterator

_ZH = ("今天天气很好", "这本书的内容不错", "房间很小，服务也不好", "快递太慢了", "价格便宜，质量一般", "人民日报报道")
_EN = (
    "The weather is lovely today",
    "this book isn't good",
    "the rooms were small",
    "Return a list of values",
    "naïve café",
)


def toy_texts(count: int = 300, *, seed: int = 3) -> list[str]:
    """Generated documents of a few sentences."""
    draw = random.Random(seed)
    texts = []
    for number in range(count):
        zh = "。".join(draw.choices(_ZH, k=draw.randint(1, 3))) + "。"
        en = ". ".join(draw.choices(_EN, k=draw.randint(1, 3))) + f", {number}."
        texts.append(draw.choice((zh, en, f"{zh}\n{en}")))
    return texts


def batches(count: int = 300) -> Iterator[list[str]]:
    """The same in batches."""
    texts = toy_texts(count)
    for start in range(0, len(texts), 64):
        yield texts[start : start + 64]
