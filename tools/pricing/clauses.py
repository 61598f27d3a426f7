"""The base package's rules for names, turned into patterns of pricing/1.

A rule that the patterns cannot say exactly is refused, so that no name changes its price in
silence.
"""

from __future__ import annotations

import re
from itertools import product

from literal import Made
from names import matches

# A name with this ending, alone or before a dash; letters may come as [xX].
_WITHOUT_ENDING = re.compile(r"\^\(\?!\.\*(?P<ending>(?:[-\w]|\[[a-z][A-Z]\])+)\(\?:\$\|-\)\)")
_PIECE = re.compile(
    r"\\d\{(?P<count>[0-9]+)\}|(?P<digit>\\d)|\\(?P<escaped>\W)"
    r"|\[(?P<either>[^]^\\]+)\]|(?P<plain>[-\w/@:])"
)


class Unsayable(ValueError):
    """A rule that no list of patterns can say."""


def patterns(clause: Made) -> tuple[list[str], list[str]]:
    """What a name must match, and what it must not."""
    accepted, refused = _read(clause)
    accepted = list(dict.fromkeys(accepted))
    if refused:
        _check_scope(clause, refused)
    return accepted, refused


def _read(clause: Made) -> tuple[list[str], list[str]]:
    match clause.name:
        case "ClauseEquals":
            return [_text(clause.get("equals"))], []
        case "ClauseStartsWith":
            return [_text(clause.get("starts_with")) + "*"], []
        case "ClauseEndsWith":
            return ["*" + _text(clause.get("ends_with"))], []
        case "ClauseContains":
            return [f"*{_text(clause.get('contains'))}*"], []
        case "ClauseRegex":
            return _expression(clause.get("regex")), []
        case "ClauseOr":
            return _any_of(clause.get("or_"))
        case "ClauseAnd":
            return _all_of(clause.get("and_"))
    raise Unsayable(f"unknown rule {clause.name}")


def _text(text: str) -> str:
    if set(text) & set("*#"):
        raise Unsayable(f"{text!r} holds a character that patterns use")
    return text.lower()


def _any_of(clauses: list[Made]) -> tuple[list[str], list[str]]:
    accepted, refused = [], []
    for clause in clauses:
        one, other = _read(clause)
        accepted += one
        refused += [pattern for pattern in other if pattern not in refused]
    return accepted, refused


def _all_of(clauses: list[Made]) -> tuple[list[str], list[str]]:
    refused = [pattern for clause in clauses for pattern in _exclusion(clause)]
    wanted = [clause for clause in clauses if not _exclusion(clause)]
    if len(wanted) != 1:
        raise Unsayable("patterns cannot demand two things of a name")
    return _read(wanted[0])[0], refused


def _exclusion(clause: Made) -> list[str]:
    found = clause.name == "ClauseRegex" and _WITHOUT_ENDING.fullmatch(clause.get("regex"))
    if not found:
        return []
    ending = re.sub(r"\[(.).\]", r"\1", found["ending"]).lower()
    return [f"*{ending}", f"*{ending}-*"]


def _expression(regex: str) -> list[str]:
    """The patterns for an expression of letters, digits, `\\d` and choices of one character."""
    body = regex.removeprefix("^").removesuffix("$")
    pieces, place = [], 0
    while place < len(body):
        piece = _PIECE.match(body, place)
        if not piece:
            raise Unsayable(f"{regex!r} at {place + 1}")
        pieces.append(_choices(piece))
        place = piece.end()
    before = "" if regex.startswith("^") else "*"
    after = "" if regex.endswith("$") else "*"
    return [before + "".join(choice) + after for choice in product(*pieces)]


def _choices(piece: re.Match) -> list[str]:
    if piece["count"] or piece["digit"]:
        return ["#" * int(piece["count"] or 1)]
    if piece["either"]:
        return [_text(char) for char in piece["either"]]
    return [_text(piece["escaped"] or piece["plain"])]


def _check_scope(clause: Made, refused: list[str]) -> None:
    """An exclusion holds for a whole entry, so it must not touch alternatives of others."""
    for branch in clause.get("or_", ()):
        accepted, own = _read(branch)
        free = [] if own else accepted
        if any("*" in pattern or any(matches(no, pattern) for no in refused) for pattern in free):
            raise Unsayable("an exclusion that holds for one alternative only")
