#!/usr/bin/env python3
"""Tests of the refresh, on archives made here, without a network: tools/pricing/test_refresh.py"""

import io
import json
import sys
import tempfile
import unittest
import zipfile
from contextlib import redirect_stderr, redirect_stdout
from datetime import datetime
from fractions import Fraction
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

import bill
import clauses
import literal
import names
import prices
import refresh
import validate

PLAIN = "ModelPrice(input_mtok=Decimal('2'), output_mtok=Decimal('10'))"


def model(name="m", match=None, prices=PLAIN, **more):
    """One model as the base's data module spells it."""
    match = match or f"ClauseEquals(equals={name!r})"
    rest = "".join(f", {key}={value}" for key, value in more.items())
    return f"ModelInfo(id={name!r}, match={match}, prices={prices}{rest})"


def dated(year, month, day, prices):
    start = f"StartDateConstraint(start_date=datetime.date({year}, {month}, {day}))"
    return f"ConditionalPrice(constraint={start}, prices={prices})"


def daily(start, end, prices):
    clock = "TimeOfDateConstraint(start_time=datetime.time({}, 0, tzinfo=datetime.UTC), "
    clock += "end_time=datetime.time({}, 0, tzinfo=datetime.UTC))"
    return f"ConditionalPrice(constraint={clock.format(start, end)}, prices={prices})"


