"""Generated pages of two kinds, Chinese and English, for tests of learned filters."""

import random

_KINDS = {
    "chips": [
        "这家晶圆厂今年扩大了先进制程的产能",
        "芯片设计公司发布了新的处理器架构",
        "光刻机的交付推迟到明年第二季度",
        "The foundry raised its wafer output again this quarter",
        "The new processor has a wider memory bus and a larger cache",
        "Analysts expect chip prices to fall as supply recovers",
    ],
    "garden": [
        "春天的月季要在发芽之前修剪枝条",
        "番茄喜欢阳光充足而排水良好的土壤",
        "浇水最好在清晨或者傍晚进行",
        "Prune the roses before the first buds open in spring",
        "Tomatoes like a sunny bed with well drained soil",
        "Water the seedlings early in the morning or at dusk",
    ],
}


def pages(kind: str, count: int, *, seed: int = 0, sentences: int = 12) -> list[str]:
    """So many pages of a kind, `chips` or `garden`: some of its sentences, with numbers and fillers."""
    draw = random.Random(f"{kind}-{seed}")
    made = []
    for number in range(count):
        lines = [
            draw.choice(_KINDS[kind]) + draw.choice(["，据说。", "。", ", they said.", "."]) for _ in range(sentences)
        ]
        made.append(f"第{number}页 Page {number}\n" + "\n".join(lines))
    return made
