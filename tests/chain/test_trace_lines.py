import json

import chain_store
from leafout.chain.lineage import document_folders, trace
from leafout.chain.resemblance import nearest_documents
from leafout.chain.trace_lines import lines, plain


def test_the_tree_names_every_stage_file_and_line() -> None:
    lineage = trace(chain_store.shared(), "sentiment")
    near = nearest_documents(document_folders(lineage), "耳机质量不好", 2)
    text = "\n".join(lines(lineage, near))
    for word in ("slot     sentiment", "passed its gates", "model: finetune-", "rows: split-", "(as above)"):
        assert word in text
    assert "└─ reviews.csv:2-164  163 documents  sha256 " in text
    assert "training documents, nearest first" in text
    assert "reviews.csv:" in text.splitlines()[-1]


def test_plain_values_hold_whole_digests_and_lines() -> None:
    lineage = trace(chain_store.shared(), "sentiment")
    values = json.loads(json.dumps(plain(lineage)))
    root = values["artifacts"][values["root"]]
    assert root["stage"] == "export"
    assert all(one["key"] in values["artifacts"] for one in root["inputs"].values())
    collect = next(one for one in values["artifacts"].values() if one["stage"] == "collect")
    assert collect["outside"]["reviews.csv"]["last_line"] == 164
    assert len(collect["outside"]["reviews.csv"]["sha256"]) == 64