class World:
    """A folder with both archives, the inputs and the tables."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.models = [model()]
        self.rows = {}
        self.plan = {"table": "one", "prefixes": [""], "owners": ["p"]}
        self.corrections = []
        self.supplement = {}
        self.pins = {}

    def refresh(self, *options, code=0):
        """Runs the command and returns what it printed."""
        self._archive("base-pack", "1.0", "pack/data.py", self._base())
        self._archive("second-pack", "2.0", "pack/table.json", json.dumps(self.rows))
        self._inputs()
        told = io.StringIO()
        places = ("--archives", self.folder, "--inputs", self.folder, "--out", self.out)
        with redirect_stdout(told), redirect_stderr(told):
            got = refresh.main([str(part) for part in (*places, *options)])
        assert got == code, told.getvalue()
        return told.getvalue()

    @property
    def out(self):
        return self.folder / "tables"

    def bytes(self):
        return (self.out / "one.json").read_bytes()

    def entries(self):
        return json.loads(self.bytes())["providers"]["p"]["models"]

    def cost(self, counts, at="2026-11-10T12:00:00", name="m", **context):
        """What the tables on disk charge, as text."""
        tables = json.loads(self.bytes())["providers"]
        found = bill.bill(tables, "p", name, counts, context, datetime.fromisoformat(at))
        return prices.exact_text(found.cost)

    def _base(self):
        listed = ", ".join(self.models)
        provider = f"Provider(id='p', name='P', models=[{listed}])"
        # A module that must not be imported: it would end the test.
        return f"raise SystemExit\nproviders: list[Provider] = [{provider}]\n"

    def _archive(self, name, version, member, text):
        path = self.folder / f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
        with zipfile.ZipFile(path, "w") as opened:
            opened.writestr(member, text)

    def _inputs(self):
        base = {"id": "base-pack", "kind": "package", "version": "1.0", "released": "2026-11-10"}
        second = base | {"id": "second-pack", "version": "2.0", "member": "pack/table.json"}
        second["refused"] = {"0.9": "bad release"}
        extra = {"id": "supplement", "kind": "pages", "version": "1", "released": "2026-11-11"}
        pinned = {
            "base": base | {"member": "pack/data.py", "licence": "MIT"} | self.pins,
            "second": second | {"licence": "MIT"},
            "supplement": extra,
        }
        self._write("sources", pinned)
        self._write("providers", {"p": self.plan})
        self._write("corrections", {"corrections": self.corrections})
        self._write("supplement", self.supplement)

    def _write(self, name, value):
        (self.folder / f"{name}.json").write_text(json.dumps(value))


class WorldTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.world = World(folder.name)


class Tables(WorldTest):
    def test_equal_inputs_give_equal_bytes(self):
        self.world.models.append(model("n", context_window=1000, deprecated=True))
        self.world.refresh()
        first = self.world.bytes()
        told = self.world.refresh()
        self.assertEqual(first, self.world.bytes())
        self.assertIn("p: 2 models, 0 changes", told)

    def test_nothing_is_written_in_a_dry_run(self):
        self.assertIn("added p/m", self.world.refresh("--dry-run"))
        self.assertFalse(self.world.out.exists())

    def test_the_summary_tells_what_changed_since_the_last_tables(self):
        self.world.models.append(model("old"))
        self.world.refresh()
        cheaper = PLAIN.replace("'10'", "'8'")
        self.world.models = [model(prices=cheaper, context_window=9), model("new")]
        told = self.world.refresh()
        self.assertIn("added p/new", told)
        self.assertIn("removed p/old", told)
        self.assertIn("changed p/m rates output: 10 -> 8", told)
        self.assertIn("changed p/m context", told)

    def test_prices_are_plain_decimals_whatever_their_source_writes(self):
        text = "ModelPrice(input_mtok=Decimal('0.50'), output_mtok=Decimal('1E+1'))"
        self.world.models = [model(prices=text)]
        self.world.plan["fill"] = {"buckets": ["cache_write_12h"]}
        field = "cache_creation_input_token_cost_above_12hr"
        self.world.rows = {"m": {"litellm_provider": "p", field: 6.25e-8}}
        self.world.refresh()
        expected = {"input": "0.5", "output": "10", "cache_write_12h": "0.0625"}
        self.assertEqual(self.world.entries()[0]["rates"], [{"prices": expected}])

    def test_a_price_that_is_no_whole_number_of_pico_usd_a_token_stops_the_refresh(self):
        self.world.models = [model(prices="ModelPrice(input_mtok=Decimal('0.0000001'))")]
        self.assertIn("bad price of input", self.world.refresh(code=1))
        self.assertFalse(self.world.out.exists())


class Sources(WorldTest):
    def test_the_base_wins_and_the_disagreement_is_printed(self):
        self._row(input_cost_per_token=3e-06, output_cost_per_token=1e-05)
        told = self.world.refresh()
        self.assertIn("1 prices on which the sources disagree; the base wins", told)
        self.assertIn("p/m input: base 2; second 3", told)
        self.assertEqual(self.world.entries()[0]["rates"][0]["prices"]["input"], "2")

    def test_a_tier_that_only_the_second_states_is_filled_and_marked(self):
        buckets = ["input", "output", "cache_read"]
        self.world.plan["fill"] = {"tiers": ["flex"], "tier_buckets": buckets}
        self._row(input_cost_per_token_flex=1e-06, output_cost_per_token_flex=5e-06)
        self.world.rows["m"]["cache_read_input_token_cost_flex"] = 1e-07
        self.world.refresh()
        flex = {"when": {"service_tier": ["flex"]}, "prices": {"input": "1", "output": "5"}}
        self.assertEqual(self.world.entries()[0]["variants"], [flex | {"source": "second-pack"}])
        self.assertEqual(self.world.cost({"input": 1000000}, service_tier="flex"), "1")

    def test_a_tier_of_the_base_is_not_filled_again(self):
        halves = "ModelPrice(input_mtok=Decimal('1.5'), output_mtok=Decimal('4'))"
        variant = f"[PriceVariant(when={{'service_tier': 'flex'}}, prices={halves})]"
        self.world.models = [model(price_variants=variant)]
        self.world.plan["fill"] = {"tiers": ["flex"], "tier_buckets": ["input", "output"]}
        self._row(input_cost_per_token_flex=1e-06, output_cost_per_token_flex=5e-06)
        told = self.world.refresh()
        self.assertEqual(len(self.world.entries()[0]["variants"]), 1)
        self.assertIn("p/m input (flex): base 1.5; second 1", told)

    def test_a_tier_with_a_price_for_one_direction_alone_is_not_taken(self):
        self.world.plan["fill"] = {"tiers": ["batches"], "tier_buckets": ["input", "output"]}
        self._row(input_cost_per_token_batches=1e-06)
        self.world.refresh()
        self.assertNotIn("variants", self.world.entries()[0])

    def test_a_bucket_is_filled_where_the_base_has_none_and_in_todays_rules_only(self):
        later = PLAIN[:-1] + ", cache_write_mtok=Decimal('3'))"
        variant = f"[PriceVariant(when={{'service_tier': 'flex'}}, prices={PLAIN})]"
        steps = f"{dated(2026, 11, 10, PLAIN)}, {dated(2027, 1, 1, later)}"
        rates = f"[ConditionalPrice(prices={PLAIN}), {steps}]"
        self.world.models = [model(prices=rates, price_variants=variant)]
        self.world.plan["fill"] = {"buckets": ["input", "cache_write_12h"]}
        field = "cache_creation_input_token_cost_above_12hr"
        self._row(**{"input_cost_per_token": 9e-06, field: 5e-06, field + "_flex": 4e-06})
        self.world.rows["m"][field + "_above_272k_tokens"] = 1e-05
        told = self.world.refresh()
        entry = self.world.entries()[0]
        rules = entry["rates"] + entry["variants"]
        filled = [rule["prices"].get("cache_write_12h") for rule in rules]
        self.assertEqual(filled, [None, [[0, "5"], [272000, "10"]], None, "4"])
        self.assertEqual({rule["prices"]["input"] for rule in entry["rates"]}, {"2"})
        self.assertIn("p/m: no cache_write_12h price from 2027-01-01 on", told)

    def test_a_step_without_the_price_below_it_is_not_taken(self):
        self.world.plan["fill"] = {"buckets": ["cache_write_12h"]}
        self._row(cache_creation_input_token_cost_above_12hr_above_272k_tokens=1e-05)
        self.world.refresh()
        self.assertNotIn("cache_write_12h", self.world.entries()[0]["rates"][0]["prices"])

    def test_prices_for_hours_of_the_day_are_not_compared(self):
        dear = PLAIN.replace("'2'", "'4'")
        rates = f"[ConditionalPrice(prices={PLAIN}), {daily(0, 23, dear)}]"
        self.world.models = [model(prices=rates)]
        self._row(input_cost_per_token=2e-06)
        self.assertIn("0 prices on which the sources disagree", self.world.refresh())

    def test_of_two_scheduled_changes_the_later_stands_first(self):
        dearer = [PLAIN.replace("'2'", f"'{price}'") for price in (4, 8)]
        steps = f"{dated(2027, 1, 1, dearer[0])}, {dated(2028, 1, 1, dearer[1])}"
        self.world.models = [model(prices=f"[ConditionalPrice(prices={PLAIN}), {steps}]")]
        self.world.plan["fill"] = {"tiers": ["flex"], "tier_buckets": ["input", "output"]}
        self._row(input_cost_per_token_flex=1e-06, output_cost_per_token_flex=5e-06)
        self.world.refresh()
        days = "2026-12-01", "2027-12-01", "2028-12-01"
        costs = [self.world.cost({"input": 10**6}, day, service_tier="flex") for day in days]
        self.assertEqual(costs, ["1", "2", "4"])

    def test_a_scheduled_change_changes_a_filled_tier_in_the_same_ratio(self):
        double = "ModelPrice(input_mtok=Decimal('4'), output_mtok=Decimal('20'))"
        rates = f"[ConditionalPrice(prices={PLAIN}), {dated(2027, 1, 1, double)}]"
        self.world.models = [model(prices=rates)]
        self.world.plan["fill"] = {"tiers": ["priority"], "tier_buckets": ["input", "output"]}
        self._row(input_cost_per_token_priority=3.6e-06, output_cost_per_token_priority=1.8e-05)
        self.world.refresh()
        later, now = self.world.entries()[0]["variants"]
        self.assertEqual(later["prices"], {"input": "7.2", "output": "36"})
        self.assertEqual((later["from"], later["scaled"]), ("2027-01-01", True))
        self.assertNotIn("scaled", now)
        days = "2026-12-31T23:59:59", "2027-01-01T00:00:00"
        costs = [self.world.cost({"input": 10}, at, service_tier="priority") for at in days]
        self.assertEqual(costs, ["0.000036", "0.000072"])

    def test_an_uplift_is_for_tokens_and_not_for_fees(self):
        self.world.models = [model(prices=PLAIN[:-1] + ", web_searches_kcount=Decimal('10'))")]
        self.world.plan["fill"] = {"uplift": True}
        field = "regional_processing_uplift_multiplier_"
        self._row(**{field + "us": 1.1, field + "eu": 1.1, field + "ap": 1.0})
        self.world.refresh()
        entry = {"when": {"region": ["eu", "us"]}, "multiply": "1.1", "source": "second-pack"}
        self.assertEqual(self.world.entries()[0]["uplift"], [entry])
        counts = {"input": 1000000, "web_search": 1000}
        self.assertEqual(self.world.cost(counts, region="eu"), "12.2")
        self.assertEqual(self.world.cost(counts), "12")

    def test_a_row_of_another_provider_is_nobodys(self):
        self.world.rows = {"m": {"litellm_provider": "q", "input_cost_per_token": 3e-06}}
        self.assertIn("0 prices on which the sources disagree", self.world.refresh())

    def test_off_peak_prices_of_the_second_are_compared_with_the_standard_ones(self):
        self.world.rows = {
            "m": {
                "litellm_provider": "p",
                "input_cost_per_token": 4e-06,
                "off_peak_pricing": {"input_cost_per_token": 2e-06, "windows": []},
            }
        }
        self.assertIn("0 prices on which the sources disagree", self.world.refresh())

    def test_a_refused_release_and_a_release_without_a_day_are_not_used(self):
        self.assertIn("0.9 is refused: bad release", self.world.refresh("--second", "0.9", code=1))
        self.assertIn("say the day it was released", self.world.refresh("--base", "1.1", code=1))

    def test_an_archive_that_is_not_there_is_not_fetched_when_offline(self):
        told = self.world.refresh("--base", "1.1", "--base-released", "2026-11-12", code=1)
        self.assertIn("no archive of base-pack 1.1", told)

    def test_a_data_file_with_another_digest_than_the_pinned_one_is_refused(self):
        self.world.pins = {"sha256": "0" * 64}
        self.assertIn("is not the pinned one", self.world.refresh(code=1))

    def _row(self, **fields):
        self.world.rows = {"m": {"litellm_provider": "p"} | fields}


class Amendments(WorldTest):
    def setUp(self):
        super().setUp()
        rates = [{"prices": {"output": "9", "input": "7"}}]
        young = {"id": "young", "match": ["young"], "rates": rates}
        self.entry = {"provider": "p", "evidence": "primary", "seen": "its page", "model": young}

    def test_a_supplement_adds_what_the_base_lacks_and_says_from_where(self):
        self.world.supplement = {"models": [self.entry]}
        self.assertIn("p/young added, primary evidence: its page", self.world.refresh())
        added = self.world.entries()[1]
        self.assertEqual((added["source"], added["evidence"]), ("supplement", "primary"))
        self.assertEqual(list(added["rates"][0]["prices"]), ["input", "output"])

    def test_a_supplement_is_dropped_once_the_base_has_the_model_under_any_pattern(self):
        self.world.models.append(model("family", match="ClauseStartsWith(starts_with='young')"))
        self.world.supplement = {"models": [self.entry]}
        self.assertIn("p/young dropped from the supplement", self.world.refresh())
        self.assertEqual([entry["id"] for entry in self.world.entries()], ["m", "family"])

    def test_a_fact_is_dropped_once_the_sources_state_it(self):
        fact = {"provider": "p", "model": "m", "add": {"context": 5}, "reason": "known"}
        self.world.supplement = {"facts": [fact]}
        self.world.refresh()
        self.assertEqual(self.world.entries()[0]["context"], 5)
        self.world.models = [model(context_window=6)]
        self.assertIn("p/m context dropped from the supplement", self.world.refresh())
        self.assertEqual(self.world.entries()[0]["context"], 6)

    def test_a_correction_replaces_rules_and_stops_the_refresh_when_the_base_moves(self):
        was = [{"prices": {"input": "2", "output": "10"}}]
        peak = {"daily": ["01:00", "04:00"], "weekdays": [1, 2, 3, 4, 5], "prices": {"input": "4"}}
        fix = {"provider": "p", "model": "m", "reason": "peak", "was": was, "rates": [*was, peak]}
        self.world.corrections = [fix]
        self.assertIn("p/m corrected: peak", self.world.refresh())
        self.assertIs(self.world.entries()[0]["corrected"], True)
        friday, saturday = "2026-11-13T03:59:59", "2026-11-14T03:59:59"
        self.assertEqual(self.world.cost({"input": 1}, friday), "0.000004")
        self.assertEqual(self.world.cost({"input": 1}, saturday), "0.000002")
        before = self.world.bytes()
        self.world.models = [model(prices=PLAIN.replace("'10'", "'11'"))]
        self.assertIn("has changed under the correction of p/m", self.world.refresh(code=1))
        self.assertEqual(self.world.bytes(), before)


class Rules(WorldTest):
    def test_a_start_day_is_included_and_the_last_rule_that_holds_wins(self):
        cheap = PLAIN.replace("'2'", "'1'")
        rates = f"[ConditionalPrice(prices={PLAIN}), {dated(2026, 6, 10, cheap)}]"
        self.world.models = [model(prices=rates)]
        self.world.refresh()
        self.assertEqual(self.world.cost({"input": 1}, "2026-06-09T23:59:59"), "0.000002")
        self.assertEqual(self.world.cost({"input": 1}, "2026-06-10T00:00:00"), "0.000001")

    def test_daily_hours_include_their_start_exclude_their_end_and_wrap_past_midnight(self):
        dear = PLAIN.replace("'2'", "'4'")
        rates = f"[ConditionalPrice(prices={PLAIN}), {daily(22, 4, dear)}, {daily(12, 13, dear)}]"
        self.world.models = [model(prices=rates)]
        self.world.refresh()
        for hour, cost in {
            "11:59:59": "0.000002",
            "12:00:00": "0.000004",
            "12:59:59": "0.000004",
            "13:00:00": "0.000002",
            "21:59:59": "0.000002",
            "22:00:00": "0.000004",
            "03:59:59": "0.000004",
            "04:00:00": "0.000002",
        }.items():
            with self.subTest(hour):
                self.assertEqual(self.world.cost({"input": 1}, f"2026-11-10T{hour}"), cost)

    def test_a_step_is_a_cliff_for_the_whole_request_and_counts_cached_input(self):
        tiers = "[Tier(start=200, price=Decimal('9')), Tier(start=100, price=Decimal('{}'))]"
        steps = f"TieredPrices(base=Decimal('{{}}'), tiers={tiers})"
        text = f"input_mtok={steps.format(2, 4)}, cache_read_mtok={steps.format(1, 3)}"
        text = f"ModelPrice({text}, output_mtok={steps.format(10, 15)})"
        self.world.models = [model(prices=text)]
        self.world.refresh()
        listed = self.world.entries()[0]["rates"][0]["prices"]
        self.assertEqual(listed["input"], [[0, "2"], [100, "4"], [200, "9"]])
        self.assertEqual(self.world.cost({"input": 100, "output": 1}), "0.00021")
        self.assertEqual(self.world.cost({"input": 101, "output": 1}), "0.000419")
        cached = {"input": 101, "cache_read": 100, "output": 1}
        self.assertEqual(self.world.cost(cached), "0.000319")

    def test_variants_that_differ_in_one_value_become_one_and_empty_ones_are_left_out(self):
        def variant(value, prices):
            return f"PriceVariant(when={{'service_tier': {value!r}}}, prices={prices})"

        variants = [variant("default", "ModelPrice()"), variant("priority", PLAIN)]
        variants += [variant("fast", PLAIN), variant("flex", PLAIN.replace("'2'", "'1'"))]
        self.world.models = [model(price_variants=f"[{', '.join(variants)}]")]
        self.world.refresh()
        found = self.world.entries()[0]["variants"]
        tiers = [rule["when"]["service_tier"] for rule in found]
        self.assertEqual(tiers, [["fast", "priority"], ["flex"]])

    def test_a_price_of_something_that_no_bucket_holds_stops_the_refresh(self):
        self.world.models = [model(prices="ModelPrice(gold_mtok=Decimal('1'))")]
        self.assertIn("p/m: unknown prices gold_mtok", self.world.refresh(code=1))

    def test_the_first_variant_that_prices_a_bucket_replaces_that_bucket_alone(self):
        one = "PriceVariant(when={'a': 'x'}, prices=ModelPrice(input_mtok=Decimal('1')))"
        both = "ModelPrice(input_mtok=Decimal('3'), output_mtok=Decimal('4'))"
        two = f"PriceVariant(when={{'b': 'y'}}, prices={both})"
        self.world.models = [model(price_variants=f"[{one}, {two}]")]
        self.world.refresh()
        self.assertEqual(self.world.cost({"input": 1, "output": 1}, a="x"), "0.000011")
        self.assertEqual(self.world.cost({"input": 1, "output": 1}, a="x", b="y"), "0.000005")


class Bills(unittest.TestCase):
    AT = datetime(2026, 11, 10)

    def bill(self, prices, counts, **entry):
        entry = {"id": "m", "match": ["m"], "rates": [{"prices": prices}]} | entry
        return bill.bill({"p": {"models": [entry]}}, "p", "m", counts, {}, self.AT)

    def test_a_part_with_a_price_is_taken_out_of_its_wholes_once(self):
        prices = {"input": "1", "cache_read": "2", "input_audio": "4", "cache_read_audio": "8"}
        counts = {"input": 100, "cache_read": 30, "input_audio": 20, "cache_read_audio": 10}
        lines = {line[0]: line[1] for line in self.bill(prices, counts).lines}
        expected = {"input": 60, "cache_read": 20, "input_audio": 10, "cache_read_audio": 10}
        self.assertEqual(lines, expected)

    def test_a_part_without_a_price_stays_in_its_whole(self):
        found = self.bill({"output": "10"}, {"output": 5, "output_reasoning": 4})
        self.assertEqual(found.lines, [["output", 5, "10", 1000000]])

    def test_parts_beyond_their_whole_are_an_error(self):
        with self.assertRaises(bill.Contradiction):
            self.bill({"input": "1", "cache_read": "1"}, {"input": 1, "cache_read": 2})

    def test_a_request_costs_its_fee_and_a_short_recording_its_minimum(self):
        self.assertEqual(self.bill({"request": "5"}, {}).cost, Fraction(5, 1000))
        for seconds, cost in {0: 0, 1: Fraction(1, 10), 11: Fraction(11, 100)}.items():
            least, counts = {"audio_second": 10}, {"audio_second": seconds}
            found = self.bill({"audio_second": "36"}, counts, minimum=least)
            self.assertEqual(found.cost, cost)

    def test_a_fallback_gives_its_standard_prices_only(self):
        batch = {"when": {"processing": ["batch"]}, "prices": {"input": "1"}}
        entry = {"id": "m", "match": ["m"], "rates": [{"prices": {"input": "2"}}]}
        entry["variants"] = [batch]
        tables = {"q": {"fallback": ["p"], "models": []}, "p": {"models": [entry]}}
        for provider, price in {"p": "1", "q": "2"}.items():
            found = bill.bill(tables, provider, "m", {"input": 1}, {"processing": "batch"}, self.AT)
            self.assertEqual(found.lines, [["input", 1, price, 1000000]])

    def test_a_name_without_an_entry_has_no_price(self):
        with self.assertRaises(bill.Unpriced):
            bill.bill({"p": {"models": []}}, "p", "m", {"input": 1}, {}, self.AT)


class Vectors(WorldTest):
    def test_a_vector_with_another_cost_than_the_tables_fails_the_check(self):
        self.world.refresh()
        request = {"provider": "p", "model": "M", "timestamp": "2026-11-10T00:00:00Z"}
        answer = {"cost_usd": "0.000006", "cost_pico_usd": "6000000"}
        right = {"id": "v", "counts": {"input": 3}, "billed": [["input", 3, "2", 1000000]]}
        right |= request | answer
        self.assertIn("1 vectors computed, 0 mismatches", self._check(right, code=0))
        for wrong, fault in (
            ({"cost_usd": "0.000007"}, "v: cost 0.000006, not 0.000007"),
            ({"cost_pico_usd": "6000001"}, "v: 6000000 pico-USD, not 6000001"),
            ({"billed": []}, "v: lines"),
            ({"model_entry": "n"}, "v: entry m, not n"),
            ({"model": "n"}, "v: p has no n"),
        ):
            with self.subTest(fault):
                self.assertIn(fault, self._check(right | wrong, code=1))
        told = {"id": "t", "counts": None}
        self.assertIn("0 vectors computed, 0 mismatches", self._check(told, code=0))

    def _check(self, vector, code):
        path = self.world.folder / "examples"
        path.write_text(json.dumps({"vectors": [vector]}))
        return self.world.refresh("--check-vectors", "--vectors", path, code=code)


class Age(WorldTest):
    def test_tables_fail_after_ninety_days_and_a_promise_that_ran_out_is_told(self):
        fact = {"provider": "p", "model": "m", "add": {"review_after": "2026-11-21"}}
        self.world.supplement = {"facts": [fact | {"reason": "promised"}]}
        self.world.refresh()
        self.assertEqual(self._check("2026-11-21", 0), "")
        promised = "p/m: its price was promised until 2026-11-21\n"
        self.assertEqual(self._check("2026-11-22", 0), promised)
        self.assertNotIn("refresh it", self._check("2027-02-08", 0))
        self.assertIn("p is 91 days old; refresh it", self._check("2027-02-09", 1))

    def _check(self, today, code):
        return self.world.refresh("--check-age", "--today", today, code=code)


class Names(unittest.TestCase):
    def clause(self, text):
        return clauses.patterns(literal.assigned(f"x: C = {text}", "x"))

    def test_every_kind_of_rule_becomes_patterns_in_lower_case(self):
        rules = ["ClauseEquals(equals='A')", "ClauseStartsWith(starts_with='b')"]
        rules += ["ClauseEndsWith(ends_with='c')", "ClauseContains(contains='d')"]
        found = self.clause(f"ClauseOr(or_=[{', '.join(rules)}, ClauseEquals(equals='a')])")
        self.assertEqual(found, (["a", "b*", "*c", "*d*"], []))

    def test_expressions_of_digits_and_choices_become_patterns(self):
        found = self.clause(r"ClauseRegex(regex='^opus-5\\.1[-@]\\d{4}-\\d$')")
        self.assertEqual(found, (["opus-5.1-####-#", "opus-5.1@####-#"], []))
        self.assertEqual(self.clause(r"ClauseRegex(regex='^argon-\\d')")[0], ["argon-#*"])
        self.assertEqual(self.clause(r"ClauseRegex(regex='-\\d{2}$')")[0], ["*-##"])

    def test_an_exclusion_becomes_patterns_that_must_not_match(self):
        exclusion = r"ClauseRegex(regex='^(?!.*-[tT][tT][sS](?:$|-))')"
        both = f"ClauseAnd(and_=[ClauseStartsWith(starts_with='flash'), {exclusion}])"
        accepted, refused = self.clause(both)
        self.assertEqual((accepted, refused), (["flash*"], ["*-tts", "*-tts-*"]))
        entry = {"match": accepted, "not": refused}
        asked = ("flash", "flash-ttsx", "flash-tts", "flash-tts-1")
        verdicts = [names.accepts(entry, name) for name in asked]
        self.assertEqual(verdicts, [True, True, False, False])
        with self.assertRaises(clauses.Unsayable):
            self.clause(f"ClauseOr(or_=[{both}, ClauseStartsWith(starts_with='pro')])")

    def test_what_patterns_cannot_say_is_refused(self):
        regexes = [f"ClauseRegex(regex={regex!r})" for regex in ("^a|b$", "a+", "^a.b$", "(?!a)b")]
        both = "ClauseAnd(and_=[ClauseContains(contains='a'), ClauseContains(contains='b')])"
        for rule in (*regexes, "ClauseEquals(equals='a*')", "ClauseNot()", both):
            with self.subTest(rule), self.assertRaises(clauses.Unsayable):
                self.clause(rule)

    def test_a_compact_date_is_tried_with_dashes_after_the_name_as_it_stands(self):
        entries = [{"id": "dashed", "match": ["m-2026-09-22"]}]
        entries.append({"id": "compact", "match": ["m-########"]})
        tables = {"p": {"models": entries[:1]}, "q": {"models": entries}}
        self.assertEqual(names.find(tables, "p", "M-20260922")[0]["id"], "dashed")
        self.assertEqual(names.find(tables, "q", "m-20260922")[0]["id"], "compact")
        self.assertIsNone(names.find(tables, "p", "m-20260932"))


class Literals(unittest.TestCase):
    def test_code_is_refused(self):
        calls = ("f(**{'a': 1})", "f(*[1])", "f()()", "f(x)")
        for code in (*calls, "{**{}}", "[y for y in [1]]", "1 + 1", "lambda: 1", "f'{1}'"):
            with self.subTest(code), self.assertRaises(literal.NotData):
                literal.assigned(f"x: int = {code}", "x")

    def test_a_name_that_is_not_assigned_is_told(self):
        with self.assertRaises(literal.NotData):
            literal.assigned("y: int = 1", "x")


class Validity(unittest.TestCase):
    def faults(self, rule=None, **entry):
        one = {"id": "m", "match": ["m"], "rates": [rule or {"prices": {"input": "1"}}]} | entry
        return validate.faults({"p": {"models": [one]}})

    def test_a_good_table_has_no_fault(self):
        price = {"input": [[0, "0.000001"], [10, "2"]], "web_search": "10"}
        rule = {"from": "2026-11-10", "daily": ["22:00", "04:00"], "prices": price}
        self.assertEqual(self.faults(rule), [])

    def test_each_fault_is_told(self):
        steps = [[1, "1"]], [[0, "1"], [0, "2"]], [[0, "1"], [5, "1.0"]]
        for price in ("01", "1.0", "-1", "1e3", ".5", 1, "0.0000001", *steps):
            with self.subTest(price):
                self.assertEqual(len(self.faults({"prices": {"input": price}})), 1)
        for rule in ({"from": "2026-13-01"}, {"daily": ["24:00", "01:00"]}, {"weekdays": [0]}):
            with self.subTest(rule):
                self.assertEqual(len(self.faults(rule | {"prices": {}})), 1)
        for pattern in ("", "*", "a*b", "A"):
            with self.subTest(pattern):
                self.assertEqual(len(self.faults(match=[pattern])), 1)
        self.assertEqual(len(self.faults({"prices": {"gold": "1"}})), 1)
        self.assertEqual(len(self.faults(variants=[{"prices": {}}])), 1)


if __name__ == "__main__":
    unittest.main()
