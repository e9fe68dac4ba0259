import subprocess
import sys

from leafout.core.verbs import STAGES


def test_the_verbs_are_known_without_importing_pydantic() -> None:
    code = "import sys, leafout; leafout.core.verbs; assert not {'pydantic', 'torch', 'numpy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_verbs_stand_in_the_order_of_work() -> None:
    assert list(STAGES)[:3] == ["collect", "clean", "split"]
    assert all(target.endswith(f":{verb}") for verb, target in STAGES.items())
