from leafout.corpus.html.page import NoPage, Page, PageOptions


def test_by_default_a_page_may_be_eight_megabytes_and_its_noindex_is_honoured() -> None:
    assert PageOptions() == PageOptions(max_bytes=8_388_608, min_chars=1, max_links=0, honour=("noindex",), whole=False)


def test_no_page_is_no_fault_unless_said() -> None:
    assert not NoPage("noindex").fault


def test_pages_can_be_compared_and_kept_in_sets() -> None:
    assert len({Page("a"), Page("a"), Page("b")}) == 2
