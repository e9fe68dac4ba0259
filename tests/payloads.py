"""The digest of what a stage wrote, as the store would have it."""

from pathlib import Path

from leafout.core.digest import folder_digest, payload_files, sha256_file


def payload_digest(out: Path) -> str:
    return folder_digest({path.as_posix(): sha256_file(out / path) for path in payload_files(out)})
