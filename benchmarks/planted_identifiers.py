"""Plants valid identifiers into Chinese text, and numbers that only look like some; every value is drawn at random."""

import random
from collections.abc import Callable

Span = tuple[int, int, str]

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_DIVISIONS = ("110105", "310104", "440305", "330106", "510107", "420111", "610113", "370202", "320508", "500112")
_BEFORE = {
    "ID": ("身份证号：", "身份证", "证件号码为", "本人身份证号码是", ""),
    "PHONE": ("电话：", "手机号", "请联系", "我的号码是", "拨打", "微信同号", ""),
    "CARD": ("卡号：", "银行卡", "打到我的卡", "账户为", ""),
    "EMAIL": ("邮箱：", "请发到", "Email ", "联系我", ""),
    "IP": ("IP：", "服务器", "来自", "地址为", ""),
}
_AFTER = ("，", "。", "；", " ", "，谢谢", "）", "的")


def plant(line: str, chance: random.Random) -> tuple[str, list[Span], list[Span]]:
    """A paragraph with one identifier and one number that resembles one.

    Returns:
        The text, the span of the identifier with its type, and the span of the other with what it is.
    """
    kind = chance.choice(list(IDENTIFIERS))
    name = chance.choice(list(DECOYS))
    pieces = [(chance.choice(_BEFORE[kind]), IDENTIFIERS[kind](chance), kind), (*DECOYS[name](chance), name)]
    if chance.random() < 0.5:
        pieces.reverse()
    places = sorted(chance.choices(_borders(line), k=2))
    text, spans, last = "", {}, 0
    for place, (before, value, what) in zip(places, pieces, strict=True):
        text += line[last:place] + before
        spans[what] = (len(text), len(text) + len(value), what)
        text += value + chance.choice(_AFTER)
        last = place
    return text + line[last:], [spans[kind]], [spans[name]]


def _borders(line: str) -> list[int]:
    """Places after a Chinese character or mark, where a number is one by itself."""
    return [place for place in range(1, len(line)) if line[place - 1] >= "\u3000"] or [len(line)]


def _digits(chance: random.Random, count: int) -> str:
    return "".join(chance.choice("0123456789") for _ in range(count))


def _date(chance: random.Random, first: int, last: int) -> str:
    return f"{chance.randint(first, last)}{chance.randint(1, 12):02d}{chance.randint(1, 28):02d}"


def _check(body: str) -> str:
    return "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]


def chinese_id(chance: random.Random) -> str:
    """An identity number with a right checksum."""
    body = chance.choice(_DIVISIONS) + _date(chance, 1945, 2012) + _digits(chance, 3)
    return body + _check(body)


def phone(chance: random.Random) -> str:
    """A mobile or landline number in one of the usual ways to write it."""
    mobile = "1" + chance.choice("3456789") + _digits(chance, 9)
    parts = mobile[:3], mobile[3:7], mobile[7:]
    land = chance.choice(("010", "021", "0755", "0571", "028")), chance.choice("2345678") + _digits(chance, 7)
    return chance.choice(
        (mobile, mobile, mobile, " ".join(parts), "-".join(parts), f"+86 {mobile}", f"+86-{'-'.join(parts)}",
         "-".join(land), f"({land[0]}){land[1]}", f"400-{_digits(chance, 3)}-{_digits(chance, 4)}")
    )  # fmt: skip


def card(chance: random.Random) -> str:
    """A card number that passes Luhn, plain or in fours."""
    head, length = chance.choice((("6222", 19), ("6217", 19), ("6228", 16), ("4563", 16), ("5187", 16), ("62148", 16)))
    body = head + _digits(chance, length - len(head) - 1)
    number = body + next(digit for digit in "0123456789" if _luhn(body + digit))
    return number if chance.random() < 0.6 else " ".join(number[place : place + 4] for place in range(0, length, 4))


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 * (value > 9)
    return total % 10 == 0


def email(chance: random.Random) -> str:
    """An address."""
    name = "".join(chance.choice("abcdefghijklmnopqrstuvwxyz0123456789_.") for _ in range(chance.randint(4, 12)))
    host = chance.choice(("qq.com", "163.com", "gmail.com", "mail.tsinghua.edu.cn"))
    return f"{name.strip('._') or 'li'}x@{host}"


def ip(chance: random.Random) -> str:
    """An address of a machine."""
    return f"{chance.randint(128, 223)}.{chance.randint(0, 255)}.{chance.randint(0, 255)}.{chance.randint(1, 254)}"


def _wrong_id(chance: random.Random) -> str:
    body = chinese_id(chance)
    return body[:17] + next(digit for digit in "0123456789" if digit != body[17])


def _wrong_card(chance: random.Random) -> str:
    number = card(chance).replace(" ", "")
    return number[:-1] + str((int(number[-1]) + 1) % 10)


IDENTIFIERS: dict[str, Callable[[random.Random], str]] = {
    "ID": chinese_id, "PHONE": phone, "CARD": card, "EMAIL": email, "IP": ip,
}  # fmt: skip
DECOYS: dict[str, Callable[[random.Random], tuple[str, str]]] = {
    "order": lambda chance: (chance.choice(("订单号：", "单号", "流水号 ")), _digits(chance, chance.randint(10, 20))),
    "dated order": lambda chance: ("", _date(chance, 2015, 2025) + _digits(chance, chance.randint(6, 10))),
    "bare number": lambda chance: ("共", str(chance.randint(1, 9)) + _digits(chance, chance.randint(6, 9))),
    "date": lambda chance: (
        "",
        f"{chance.randint(1990, 2025)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}",
    ),
    "time": lambda chance: ("", f"2024/{chance.randint(1, 12)}/{chance.randint(1, 28)} {chance.randint(10, 23)}:30:45"),
    "version": lambda chance: ("版本", ".".join(str(chance.randint(0, 40)) for _ in range(4))),
    "isbn": lambda chance: ("ISBN ", f"978-7-{_digits(chance, 3)}-{_digits(chance, 5)}-{_digits(chance, 1)}"),
    "fraction": lambda chance: ("约等于", f"{chance.randint(0, 9)}.{_digits(chance, chance.randint(8, 18))}"),
    "sum": lambda chance: ("", f"{_digits(chance, 3)}+{_digits(chance, 3)}-{_digits(chance, 4)}"),
    "price": lambda chance: ("售价", f"{chance.randint(1, 999)},{_digits(chance, 3)},{_digits(chance, 3)}.00 元"),
    "timestamp": lambda chance: ("", f"17{_digits(chance, chance.choice((8, 11)))}"),
    "wrong id": lambda chance: ("编号", _wrong_id(chance)),
    "wrong card": lambda chance: ("", _wrong_card(chance)),
    "years": lambda chance: ("", f"{chance.randint(1900, 1999)}-{chance.randint(2000, 2025)}"),
}
