from pathlib import Path

import pytest

from leafout.core.run import QuietRun
from leafout.corpus.documents import Document, DocumentWriter
from leafout.corpus.near_duplicates import clusters
from leafout.corpus.parts import plan_parts
from leafout.corpus.splits_near import near_clusters

BASE = [f"第{n}条评论讲的是第{n * 13}件事情和它的第{n * 17}个后果，review {n * 7} of the thing" for n in range(40)]
TEXTS = BASE + [text + "！" for text in BASE[::2]]


@pytest.mark.parametrize(("shards", "part_bytes"), [(1, 1 << 20), (2, 1 << 20), (3, 1)])
def test_clusters_over_folders_are_those_of_all_texts_in_a_row(tmp_path: Path, shards: int, part_bytes: int) -> None:
    folders = [tmp_path / f"in{number}" for number in range(shards)]
    size = -(-len(TEXTS) // shards)
    for number, folder in enumerate(folders):
        with DocumentWriter(folder) as writer:
            for text in TEXTS[number * size : number * size + size]:
                writer.write(Document(text, id=text[:8]))
    parts = plan_parts(folders, part_bytes=part_bytes)
    found = near_clusters(folders, parts, threshold=0.8, scratch=tmp_path / "scratch", run=QuietRun())
    assert found.tolist() == clusters(TEXTS, threshold=0.8).tolist()
    assert found.tolist()[40:] == list(range(0, 40, 2))
    assert [path.name for path in (tmp_path / "scratch").iterdir()] == ["roots.npy"]
