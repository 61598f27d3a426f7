"""Which rules of pricing/1 hold, by date, hour, weekday and context."""

from __future__ import annotations

from datetime import date, datetime


def holds(rule: dict, at: datetime, context: dict) -> bool:
    """Whether every condition of a rule holds; `at` is in UTC."""
    begun = _dated(rule, at.date())
    return begun and _hour(rule, at) and _weekday(rule, at) and accepts(rule, context)


def accepts(rule: dict, context: dict) -> bool:
    """Whether the rule's `when` accepts the context of a request."""
    return all(context.get(key) in values for key, values in rule.get("when", {}).items())


def standard(model: dict, at: datetime, context: dict) -> dict:
    """The rule of `rates` in force: the last one that holds, else the first."""
    holding = [rule for rule in model["rates"] if holds(rule, at, context)]
    return holding[-1] if holding else model["rates"][0]


def on(model: dict, day: date) -> dict:
    """The rule of `rates` in force that day, leaving out those for a part of the day or week."""
    rules = [rule for rule in model["rates"] if _whole_day(rule) and _dated(rule, day)]
    return rules[-1] if rules else model["rates"][0]


def after(model: dict, day: date) -> list[dict]:
    """The rules of `rates` that begin after that day, the latest first."""
    rules = [rule for rule in model["rates"] if _whole_day(rule) and not _dated(rule, day)]
    return sorted(rules, key=lambda rule: rule["from"], reverse=True)


def variant_on(model: dict, day: date, context: dict) -> dict | None:
    """The first rule of `variants` that asks for just this context and has begun that day."""
    for rule in model.get("variants", ()):
        if accepts(rule, context) and _dated(rule, day):
            return rule
    return None


def _whole_day(rule: dict) -> bool:
    return "daily" not in rule and "weekdays" not in rule


def _dated(rule: dict, day: date) -> bool:
    return "from" not in rule or date.fromisoformat(rule["from"]) <= day


def _hour(rule: dict, at: datetime) -> bool:
    if "daily" not in rule:
        return True
    start, end = rule["daily"]
    clock = at.strftime("%H:%M")
    return start <= clock < end if start <= end else clock >= start or clock < end


def _weekday(rule: dict, at: datetime) -> bool:
    return at.isoweekday() in rule.get("weekdays", (at.isoweekday(),))
