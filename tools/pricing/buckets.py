"""The buckets of pricing/1: how many units one price covers, and what is a part of what."""

MILLION = 1_000_000
THOUSAND = 1_000
HOUR = 3_600

# The order is the order in which the tables list prices.
UNITS = {
    "input": MILLION,
    "output": MILLION,
    "cache_read": MILLION,
    "cache_write": MILLION,
    "cache_write_5m": MILLION,
    "cache_write_1h": MILLION,
    "cache_write_12h": MILLION,
    "input_audio": MILLION,
    "cache_read_audio": MILLION,
    "output_audio": MILLION,
    "input_image": MILLION,
    "cache_read_image": MILLION,
    "output_image": MILLION,
    "input_video": MILLION,
    "output_video": MILLION,
    "output_reasoning": MILLION,
    "output_citation": MILLION,
    "input_characters": MILLION,
    "web_search": THOUSAND,
    "file_search": THOUSAND,
    "request": THOUSAND,
    "text_message": THOUSAND,
    "document_page": THOUSAND,
    "annotated_page": THOUSAND,
    "audio_second": HOUR,
    "input_audio_second": HOUR,
}

TOKENS = frozenset(UNITS) - {"input_characters"} - {
    bucket for bucket, unit in UNITS.items() if unit != MILLION
}

# Every bucket that holds the count of another, near and far.
WHOLES = {
    "cache_read": {"input"},
    "cache_write": {"input"},
    "cache_write_5m": {"cache_write", "input"},
    "cache_write_1h": {"cache_write", "input"},
    "cache_write_12h": {"cache_write", "input"},
    "input_audio": {"input"},
    "input_image": {"input"},
    "input_video": {"input"},
    "cache_read_audio": {"cache_read", "input_audio", "input"},
    "cache_read_image": {"cache_read", "input_image", "input"},
    "output_reasoning": {"output"},
    "output_audio": {"output"},
    "output_image": {"output"},
    "output_video": {"output"},
    "output_citation": {"output"},
    "annotated_page": {"document_page"},
    "input_audio_second": {"audio_second"},
}


def is_part(bucket: str, whole: str) -> bool:
    """Whether the count of `bucket` is also counted in `whole`."""
    return whole in WHOLES.get(bucket, ())


def in_order(prices: dict) -> dict:
    """The same prices in the order of the tables."""
    return {bucket: prices[bucket] for bucket in UNITS if bucket in prices}
