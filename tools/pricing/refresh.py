#!/usr/bin/env python3
"""Writes the price tables from their sources: tools/pricing/refresh.py

Equal inputs give equal bytes. See README.md beside this file.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import age
import amend
import base
import merge
import report
import sources
import validate
import vectors
import write
from second import Table

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TABLES = ROOT / "core" / "data" / "pricing"
VECTORS = ROOT / "tests" / "data" / "pricing" / "vectors.json"
INPUTS = ("sources", "providers", "corrections", "supplement")
CACHE = Path.home() / ".cache" / "tokenwire" / "pricing"


def main(arguments: list[str]) -> int:
    options = _options(arguments)
    if options.check_vectors:
        return _check_vectors(options)
    if options.check_age:
        return _check_age(options)
    try:
        return _refresh(options)
    except (ValueError, OSError, subprocess.CalledProcessError) as error:
        print(f"refresh: {error}", file=sys.stderr)
        return 1


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Writes the price tables from their sources.")
    add = parser.add_argument
    add("--base", metavar="VERSION", help="another base package than the pinned one")
    add("--base-released", metavar="DAY", help="the day that version was released")
    add("--second", metavar="VERSION", help="another second package than the pinned one")
    add("--second-released", metavar="DAY", help="the day that version was released")
    add("--archives", type=Path, metavar="DIR", help="take the archives from here, offline")
    add("--inputs", type=Path, default=HERE, metavar="DIR", help="the folder of the input files")
    add("--out", type=Path, default=TABLES, metavar="DIR", help="the folder of the tables")
    add("--dry-run", action="store_true", help="report, and write nothing")
    add("--check-vectors", action="store_true", help="compute the worked examples from the tables")
    add("--vectors", type=Path, default=VECTORS, metavar="FILE", help="the worked examples")
    add("--check-age", action="store_true", help="fail when a table is older than 90 days")
    add("--today", type=date.fromisoformat, metavar="DAY", help="the day --check-age goes by")
    return parser.parse_args(arguments)


def _refresh(options: argparse.Namespace) -> int:
    inputs = (_load(options.inputs / f"{name}.json") for name in INPUTS)
    pinned, plans, corrections, additions = inputs
    first = sources.chosen(pinned["base"], options.base, options.base_released)
    second = sources.chosen(pinned["second"], options.second, options.second_released)
    base_text, second_text = (_text(source, options.archives) for source in (first, second))

    providers = base.read(base_text, list(plans))
    notes = amend.correct(providers, corrections["corrections"])
    day = date.fromisoformat(first.released)
    found, more = _merge(providers, plans, Table(second_text), day, second.id)
    notes += more + amend.supplement(providers, additions, pinned["supplement"]["id"])
    _stop_at(validate.faults(providers))

    _print(report.disagreements(found))
    _print(notes)
    _print(report.changes(_providers(options.out), providers))
    if not options.dry_run:
        described = [first.described(), second.described(), pinned["supplement"]]
        _write(options.out, described, _tables(providers, plans, first))
    return 0


def _text(source: sources.Source, archives: Path | None) -> str:
    return sources.text(source, archives or CACHE, offline=archives is not None)


def _merge(
    providers: dict, plans: dict, rows: Table, day: date, source: str
) -> tuple[list[merge.Difference], list[str]]:
    """Fills the providers from the second source; returns where the two disagree, and notes."""
    found, notes = [], []
    for name, plan in plans.items():
        for model in providers[name]["models"]:
            row = rows.row(model, plan["prefixes"], plan["owners"])
            if row:
                found += merge.differences(name, model, row, day)
                lacks = merge.fill(model, row, plan.get("fill", {}), day, source)
                notes += [f"{name}/{lack}" for lack in lacks]
    return found, notes


def _tables(providers: dict, plans: dict, first: sources.Source) -> dict[str, dict]:
    """The providers by the file they belong to."""
    tables: dict[str, dict] = {}
    for name, plan in plans.items():
        facts = {"name": providers[name]["name"], "as_of": first.released, "source": first.id}
        tables.setdefault(plan["table"], {})[name] = facts | providers[name]
    return tables


def _check_vectors(options: argparse.Namespace) -> int:
    examples = _load(options.vectors)["vectors"]
    wrong = list(vectors.mismatches(examples, _providers(options.out)))
    _print(wrong)
    told = vectors.reported(examples)
    print(f"{len(examples) - told} vectors computed, {len(wrong)} mismatches")
    print(f"{told} state the provider's own cost and have nothing to compute")
    return 1 if wrong else 0


def _check_age(options: argparse.Namespace) -> int:
    providers, today = _providers(options.out), options.today or date.today()
    old = list(age.too_old(providers, today))
    _print([*old, *age.to_review(providers, today)])
    return 1 if old else 0


def _providers(folder: Path) -> dict:
    """The providers of all tables in a folder; none where there are no tables yet."""
    found: dict = {}
    for path in sorted(folder.glob("*.json")):
        found |= _load(path)["providers"]
    return found


def _stop_at(faults: list[str]) -> None:
    if faults:
        raise ValueError("\n  ".join(["the tables would be wrong:", *faults]))


def _write(folder: Path, described: list[dict], tables: dict[str, dict]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        text = write.text(described, table)
        (folder / f"{name}.json").write_text(text, encoding="utf-8", newline="\n")


def _load(path: Path):
    """A JSON file; numbers with a point stay text and never become floating point."""
    return json.loads(path.read_text(encoding="utf-8"), parse_float=str)


def _print(lines) -> None:
    for line in lines:
        print(line)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
