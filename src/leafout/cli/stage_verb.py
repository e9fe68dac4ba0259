"""One verb for each stage, with flags made from its config."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from leafout.chain.kinds import check_kind
from leafout.cli.config_flags import Flag, config_of, declare, flag_of, flags, option
from leafout.cli.options import (
    STORE,
    Device,
    NumProcesses,
    NumWorkers,
    Parallel,
    StoreFolder,
    checked_device,
    checked_parallel,
)
from leafout.core.config import Config
from leafout.core.errors import LeafoutError
from leafout.core.stage import StageInfo, stage_info
from leafout.core.verbs import IN_PROCESSES, STAGES


def stage_verb(name: str) -> Callable[..., int | None]:
    """The function behind `leafout <stage>`: inputs, a flag for each field of the config, and where results go."""
    info = stage_info(name)
    of_config = {f"config_{number}": flag for number, flag in enumerate(flags(info.config))}

    def verb(**given: Any) -> None:
        where = f"leafout {name}"
        values = {flag: given.pop(key) for key, flag in of_config.items()}
        words = given.pop("words") or []
        if not info.inputs and "files" in info.config.model_fields:
            files = next(flag for flag in values if flag.path == ("files",))
            values[files] = [*words, *(values[files] or [])] or None
            words = []
        _run(info, words, config_of(info.config, values, where=where), given)

    _declare(verb, info, of_config)
    return verb


def _declare(verb: Callable[..., None], info: StageInfo, of_config: dict[str, Flag]) -> None:
    """Give the function the signature that the parser reads."""
    parameters: dict[str, tuple[Any, Any]] = {"words": (_words(info), None)}
    if info.inputs:
        inputs = typer.Option("--in", metavar="NAME=INPUT", help="an input by its name; may be repeated")
        parameters["named"] = (Annotated[list[str] | None, inputs], None)
    out = typer.Option("--out", metavar="FOLDER", help="copy the result there")
    parameters["out"] = (Annotated[Path | None, out], None)
    parameters["store"] = (StoreFolder, STORE)
    if info.seeded:
        parameters["seed"] = (Annotated[int, typer.Option("--seed", min=0, help="of all random numbers")], 0)
    parameters["device"] = (Device, "auto")
    parameters["workers"] = (NumWorkers, 0)
    if STAGES.get(info.name) in IN_PROCESSES:
        parameters["processes"], parameters["parallel"] = (NumProcesses, 1), (Parallel, "auto")
    if info.name == "evaluate":
        gate = typer.Option("--gate", metavar="SCORE>=X", help="a limit, such as 'macro_f1 >= 0.8'; may be repeated")
        parameters["gates"] = (Annotated[list[str] | None, gate], None)
        slot = typer.Option("--promote", metavar="SLOT", help="let the release serve there when it passes")
        parameters["promote"] = (Annotated[str, slot], "")
    for key, flag in of_config.items():
        if key not in parameters:
            parameters[key] = (option(flag), None)
    declare(verb, parameters)
    verb.__doc__ = (inspect.getdoc(info.function) or "").partition("\n")[0]


def _words(info: StageInfo) -> Any:
    if info.inputs:
        shown = " ".join(name.upper() for name in info.inputs)
        text = "folders, keys of artifacts, steps (CHAIN:STEP) or slots"
    else:
        shown, text = "FILES", "globs, files or folders"
    return Annotated[list[str] | None, typer.Argument(metavar=shown, help=text, show_default=False)]


def _run(info: StageInfo, words: list[str], config: Config, given: dict[str, Any]) -> None:
    from leafout.chain.growing import Grower
    from leafout.chain.keys import work_of
    from leafout.chain.runner import config_path
    from leafout.chain.stopping import ChainStopped, StoppedAtOnce, Stopper
    from leafout.cli.references import inputs_of
    from leafout.cli.results import check_free, copy_result
    from leafout.cli.watching import Shown
    from leafout.core.errors import Stopped
    from leafout.core.store import Store, disk_errors

    check_free(given["out"])
    gates = _gates(given.get("gates") or [])
    store, seed = Store(given["store"]), given.get("seed", 0)
    with disk_errors(store.root), Stopper() as stopper, Shown([info.name]) as watch:
        grower = Grower(
            store,
            Path.cwd(),
            seed,
            checked_device(given["device"]),
            watch,
            stopper,
            workers=given["workers"],
            processes=given.get("processes", 1),
            parallel=checked_parallel(given.get("parallel", "auto")),
        )
        try:
            inputs = inputs_of(info, words, given.get("named") or [], grower)
            for name, folders in inputs.items():
                for folder in folders:
                    check_kind(info.name, name, folder.made_by, source=folder.path.name, where=f"leafout {info.name}")
            work = work_of(store, info, config, inputs, seed=seed, root=Path.cwd())
            artifact = grower.artifact(info.name, work)
        except (Stopped, StoppedAtOnce):
            raise ChainStopped(info.name, grower.how_far.get(info.name, ""), stopper.number) from None
        except LeafoutError as error:
            path = config_path(error, info.name, Path.cwd())
            if path:
                error.where = f"leafout {info.name} {flag_of(path)}"
            raise
        if info.name == "evaluate":
            from leafout.chain.exams import judge_release, promote_examined

            release = inputs["release"][0]
            judge_release(store.root, artifact, release, gates, step=info.name, where="leafout evaluate --gate")
            if given["promote"]:
                promote_examined(store.root, given["promote"], release, watch, info.name)
    print(artifact.path if given["out"] is None else copy_result(artifact, given["out"]))


def _gates(texts: list[str]) -> dict[str, str]:
    """Gates by score: `macro_f1 >= 0.8` is `{"macro_f1": ">= 0.8"}`."""
    from leafout.evaluation.gates import read_gate

    gates: dict[str, str] = {}
    for text in texts:
        place = min((text.index(sign) for sign in "<>=" if sign in text), default=len(text))
        name, gate = text[:place].strip(), text[place:].strip()
        try:
            read_gate(name, gate)
        except LeafoutError as error:
            where = f"leafout evaluate --gate {text}"
            raise LeafoutError(error.message, where=where, hint="--gate 'macro_f1 >= 0.8'") from None
        gates[name] = gate
    return gates
