"""What a word on the command line means as the input of a stage: a folder, a file, a slot, an artifact."""

from pathlib import Path

from leafout.chain.growing import Grower
from leafout.chain.keys import Given, given_folder
from leafout.chain.kinds import TAKES
from leafout.chain.lookup import find_artifact
from leafout.chain.wiring import positional
from leafout.core.errors import LeafoutError
from leafout.core.stage import StageInfo


def inputs_of(
    info: StageInfo, positionals: list[str], named: list[str], grower: Grower
) -> dict[str, tuple[Given, ...]]:
    """The folders of each input of a stage.

    Args:
        info: the stage.
        positionals: words in the order of the stage's inputs.
        named: words such as `rows=artifacts/split-...`.
        grower: its store is where names are looked up; it collects a plain file where documents are wanted.

    Raises:
        LeafoutError: for a word that means nothing, too many, or too few.
    """
    verb = f"leafout {info.name}"
    spots = positional(info, len(positionals))
    if spots is None:
        message = f"{len(positionals)} inputs were given, `{info.name}` takes {len(info.inputs)}"
        raise LeafoutError(message, where=verb, hint=_usage(info))
    words = {name: [positionals[place] for place in places] for name, places in spots.items()}
    for text in named:
        name, equals, word = text.partition("=")
        if not equals or not word or name not in info.inputs:
            raise LeafoutError(f"`{text[:80]}` names no input", where=f"{verb} --in", hint=_usage(info))
        if words.get(name) and info.inputs[name] in {"one", "optional"}:
            raise LeafoutError(f"input `{name}` is given twice", where=f"{verb} --in", hint=_usage(info))
        words.setdefault(name, []).append(word)
    for name, kind in info.inputs.items():
        if kind in {"one", "many"} and not words.get(name):
            raise LeafoutError(f"input `{name}` is missing", where=verb, hint=_usage(info))
    return {
        name: tuple(find_given(info, name, word, grower) for word in words[name])
        for name in info.inputs
        if name in words
    }


def find_given(info: StageInfo, name: str, word: str, grower: Grower) -> Given:
    """The folder that a word means, as an input of a stage.

    Raises:
        LeafoutError: when it means nothing.
    """
    path = Path(word)
    if path.is_dir():
        return given_folder(grower.store, path)
    if path.is_file():
        if TAKES.get((info.name, name)) != {"documents"}:
            hint = "make rows of it first: leafout collect, then leafout split"
            raise LeafoutError(f"`{name}` is a folder, this is a file", where=word, hint=hint)
        collected = grower.grow("collect", "collect", {"files": [word]}, {})
        return Given(collected.path, collected.digest, "collect")
    artifact = find_artifact(grower.store, word)
    grower.store.verify(artifact)
    return Given(artifact.path, artifact.digest, artifact.stage)


def _usage(info: StageInfo) -> str:
    marks = {"one": "{}", "optional": "[{}]", "many": "{}...", "any": "[{}...]"}
    return f"leafout {info.name} {' '.join(marks[kind].format(name.upper()) for name, kind in info.inputs.items())}"
