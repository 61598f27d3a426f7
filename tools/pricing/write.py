"""The text of a table file: one model a line, every key in its place."""

from __future__ import annotations

import json

from buckets import UNITS, in_order

FORMAT = "pricing/1"

_MODEL = (
    "id",
    "match",
    "not",
    "context",
    "deprecated",
    "source",
    "evidence",
    "corrected",
    "review_after",
    "minimum",
    "rates",
    "variants",
    "uplift",
)
_RULE = ("when", "from", "daily", "weekdays", "prices", "source", "scaled", "corrected")


def text(sources: list[dict], providers: dict) -> str:
    """The table of some providers; equal values give equal text."""
    lines = [
        "{",
        f' "format": {_json(FORMAT)},',
        f' "sources": {_json(sources)},',
        f' "units": {_json(UNITS)},',
        ' "providers": {',
        ",\n".join(_provider(name, provider) for name, provider in providers.items()),
        " }",
        "}",
    ]
    return "\n".join(lines) + "\n"


def _provider(name: str, provider: dict) -> str:
    facts = ((key, value) for key, value in provider.items() if key != "models")
    head = [f"   {_json(key)}: {_json(value)}," for key, value in facts]
    models = ",\n".join(f"    {_json(_model(model))}" for model in provider["models"])
    return "\n".join([f"  {_json(name)}: {{", *head, '   "models": [', models, "   ]", "  }"])


def _model(model: dict) -> dict:
    ordered = _ordered(model, _MODEL)
    for key in ("rates", "variants"):
        if key in ordered:
            ordered[key] = [_rule(rule) for rule in ordered[key]]
    return ordered


def _rule(rule: dict) -> dict:
    return _ordered(rule, _RULE) | {"prices": in_order(rule["prices"])}


def _ordered(value: dict, keys: tuple[str, ...]) -> dict:
    unknown = value.keys() - set(keys)
    if unknown:
        raise ValueError(f"no place for {', '.join(sorted(unknown))}")
    return {key: value[key] for key in keys if key in value}


def _json(value) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
