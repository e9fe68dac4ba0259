import chain_store
from leafout.chain.report.sections.summary import chain, header, tiles


def test_tiles_hold_the_gated_exam_documents_weights_and_time() -> None:
    shown = tiles(chain_store.data())
    assert len(shown) == 4
    assert "0.938" in shown[0]
    assert "0.877 to 0.998, floor 0.790" in shown[0]
    assert "163" in shown[1]
    assert "4.2 MB" in shown[2]


def test_the_header_says_what_the_last_run_did() -> None:
    data = chain_store.data()
    for place, step in enumerate(data["steps"]):
        step["status"] = ("made", "found")[place % 2]
    assert "made 6, found 5" in header(data)


def test_a_step_that_is_gone_is_named_below_the_graph() -> None:
    data = chain_store.data() | {"missing": ["旧步骤"]}
    assert "No longer in the store: 旧步骤." in chain(data)
