"""What `gc` keeps: what a chain's last run, a release or a rollback needs, and all that it was made from."""

from leafout.chain.record import records
from leafout.core.artifact import Artifact
from leafout.core.store import Store, Sweep
from leafout.serving.releases import kept_keys


def sweep(store: Store, *, dry: bool) -> Sweep:
    """Remove what nobody needs.

    Kept are the artifacts of every chain's last run, the releases that slots serve, have served or withdrew, their
    exams, and whatever any of these was made from. Work that a process is at is left alone.

    Args:
        store: whose artifacts go.
        dry: only say what would go.

    Raises:
        StoreError: when a record, a registry or a manifest is damaged: nothing is removed then.
    """
    return store.sweep(kept(store), dry=dry)


def kept(store: Store) -> set[str]:
    """The keys that stay."""
    roots = {entry.key for record in records(store.root) for entry in record.steps.values()}
    roots |= kept_keys(store.root)
    artifacts = list(store.artifacts())
    by_digest: dict[str, list[Artifact]] = {}
    for artifact in artifacts:
        by_digest.setdefault(artifact.digest, []).append(artifact)
    stays: set[str] = set()
    waiting = [artifact for artifact in artifacts if artifact.key in roots]
    while waiting:
        artifact = waiting.pop()
        if artifact.key not in stays:
            stays.add(artifact.key)
            waiting += [made for digest in artifact.inputs.values() for made in by_digest.get(digest, [])]
    return stays
