"""Names of models: the patterns of pricing/1, and how a name finds its entry.

In a pattern `#` is one ASCII digit and `*` is any text, at the ends only. Everything is lower case.
"""

from __future__ import annotations

import re
from datetime import date

_COMPACT_DATE = re.compile(r"-(20[0-9]{2})([0-9]{2})([0-9]{2})(?=[-:]|$)")


def matches(pattern: str, name: str) -> bool:
    """Whether the pattern accepts the whole of a name in lower case."""
    parts = {"*": ".*", "#": "[0-9]"}
    expression = "".join(parts.get(char) or re.escape(char) for char in pattern)
    return re.fullmatch(expression, name, re.DOTALL) is not None


def accepts(model: dict, name: str) -> bool:
    """Whether the entry is meant by a name in lower case."""
    if any(matches(pattern, name) for pattern in model.get("not", ())):
        return False
    return any(matches(pattern, name) for pattern in model["match"])


def find(providers: dict, provider: str, name: str) -> tuple[dict, bool] | None:
    """The entry a name means at a provider, and whether it is in the provider's own list."""
    name = name.lower()
    for spelling in dict.fromkeys((name, _dashed(name))):
        found = _in_lists(providers, provider, spelling)
        if found:
            return found
    return None


def _in_lists(providers: dict, provider: str, name: str) -> tuple[dict, bool] | None:
    for owner in (provider, *providers[provider].get("fallback", ())):
        for model in providers[owner]["models"]:
            if accepts(model, name):
                return model, owner == provider
    return None


def _dashed(name: str) -> str:
    """The name with compact dates such as -20260922 spelled -2026-09-22."""
    return _COMPACT_DATE.sub(_with_dashes, name)


def _with_dashes(found: re.Match) -> str:
    try:
        return f"-{date(*(int(part) for part in found.groups())).isoformat()}"
    except ValueError:
        return found[0]
