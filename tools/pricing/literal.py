"""A Python source file read as data: the literals and constructor calls of one assignment.

Nothing of the file is imported or run. What is neither a literal nor a call of a plain name with
literal arguments is refused.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field


class NotData(ValueError):
    """The source holds something that is not plain data."""


@dataclass(frozen=True)
class Made:
    """`name(*values, **fields)` as it stands in the source."""

    name: str
    values: list = field(default_factory=list)
    fields: dict = field(default_factory=dict)

    def get(self, key: str, default=None):
        return self.fields.get(key, default)


def assigned(source: str, name: str):
    """What the module assigns to `name` at its top level."""
    for statement in ast.parse(source).body:
        if _target(statement) == name and statement.value is not None:
            return _value(statement.value)
    raise NotData(f"nothing is assigned to {name}")


def _target(statement: ast.stmt) -> str | None:
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return statement.target.id
    return None


def _value(node: ast.expr):
    match node:
        case ast.Constant(value=value):
            return value
        case ast.List(elts=items):
            return [_value(item) for item in items]
        case ast.Dict(keys=keys, values=values) if None not in keys:
            return {_value(key): _value(value) for key, value in zip(keys, values)}
        case ast.Call(func=func, args=args, keywords=keywords):
            return Made(_dotted(func), [_value(arg) for arg in args], _fields(keywords))
        case ast.Attribute():
            return _dotted(node)
    raise NotData(f"line {node.lineno}: {type(node).__name__} is not data")


def _fields(keywords: list[ast.keyword]) -> dict:
    if any(keyword.arg is None for keyword in keywords):
        raise NotData("a call with ** is not data")
    return {keyword.arg: _value(keyword.value) for keyword in keywords}


def _dotted(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attr):
            return f"{_dotted(value)}.{attr}"
    raise NotData(f"line {node.lineno}: {type(node).__name__} is not a name")
