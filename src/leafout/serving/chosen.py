"""What a service serves: slots of the registry, and releases given by their folder."""

import difflib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from leafout.core.errors import LeafoutError
from leafout.serving.releases import check_slot, current, slots


@dataclass(frozen=True, slots=True)
class Chosen:
    """A release to serve under a name.

    Attributes:
        name: the slot.
        folder: of the release.
        digest: what the registry says it should be; empty for a folder given by hand, which follows no registry.
    """

    name: str
    folder: Path
    digest: str = ""


def chosen(store_root: Path, names: Sequence[str | Path] = ()) -> list[Chosen]:
    """What names mean; without any, every slot of the store.

    Args:
        store_root: the store.
        names: each a slot (`reviews`), the folder of a release (`out/release`), or both (`reviews=out/release`).

    Raises:
        LeafoutError: when there is nothing to serve, an unknown name, or one twice.
    """
    known = slots(store_root)
    wanted = [str(name) for name in names] or known
    if not wanted:
        hint = "let an exam promote one (`promote:` in the chain), use `leafout promote SLOT RELEASE`, or name a folder"
        raise LeafoutError("there is nothing to serve: no release was promoted", where=str(store_root), hint=hint)
    found = [_meant(store_root, name, known) for name in wanted]
    for place, each in enumerate(found):
        if each.name in {other.name for other in found[:place]}:
            raise LeafoutError(
                f"`{each.name}` is named twice", hint="give the folders names: `first=FOLDER second=FOLDER`"
            )
    return found


def _meant(store_root: Path, name: str, known: Sequence[str]) -> Chosen:
    slot, given, folder = name.partition("=")
    if given:
        return Chosen(check_slot(slot), _existing(Path(folder)))
    if name in known:
        promoted = current(store_root, name)
        if promoted is None:
            raise LeafoutError(f"nothing serves under `{name}`", hint=f"leafout promote {name} RELEASE")
        return Chosen(name, promoted.folder(store_root), promoted.digest)
    if Path(name).is_dir() or os.sep in name:
        path = _existing(Path(name))
        return Chosen(check_slot(path.resolve().name), path)
    near = difflib.get_close_matches(name, known, n=1)
    others = f"slots: {', '.join(f'`{each}`' for each in known)}" if known else "no release was promoted in this store"
    hint = f"did you mean `{near[0]}`?" if near else others
    raise LeafoutError(f"`{name[:100]}` is neither a slot nor a folder", where=str(store_root), hint=hint)


def _existing(folder: Path) -> Path:
    if not folder.is_dir():
        raise LeafoutError(
            f"there is no folder `{folder.name}`", where=str(folder), hint="give the folder of a release"
        )
    return folder
