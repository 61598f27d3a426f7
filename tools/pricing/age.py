"""How old the tables are, and which promised prices have run out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

LIMIT = timedelta(days=90)


def too_old(providers: dict, today: date) -> Iterator[str]:
    """The providers whose prices were taken longer ago than the limit."""
    for name, provider in providers.items():
        age = today - date.fromisoformat(provider["as_of"])
        if age > LIMIT:
            yield f"{name} is {age.days} days old; refresh it"


def to_review(providers: dict, today: date) -> Iterator[str]:
    """The models whose price was promised until a day that is over."""
    for name, provider in providers.items():
        for model in provider["models"]:
            until = model.get("review_after")
            if until and today > date.fromisoformat(until):
                yield f"{name}/{model['id']}: its price was promised until {until}"
