"""What a refresh has to tell: where the sources disagree, and what changes in the repository."""

from __future__ import annotations

from collections.abc import Iterator

from merge import Difference
from prices import Price


def disagreements(found: list[Difference]) -> Iterator[str]:
    """One line for each price that the sources state differently."""
    yield f"{len(found)} prices on which the sources disagree; the base wins"
    for one in found:
        tier = f" ({one.tier})" if one.tier else ""
        row = "" if one.row.endswith(one.model) else f" as {one.row}"
        prices = f"base {_shown(one.base)}; second {_shown(one.second)}"
        yield f"  {one.provider}/{one.model} {one.bucket}{tier}: {prices}{row}"


def changes(old: dict, new: dict) -> Iterator[str]:
    """What the new tables change in the providers of the old ones."""
    for name in dict.fromkeys((*new, *old)):
        before, after = _models(old.get(name)), _models(new.get(name))
        lines = [f"  added {name}/{id}" for id in after if id not in before]
        lines += [f"  removed {name}/{id}" for id in before if id not in after]
        for id in after:
            if id in before:
                lines += _model(f"{name}/{id}", before[id], after[id])
        yield f"{name}: {len(after)} models, {len(lines)} changes"
        yield from lines


def _models(provider: dict | None) -> dict:
    return {model["id"]: model for model in provider["models"]} if provider else {}


def _model(label: str, old: dict, new: dict) -> Iterator[str]:
    before, after = dict(_priced(old)), dict(_priced(new))
    for key in dict.fromkeys((*before, *after)):
        if before.get(key) != after.get(key):
            yield f"  changed {label} {key}: {_shown(before.get(key))} -> {_shown(after.get(key))}"
    keys = sorted((old.keys() | new.keys()) - set(_RULES))
    other = [key for key in keys if old.get(key) != new.get(key)]
    if other:
        yield f"  changed {label} {', '.join(other)}"


_RULES = ("rates", "variants")


def _priced(model: dict) -> Iterator[tuple[str, Price]]:
    for kind in _RULES:
        for rule in model.get(kind, ()):
            for bucket, price in rule["prices"].items():
                yield " ".join([kind, *_conditions(rule), bucket]), price


def _conditions(rule: dict) -> Iterator[str]:
    for key, values in rule.get("when", {}).items():
        yield f"{key} {'/'.join(values)}"
    if "from" in rule:
        yield f"from {rule['from']}"
    if "daily" in rule:
        yield "-".join(rule["daily"])
    if "weekdays" in rule:
        yield f"weekdays {rule['weekdays']}"


def _shown(price: Price | None) -> str:
    if price is None:
        return "none"
    if isinstance(price, str):
        return price
    return ", ".join(f"{usd} above {over}" if over else usd for over, usd in price)
