"""Which personal data is masked: the config, apart from the forms, so that naming it loads none of them."""

from typing import Literal

from pydantic import field_validator

from leafout.core.config import Config

Kind = Literal[
    "email", "phone", "id", "old_id", "card", "iban", "ssn", "ip", "password", "address",
    "name", "passport", "plate", "birth", "mac",
]  # fmt: skip


class PersonalData(Config):
    """Which personal data is masked."""

    kinds: tuple[Kind, ...] = ("email", "phone", "id", "card", "iban", "ssn", "ip", "password", "address")
    """Kinds that are masked: `email`, `phone` (mobile, landline, international), `id` (18-digit Chinese identity numbers with a right checksum), `card` (bank cards: issuer and Luhn), `iban` (mod 97), `ssn` (US social security), `ip` (v4 and v6), `password` (in URLs), `address` (Chinese and English, down to a house number); by choice also `name` (beside a title or a label), `old_id` (15 digits, no checksum), `passport`, `plate` (Chinese cars), `birth` (date beside a word for birth), `mac`."""  # noqa: E501 - one line is the help text
    keep: tuple[str, ...] = ()
    """Values that are never masked, such as the firm's own hotline or address; spaces, dashes and case do not count."""

    @field_validator("kinds")
    @classmethod
    def _once(cls, kinds: tuple[Kind, ...]) -> tuple[Kind, ...]:
        return tuple(dict.fromkeys(kinds))
