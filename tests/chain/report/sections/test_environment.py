import chain_store
from leafout.chain.report.sections.environment import section


def test_settings_versions_files_and_digests_are_shown() -> None:
    data = chain_store.data()
    made = section(data)
    clean = next(step for step in data["steps"] if step["name"] == "clean")
    for word in (
        clean["key"],
        clean["digest"],
        "&quot;min_chars&quot;: 4",
        "reviews.csv",
        "python",
        "part-00000.parquet",
    ):
        assert word in made, word
    assert made.count('id="settings-') == len(data["steps"])
