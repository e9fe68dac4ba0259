import subprocess
import sys

import pytest

from leafout.core.errors import LeafoutError
from leafout.corpus.near_rules import NearDedup


def test_the_rules_load_without_numpy() -> None:
    code = "import sys, leafout.corpus.near_rules, leafout.corpus.repeat_rules; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("values", [{"threshold": 0.1}, {"threshold": 2}, {"keep": "shortest"}, {"prefers": []}])
def test_what_is_out_of_range_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(LeafoutError):
        NearDedup.read(values)
