"""The base source: the providers, names and prices of genai-prices, read as data."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

import literal
from buckets import in_order
from clauses import patterns
from literal import Made, NotData
from prices import Price, plain

PRICE_KEYS = {
    "input_mtok": "input",
    "output_mtok": "output",
    "cache_read_mtok": "cache_read",
    "cache_write_mtok": "cache_write",
    "cache_write_5m_mtok": "cache_write_5m",
    "cache_write_1h_mtok": "cache_write_1h",
    "input_audio_mtok": "input_audio",
    "cache_audio_read_mtok": "cache_read_audio",
    "output_audio_mtok": "output_audio",
    "input_image_mtok": "input_image",
    "cache_image_read_mtok": "cache_read_image",
    "output_image_mtok": "output_image",
    "input_video_mtok": "input_video",
    "output_video_mtok": "output_video",
    "output_reasoning_mtok": "output_reasoning",
    "output_citation_mtok": "output_citation",
    "input_mchars": "input_characters",
    "web_searches_kcount": "web_search",
    "storage_searches_kcount": "file_search",
    "requests_kcount": "request",
    "input_text_messages_kcount": "text_message",
    "input_document_kpages": "document_page",
    "input_annotated_document_kpages": "annotated_page",
    "audio_hours": "audio_second",
    "input_audio_hours": "input_audio_second",
}


class Unreadable(ValueError):
    """An entry of the base source that pricing/1 cannot say."""


def read(source: str, wanted: list[str]) -> dict:
    """The wanted providers of the package's data module, in pricing/1."""
    found = {made.get("id"): made for made in literal.assigned(source, "providers")}
    missing = [provider for provider in wanted if provider not in found]
    if missing:
        raise Unreadable(f"the base has no provider {', '.join(missing)}")
    return {provider: _provider(found[provider]) for provider in wanted}


def _provider(made: Made) -> dict:
    provider = {"name": made.get("name")}
    if made.get("fallback_model_providers"):
        provider["fallback"] = made.get("fallback_model_providers")
    provider["models"] = [_named(made.get("id"), model) for model in made.get("models")]
    return provider


def _named(provider: str, made: Made) -> dict:
    try:
        return _model(made)
    except ValueError as error:
        raise Unreadable(f"{provider}/{made.get('id')}: {error}") from error


def _model(made: Made) -> dict:
    accepted, refused = patterns(made.get("match"))
    model = {"id": made.get("id"), "match": accepted}
    if refused:
        model["not"] = refused
    if made.get("context_window"):
        model["context"] = made.get("context_window")
    if made.get("deprecated"):
        model["deprecated"] = True
    model["rates"] = _rates(made.get("prices"))
    variants = _variants(made.get("price_variants") or [])
    if variants:
        model["variants"] = variants
    return model


def _rates(prices: Made | list[Made]) -> list[dict]:
    if isinstance(prices, Made):
        return [{"prices": _prices(prices)}]
    return [_rule(made) for made in prices]


def _variants(variants: list[Made]) -> list[dict]:
    """The rules of the variants, without those that change nothing; equal neighbours become one."""
    rules = []
    for made in variants:
        rule = {"when": {key: [value] for key, value in made.get("when").items()}} | _rule(made)
        if not rule["prices"]:
            continue
        if rules and _differ_in_one_value(rules[-1], rule):
            key = next(iter(rule["when"]))
            rules[-1]["when"][key] = sorted(rules[-1]["when"][key] + rule["when"][key])
        else:
            rules.append(rule)
    return rules


def _differ_in_one_value(one: dict, other: dict) -> bool:
    whens = one["when"], other["when"]
    alike = one | {"when": {}} == other | {"when": {}}
    return alike and len(whens[0]) == 1 and whens[0].keys() == whens[1].keys()


def _rule(made: Made) -> dict:
    return _constraint(made.get("constraint")) | {"prices": _prices(made.get("prices"))}


def _constraint(made: Made | None) -> dict:
    if made is None:
        return {}
    if made.name == "StartDateConstraint":
        year, month, day = made.get("start_date").values
        return {"from": f"{year:04}-{month:02}-{day:02}"}
    if made.name == "TimeOfDateConstraint":
        return {"daily": [_time(made.get("start_time")), _time(made.get("end_time"))]}
    raise NotData(f"unknown constraint {made.name}")


def _time(made: Made) -> str:
    if made.get("tzinfo") != "datetime.UTC" or len(made.values) != 2:
        raise NotData("a time of day that is not in UTC or finer than minutes")
    hour, minute = made.values
    return f"{hour:02}:{minute:02}"


def _prices(made: Made) -> dict:
    unknown = made.fields.keys() - PRICE_KEYS.keys()
    if unknown:
        raise NotData(f"unknown prices {', '.join(sorted(unknown))}")
    stated = {PRICE_KEYS[key]: value for key, value in made.fields.items() if value is not None}
    return in_order({bucket: _price(value) for bucket, value in stated.items()})


def _price(made: Made) -> Price:
    if made.name == "TieredPrices":
        tiers = [(tier.get("start"), _usd(tier.get("price"))) for tier in made.get("tiers")]
        return [[0, _usd(made.get("base"))], *(list(tier) for tier in sorted(tiers))]
    return _usd(made)


def _usd(made: Made) -> str:
    text = made.values[0] if made.name == "Decimal" and made.values else None
    if not isinstance(text, str):
        raise NotData("a price that is not decimal text")
    try:
        return plain(Decimal(text))
    except InvalidOperation as error:
        raise NotData(f"a price that is no number: {text!r}") from error
