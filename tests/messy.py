"""Files as the world gives them: good rows, broken ones, copies, near copies, blank lines, archives; and how many rows.

Everything follows from a seed.
"""

import csv
import io
import json
import random
import zipfile
from pathlib import Path

ZH = "今天 天气 很好 我们 去 公园 散步 看 花 读书 学习 模型 语言 数据 清洗 分词 训练 城市 春天 秋天 山水".split()  # noqa: SIM905 one line
EN = "the weather is fine today we walk in a park and read books about models language data city spring river".split()  # noqa: SIM905 one line
PERSONAL = ("13812345678", "a.person@example.com", "192.168.10.20")
BROKEN = (b'{"text": "cut', b'{"title": "no text"}', b'{"text": null}', b'{"text": 7}', b'{"text": "\xff\xfe"}',
          b"[1, 2]", b'{"text": ""}')  # fmt: skip


class Messy:
    """Draws texts and rows; remembers earlier ones to repeat them."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.texts: list[str] = []

    def text(self) -> str:
        """A text: new, a copy, nearly a copy, too short, or one with personal data."""
        draw, kind = self.draw, self.draw.random()
        if self.texts and kind < 0.12:
            return draw.choice(self.texts)
        if self.texts and kind < 0.22:
            return draw.choice(self.texts) + draw.choice(["！", " indeed", "。"])
        words = draw.choice([ZH, EN])
        joined = ("" if words is ZH else " ").join(draw.choices(words, k=draw.randint(1, 60)))
        if kind > 0.95:
            joined = "！！！？？？###" * draw.randint(1, 9)
        elif kind > 0.85:
            joined += f" {draw.choice(PERSONAL)}"
        self.texts.append(joined)
        return joined

    def row(self) -> dict[str, object]:
        """A row with whatever a source may say of it."""
        draw = self.draw
        row: dict[str, object] = {"text": self.text()}
        if draw.random() < 0.5:
            row["label"] = draw.choice(["正", "负"])
        if draw.random() < 0.5:
            row["time"] = f"20{draw.randint(10, 24)}-0{draw.randint(1, 9)}-1{draw.randint(0, 9)}"
        if draw.random() < 0.5:
            row["url"] = f"https://{draw.choice(['例子.cn', 'www.news.org', 'blog.net'])}/{draw.randint(1, 99)}"
        if draw.random() < 0.2:
            row["licence"] = draw.choice(["CC0", "CC BY-SA 4.0"])
        return row

    def lines(self, count: int) -> bytes:
        """JSON lines, some of them broken, with blank ones between that are no rows."""
        made = [
            self.draw.choice(BROKEN)
            if self.draw.random() < 0.08
            else json.dumps(self.row(), ensure_ascii=False).encode()
            for _ in range(count)
        ]
        return b"".join(line + self.draw.choice([b"\n", b"\n", b"\r\n", b"\n\n"]) for line in made)

    def table(self, count: int) -> bytes:
        """A CSV file with a header."""
        file = io.StringIO()
        writer = csv.writer(file)
        writer.writerow(["text", "label"])
        for _ in range(count):
            writer.writerow([self.text(), self.draw.choice(["正", "负"])])
        return file.getvalue().encode()


def write_messy(folder: Path, seed: int, *, rows: int = 120) -> int:
    """Write the files of a seed; returns how many rows lie in them."""
    messy = Messy(seed)
    folder.mkdir(parents=True, exist_ok=True)
    parts = [messy.draw.randint(rows // 6, rows // 3) for _ in range(4)]
    (folder / "news.jsonl").write_bytes(messy.lines(parts[0]))
    (folder / "posts.csv").write_bytes(messy.table(parts[1]))
    with zipfile.ZipFile(folder / "bundle.zip", "w") as bundle:
        bundle.writestr("里面/inner.jsonl", messy.lines(parts[2]))
        bundle.writestr("inner.csv", messy.table(parts[3]))
    (folder / "alone.txt").write_text(messy.text() * 3, encoding="gb18030")
    return sum(parts) + 1
