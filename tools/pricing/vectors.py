"""The worked examples, computed again from the tables."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from fractions import Fraction

from bill import Bill, Contradiction, Unpriced, bill
from prices import exact_text

PICO = 10**12


def mismatches(vectors: list[dict], providers: dict) -> Iterator[str]:
    """What the tables say otherwise than the vectors that state counts."""
    for vector in vectors:
        if vector["counts"] is not None:
            yield from (f"{vector['id']}: {fault}" for fault in _faults(vector, providers))


def reported(vectors: list[dict]) -> int:
    """How many vectors state the provider's own cost, which no table can confirm."""
    return sum(vector["counts"] is None for vector in vectors)


def _faults(vector: dict, providers: dict) -> Iterator[str]:
    at, context = datetime.fromisoformat(vector["timestamp"]), vector.get("context", {})
    try:
        found = bill(providers, vector["provider"], vector["model"], vector["counts"], context, at)
    except (Unpriced, Contradiction) as error:
        yield str(error)
    else:
        yield from _differences(vector, found)


def _differences(vector: dict, found: Bill) -> Iterator[str]:
    if vector.get("model_entry", found.entry) != found.entry:
        yield f"entry {found.entry}, not {vector['model_entry']}"
    if found.cost != Fraction(vector["cost_usd"]):
        yield f"cost {exact_text(found.cost) or found.cost}, not {vector['cost_usd']}"
    if round(found.cost * PICO) != int(vector["cost_pico_usd"]):
        yield f"{round(found.cost * PICO)} pico-USD, not {vector['cost_pico_usd']}"
    if "billed" in vector and sorted(found.lines) != sorted(vector["billed"]):
        yield f"lines {found.lines}, not {vector['billed']}"
