"""The second source: the price table inside litellm, read as JSON.

A row holds US dollars per single token under names such as
`input_cost_per_token_above_272k_tokens_priority`: a bucket, then a step, then a tier.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal

from buckets import in_order
from prices import Price, per_million

FIELDS = {
    "input_cost_per_token": "input",
    "output_cost_per_token": "output",
    "cache_read_input_token_cost": "cache_read",
    "cache_creation_input_token_cost": "cache_write",
    "cache_creation_input_token_cost_above_1hr": "cache_write_1h",
    "cache_creation_input_token_cost_above_12hr": "cache_write_12h",
    "input_cost_per_audio_token": "input_audio",
    "output_cost_per_audio_token": "output_audio",
    "input_cost_per_image_token": "input_image",
    "output_cost_per_image_token": "output_image",
    "input_cost_per_video_token": "input_video",
    "output_cost_per_video_token": "output_video",
    "cache_read_input_audio_token_cost": "cache_read_audio",
    "cache_read_input_image_token_cost": "cache_read_image",
    "citation_cost_per_token": "output_citation",
    "output_cost_per_reasoning_token": "output_reasoning",
}

# A tier's ending, and the context that asks for it. Filled rules stand in this order.
TIERS = {
    "flex": {"service_tier": ["flex"]},
    "priority": {"service_tier": ["priority"]},
    "ultrafast": {"service_tier": ["ultrafast"]},
    "batches": {"processing": ["batch"]},
}
STANDARD = ""

_FIELD = re.compile(
    rf"(?P<name>{'|'.join(sorted(FIELDS, key=len, reverse=True))})"
    rf"(?:_above_(?P<thousands>[0-9]+)k_tokens)?(?:_(?P<tier>{'|'.join(TIERS)}))?"
)
_REGION = re.compile(r"regional_processing_uplift_multiplier_(?P<region>[a-z]+)")


@dataclass(frozen=True)
class Row:
    """What the second source says of one model."""

    name: str
    rates: dict[str, dict[str, Price]]
    uplift: dict[str, Decimal]


class Table:
    """The rows of the price table, by the names of other sources."""

    def __init__(self, text: str):
        rows = json.loads(text, parse_float=Decimal, parse_int=Decimal)
        self._rows = {name.lower(): (name, row) for name, row in rows.items()}

    def row(self, model: dict, prefixes: list[str], owners: list[str]) -> Row | None:
        """The row for a model: under its id, else under its first exact name that has one."""
        exact = [name for name in model["match"] if not set(name) & set("*#")]
        for name in (model["id"], *exact):
            for prefix in prefixes:
                spelling, fields = self._rows.get((prefix + name).lower(), ("", {}))
                if fields.get("litellm_provider") in owners:
                    return _row(spelling, fields)
        return None


def _row(name: str, fields: dict) -> Row:
    # Where a price depends on the hour the row states the peak; the tables' standard is the rest.
    numbers = {
        key: value
        for key, value in (fields | fields.get("off_peak_pricing", {})).items()
        if isinstance(value, Decimal)
    }
    return Row(name, _rates(numbers), _uplift(numbers, fields.get("provider_specific_entry", {})))


def _rates(numbers: dict[str, Decimal]) -> dict[str, dict[str, Price]]:
    found: dict[str, dict[str, dict[int, str]]] = {}
    for key, value in numbers.items():
        field = _FIELD.fullmatch(key)
        if field:
            tier = found.setdefault(field["tier"] or STANDARD, {})
            steps = tier.setdefault(FIELDS[field["name"]], {})
            steps[int(field["thousands"] or 0) * 1000] = per_million(value)
    return {tier: _prices(buckets) for tier, buckets in found.items()}


def _prices(buckets: dict[str, dict[int, str]]) -> dict[str, Price]:
    # A step without the price below it says too little.
    return in_order({bucket: _price(steps) for bucket, steps in buckets.items() if 0 in steps})


def _price(steps: dict[int, str]) -> Price:
    if len(steps) == 1:
        return steps[0]
    return [[over, steps[over]] for over in sorted(steps)]


def _uplift(numbers: dict[str, Decimal], entry: dict) -> dict[str, Decimal]:
    regions = ((_REGION.fullmatch(key), value) for key, value in numbers.items())
    factors = {found["region"]: value for found, value in regions if found}
    if isinstance(entry.get("us"), Decimal):
        factors["us"] = entry["us"]
    return {region: factors[region] for region in sorted(factors) if factors[region] != 1}
