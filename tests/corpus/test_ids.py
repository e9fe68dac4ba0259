from pathlib import Path

import numpy as np
import pyarrow as pa

from leafout.corpus.ids import content_id, ordinals, with_ordinals


def test_equal_content_has_equal_names_and_its_parts_do_not_run_together() -> None:
    assert content_id("叶", None, "正") == content_id("叶", "", "正")
    assert content_id("ab", "c") != content_id("a", "bc")
    assert len(content_id("leaf")) == 16
    assert content_id("lone \ud800") != content_id("lone")


def test_a_repeat_gets_an_ordinal_whatever_the_parts(tmp_path: Path) -> None:
    keys = np.array([7, 5, 7, 2**63, 7, 5], np.uint64)
    for cut in range(7):
        found = ordinals([keys[:cut], keys[cut:]], tmp_path)
        assert found.tolist() == [1, 1, 2, 1, 3, 2]
    names = with_ordinals(pa.array(["g", "e", "g", "x", "g", "e"]), found)
    assert names.to_pylist() == ["g", "e", "g-2", "x", "g-3", "e-2"]
