"""What a user says of near-duplicates; apart from the work, so that a config loads without numpy."""

from typing import Literal

from pydantic import Field

from leafout.core.config import Config


class NearDedup(Config):
    """How near-duplicates are found, and which copy stays."""

    threshold: float = Field(default=0.8, ge=0.3, le=1)
    """Least Jaccard similarity of three-unit shingles, 0.3 to 1; 1 finds only texts of equal shingles."""
    keep: Literal["longest", "first", "newest"] = "longest"
    """The copy that stays: `longest` (the one that was cut least), `first` met, or `newest` by its time."""
    prefer: tuple[str, ...] = ()
    """Sources whose copies stay before those of all others, best first; names or patterns such as `wiki*`."""
