"""What each built-in stage makes and takes, so that a chain wired wrongly is refused before its first step runs."""

from leafout.core.errors import LeafoutError

MAKES = {
    "collect": "documents",
    "clean": "documents",
    "split": "split",
    "tokenize": "tokens",
    "pretrain": "model",
    "finetune": "model",
    "compress": "model",
    "export": "release",
    "evaluate": "exam",
    "monitor": "watch",
    "update": "decision",
}
TAKES = {
    ("clean", "documents"): {"documents"},
    ("split", "documents"): {"documents"},
    ("split", "held_out"): {"split"},
    ("tokenize", "documents"): {"split"},
    ("pretrain", "tokens"): {"tokens"},
}
TAKES_ANYWHERE = {
    "rows": {"split"},
    "model": {"model", "release"},
    "release": {"release", "model"},
    "champion": {"release", "model"},
}


def check_kind(stage: str, name: str, made_by: str, *, source: str, where: str) -> None:
    """Refuse an input that a stage cannot use.

    Args:
        stage: the stage that takes the input.
        name: the input's name.
        made_by: the stage that made it; one that is not built in is trusted.
        source: the step or folder, for the message.
        where: the place to name.

    Raises:
        LeafoutError: saying what it is and what is wanted.
    """
    wanted = TAKES.get((stage, name)) or (TAKES_ANYWHERE.get(name) if stage in MAKES else None)
    made = MAKES.get(made_by)
    if wanted is None or made is None or made in wanted:
        return
    makers = [f"`{verb}`" for verb, kind in MAKES.items() if kind in wanted]
    raise LeafoutError(
        f"`{source}` cannot be the `{name}` of `{stage}`: it was made by `{made_by}`",
        where=where,
        hint=f"`{name}` takes what {' or '.join(makers)} makes",
    )
