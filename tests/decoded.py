"""A text decoded for the compiled quality pass."""

import numpy as np

from leafout.corpus.kernels.quality_chars import decode
from leafout.corpus.kernels.quality_tables import Room, char_table, room_for


def decoded(text: str) -> tuple[Room, int]:
    """Scratch that holds a text, and its length."""
    data = np.frombuffer(text.encode(), np.uint8)
    room = room_for(len(data))
    return room, int(decode(data, 0, len(data), char_table(), room))
