"""The request that the guide shows, typed as it stands there: the service answers it in the shape that is shown."""

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from fences import fences
from serving.fakes import live, service_of

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guides" / "serve.md"


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_the_guides_request_gets_the_answer_it_shows(tmp_path: Path) -> None:
    (request,) = [fence.text for fence in fences(GUIDE, "sh") if "curl" in fence.text]
    shown = next(fence.text for fence in fences(GUIDE, "json") if '"answers"' in fence.text)
    with service_of(tmp_path, {"reviews": {"task": "classify"}}) as service, live(service) as running:
        typed = request.replace("\\\n", " ").replace("127.0.0.1:8000", running.url.removeprefix("http://"))
        words = [*shlex.split(typed), "--noproxy", "*"]
        done = subprocess.run(words, capture_output=True, text=True, timeout=30, check=True)
    answer = json.loads(done.stdout)
    assert len(answer["answers"]) == 2
    names = set(re.findall(r'"(\w+)":', shown)) - {"positive", "negative"}
    assert names == {*answer, *answer["answers"][0]}
