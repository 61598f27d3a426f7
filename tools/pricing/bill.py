"""What a request costs by the tables, in exact fractions.

Written from the rules of pricing/1 alone, so that it can contradict the engine that ships.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

import names
import prices
import rules
from buckets import TOKENS, UNITS, is_part


class Unpriced(ValueError):
    """No entry has the name."""


class Contradiction(ValueError):
    """The parts of a count exceed it."""


@dataclass(frozen=True)
class Bill:
    """The entry used, its lines `[bucket, count, price, units]`, and the cost in US dollars."""

    entry: str
    lines: list[list]
    cost: Fraction


def bill(
    providers: dict, provider: str, name: str, counts: dict, context: dict, at: datetime
) -> Bill:
    """Prices one request."""
    found = names.find(providers, provider, name)
    if found is None:
        raise Unpriced(f"{provider} has no {name}")
    model, own = found
    table = _table(model, own, context, at)
    billed = _billed(table, _countable(model, table, counts))
    total = counts.get("input", 0)
    lines = [
        [bucket, billed[bucket], prices.at(price, total), UNITS[bucket]]
        for bucket, price in table.items()
        if billed[bucket]
    ]
    cost = sum((_cost(line, model, own, context) for line in lines), Fraction())
    return Bill(model["id"], lines, cost)


def _table(model: dict, own: bool, context: dict, at: datetime) -> dict:
    """The price of every bucket: the standard one, or that of the first variant that has one."""
    table = dict(rules.standard(model, at, context)["prices"])
    variants = model.get("variants", ()) if own else ()
    for rule in reversed([rule for rule in variants if rules.holds(rule, at, context)]):
        table.update(rule["prices"])
    return table


def _countable(model: dict, table: dict, counts: dict) -> dict:
    if "request" in table:
        counts = counts | {"request": 1}
    least = model.get("minimum", {})
    return {bucket: count and max(count, least.get(bucket, 0)) for bucket, count in counts.items()}


def _billed(table: dict, counts: dict) -> dict:
    """The counts without what their priced parts bill; the parts come first."""
    billed: dict[str, int] = {}
    for bucket in sorted(table, key=lambda bucket: sum(is_part(part, bucket) for part in table)):
        parts = sum(billed[part] for part in table if is_part(part, bucket))
        billed[bucket] = counts.get(bucket, 0) - parts
        if billed[bucket] < 0:
            raise Contradiction(f"the parts of {bucket} exceed it by {-billed[bucket]}")
    return billed


def _cost(line: list, model: dict, own: bool, context: dict) -> Fraction:
    bucket, count, price, units = line
    cost = Fraction(price) * count / units
    for uplift in model.get("uplift", ()) if own and bucket in TOKENS else ():
        if rules.accepts(uplift, context):
            cost *= Fraction(uplift["multiply"])
    return cost
