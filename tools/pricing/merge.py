"""The two sources made one: the base is right, the second fills what the base leaves out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import rules
from buckets import in_order
from prices import Price, plain, same, scaled
from second import STANDARD, TIERS, Row


@dataclass(frozen=True)
class Difference:
    """A price that the two sources state differently."""

    provider: str
    model: str
    row: str
    tier: str
    bucket: str
    base: Price
    second: Price


def differences(provider: str, model: dict, row: Row, day: date) -> Iterator[Difference]:
    """Where both sources state a price for that day and do not agree."""
    for tier in (STANDARD, *TIERS):
        rule = _rule(model, tier, day)
        stated = row.rates.get(tier, {}) if rule else {}
        for bucket, price in stated.items():
            ours = rule["prices"].get(bucket)
            if ours is not None and not same(ours, price):
                yield Difference(provider, model["id"], row.name, tier, bucket, ours, price)


def fill(model: dict, row: Row, plan: dict, day: date, source: str) -> list[str]:
    """Adds what the plan takes from the second source; returns what could not be added."""
    notes = _fill_buckets(model, row, plan.get("buckets", ()), day)
    notes += _fill_tiers(model, row, plan, day, source)
    if plan.get("uplift") and row.uplift and "uplift" not in model:
        model["uplift"] = _uplift(row, source)
    return notes


def _rule(model: dict, tier: str, day: date) -> dict | None:
    if tier == STANDARD:
        return rules.on(model, day)
    return rules.variant_on(model, day, _context(tier))


def _context(tier: str) -> dict:
    return {key: values[0] for key, values in TIERS[tier].items()}


def _fill_buckets(model: dict, row: Row, buckets: list[str], day: date) -> list[str]:
    """Prices of single buckets, for today's rules only: the second source knows no dates."""
    notes = []
    for tier in (STANDARD, *TIERS):
        rule = _rule(model, tier, day)
        for bucket in buckets:
            price = row.rates.get(tier, {}).get(bucket)
            if rule and price is not None and bucket not in rule["prices"]:
                rule["prices"] = in_order(rule["prices"] | {bucket: price})
                notes += [
                    f"{model['id']}: no {bucket} price from {later['from']} on"
                    for later in rules.after(model, day)
                    if tier == STANDARD and bucket not in later["prices"]
                ]
    return notes


def _fill_tiers(model: dict, row: Row, plan: dict, day: date, source: str) -> list[str]:
    notes = []
    for tier, when in TIERS.items():
        if tier not in plan.get("tiers", ()) or tier not in row.rates or _states(model, tier):
            continue
        prices = _tier_prices(model, row.rates[tier], plan["tier_buckets"], day)
        if prices is None:
            continue
        variants = model.setdefault("variants", [])
        for later in rules.after(model, day):
            changed = _changed(prices, rules.on(model, day)["prices"], later["prices"])
            if changed is None:
                notes.append(f"{model['id']}: {tier} keeps its price on {later['from']}: no ratio")
                continue
            dated = {"when": when, "from": later["from"], "prices": changed}
            variants.append(dated | {"source": source, "scaled": True})
        variants.append({"when": when, "prices": prices, "source": source})
    return notes


def _states(model: dict, tier: str) -> bool:
    return any(rules.accepts(rule, _context(tier)) for rule in model.get("variants", ()))


def _tier_prices(model: dict, stated: dict, buckets: list[str], day: date) -> dict | None:
    """The tier's prices of what has a standard price; None unless both directions have one."""
    taken = rules.on(model, day)["prices"].keys() & set(buckets)
    prices = {bucket: price for bucket, price in stated.items() if bucket in taken}
    return prices if {"input", "output"} <= prices.keys() else None


def _changed(prices: dict, now: dict, then: dict) -> dict | None:
    """The prices after a scheduled change of the standard ones, in the same ratio."""
    if not prices.keys() <= then.keys():
        return None
    changed = {
        bucket: scaled(price, now[bucket], then[bucket]) for bucket, price in prices.items()
    }
    return None if None in changed.values() else changed


def _uplift(row: Row, source: str) -> list[dict]:
    regions: dict[str, list[str]] = {}
    for region, factor in row.uplift.items():
        regions.setdefault(plain(factor), []).append(region)
    return [
        {"when": {"region": names}, "multiply": factor, "source": source}
        for factor, names in sorted(regions.items())
    ]
