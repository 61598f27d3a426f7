"""One price as pricing/1 writes it: decimal text, or steps of `[over, decimal text]`."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

Price = str | list


def plain(number: Decimal) -> str:
    """The number as plain decimal text, without an exponent and without trailing zeros."""
    if not number.is_finite() or number < 0:
        raise ValueError(f"not a price: {number}")
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def per_million(each: Decimal) -> str:
    """The price of a million of what costs `each`; exact."""
    return plain(each.scaleb(6))


def steps(price: Price) -> list[tuple[int, Fraction]]:
    """The price as steps, in their order; a flat price is one step from 0."""
    if isinstance(price, str):
        return [(0, Fraction(price))]
    return [(over, Fraction(usd)) for over, usd in price]


def same(a: Price, b: Price) -> bool:
    """Whether two prices bill alike, however they are written."""
    return steps(a) == steps(b)


def at(price: Price, total_input: int) -> str:
    """The text of the price that holds for a request with so much input in all."""
    if isinstance(price, str):
        return price
    reached = [usd for over, usd in price if over < total_input]
    return reached[-1] if reached else price[0][1]


def scaled(price: Price, now: Price, then: Price) -> Price | None:
    """`price` changed in the ratio in which `now` becomes `then`.

    None where the steps of the two differ, or where the result has no end in decimals.
    """
    ratios = _ratios(now, then)
    if ratios is None:
        return None
    changed = []
    for over, usd in steps(price):
        ratio = ratios.get(over) if len(ratios) > 1 else ratios[0]
        text = ratio is not None and exact_text(usd * ratio)
        if not text:
            return None
        changed.append([over, text])
    return changed[0][1] if isinstance(price, str) else changed


def exact_text(value: Fraction) -> str | None:
    """The value as decimal text, or None where it has no end in decimals."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return None
    digits = 0
    while (value * 10**digits).denominator != 1:
        digits += 1
    return plain(Decimal(int(value * 10**digits)).scaleb(-digits))


def _ratios(now: Price, then: Price) -> dict[int, Fraction] | None:
    before, after = dict(steps(now)), dict(steps(then))
    if before.keys() != after.keys() or not all(before.values()):
        return None
    return {over: after[over] / before[over] for over in before}
