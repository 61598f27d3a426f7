"""What a table must fulfil before it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from buckets import TOKENS, UNITS

_PRICE = re.compile(r"(?:0|[1-9][0-9]*)(?:\.(?P<fraction>[0-9]*[1-9]))?")
_CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
# With at most this many decimals a price is a whole number of pico-USD for each unit.
_DECIMALS = {1_000_000: 6, 1_000: 9}


def faults(providers: dict) -> list[str]:
    """Everything that is wrong with some providers' tables."""
    found = []
    for name, provider in providers.items():
        ids = [model["id"] for model in provider["models"]]
        found += [f"{name}/{id}: twice" for id in sorted({id for id in ids if ids.count(id) > 1})]
        for model in provider["models"]:
            found += [f"{name}/{model['id']}: {fault}" for fault in _model(model)]
    return found


def _model(model: dict) -> Iterator[str]:
    if not model["match"]:
        yield "no pattern"
    for pattern in (*model["match"], *model.get("not", ())):
        if pattern != pattern.lower() or "*" in pattern[1:-1] or not pattern.strip("*"):
            yield f"bad pattern {pattern!r}"
    if not model["rates"]:
        yield "no rates"
    for rule in (*model["rates"], *model.get("variants", ())):
        yield from _rule(rule)
    for rule in model.get("variants", ()):
        if not rule.get("when"):
            yield "a variant without a condition"
    for rule in model.get("uplift", ()):
        if not _PRICE.fullmatch(rule["multiply"]) or not rule.get("when"):
            yield "bad uplift"


def _rule(rule: dict) -> Iterator[str]:
    if "from" in rule and not _is_date(rule["from"]):
        yield f"bad date {rule['from']!r}"
    if "daily" in rule and not all(_CLOCK.fullmatch(clock) for clock in rule["daily"]):
        yield f"bad hours {rule['daily']!r}"
    if not set(rule.get("weekdays", ())) <= set(range(1, 8)):
        yield f"bad weekdays {rule['weekdays']!r}"
    for bucket, price in rule["prices"].items():
        if bucket not in UNITS:
            yield f"unknown bucket {bucket}"
        elif not _is_price(price, UNITS[bucket]):
            yield f"bad price of {bucket}: {price!r}"
        elif not isinstance(price, str) and bucket not in TOKENS:
            yield f"steps of {bucket}, which is no token"


def _is_price(price, unit: int) -> bool:
    if isinstance(price, str):
        found = _PRICE.fullmatch(price)
        return found is not None and len(found["fraction"] or "") <= _DECIMALS.get(unit, 9)
    if not isinstance(price, list):
        return False
    overs = [over for over, _ in price]
    rising = overs[:1] == [0] and overs == sorted(set(overs))
    return rising and all(_is_price(usd, unit) for _, usd in price)


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
