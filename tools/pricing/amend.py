"""What is known beside the two sources: corrections of the base, and what is younger than it.

Both are data with their evidence. Neither outlives its reason: a correction of something that the
base has changed since stops the refresh, and what the sources have learnt is dropped.
"""

from __future__ import annotations

from copy import deepcopy

import names


class Stale(ValueError):
    """A correction of something that is not there any more."""


def correct(providers: dict, corrections: list[dict]) -> list[str]:
    """Replaces rules that the base cannot express; returns what was done."""
    done = []
    for correction in corrections:
        model = _entry(providers, correction)
        label = f"{correction['provider']}/{correction['model']}"
        if model is None or model["rates"] != correction["was"]:
            raise Stale(f"the base has changed under the correction of {label}: look at it again")
        model["rates"] = deepcopy(correction["rates"])
        model["corrected"] = True
        done.append(f"{label} corrected: {correction['reason']}")
    return done


def supplement(providers: dict, entries: dict, source: str) -> list[str]:
    """Adds what neither source has; returns what was added and what has become needless."""
    done = [_add_model(providers, entry, source) for entry in entries.get("models", ())]
    return done + [_add_facts(providers, entry) for entry in entries.get("facts", ())]


def _add_model(providers: dict, entry: dict, source: str) -> str:
    name = entry["model"]["id"]
    label = f"{entry['provider']}/{name}"
    models = providers[entry["provider"]]["models"]
    if any(names.accepts(model, name) for model in models):
        return f"{label} dropped from the supplement: the base has it; remove the entry"
    models.append(deepcopy(entry["model"]) | {"source": source, "evidence": entry["evidence"]})
    return f"{label} added, {entry['evidence']} evidence: {entry['seen']}"


def _add_facts(providers: dict, entry: dict) -> str:
    label = f"{entry['provider']}/{entry['model']}"
    model = _entry(providers, entry)
    if model is None:
        return f"{label} is gone: remove its facts from the supplement"
    known = sorted(entry["add"].keys() & model.keys())
    if known:
        what = f"{label} {', '.join(known)}"
        return f"{what} dropped from the supplement: the sources state it; remove the entry"
    model.update(deepcopy(entry["add"]))
    return f"{label} {', '.join(entry['add'])} added: {entry['reason']}"


def _entry(providers: dict, place: dict) -> dict | None:
    models = providers[place["provider"]]["models"]
    return next((model for model in models if model["id"] == place["model"]), None)
