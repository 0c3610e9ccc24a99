"""ISBNs as exports write them, checked by their check digit, as 13 digits."""

from __future__ import annotations


def isbn13(text: str) -> str | None:
    """The 13 digits of an ISBN-10 or ISBN-13, also in a spreadsheet's ="…"; None if it is none."""
    digits = "".join(c for c in text.strip().upper() if c not in '="- ')
    if len(digits) == 13 and digits.isascii() and digits.isdigit() and digits[:3] in {"978", "979"}:
        return digits if _check_digit(digits[:12]) == digits[12] else None
    if (
        len(digits) == 10
        and digits.isascii()
        and digits[:9].isdigit()
        and (digits[9].isdigit() or digits[9] == "X")
    ):
        total = sum((10 - i) * (10 if c == "X" else int(c)) for i, c in enumerate(digits))
        return f"978{digits[:9]}{_check_digit('978' + digits[:9])}" if total % 11 == 0 else None
    return None


def _check_digit(first_twelve: str) -> str:
    return str(-sum(int(c) * (3 if i % 2 else 1) for i, c in enumerate(first_twelve)) % 10)
