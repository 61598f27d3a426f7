// Plays every scenario through a driver.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { describe, test } from "node:test";

import { Environment } from "./environment.mjs";

const folder = new URL("../../scenarios/", import.meta.url);

const pretty = (value) => JSON.stringify(value, null, 2);

/**
 * Declares one test a scenario. `runScenario(scenario, environment)` makes the scenario's call and resolves to
 * what its caller saw, as README.md beside this file says. `shown` says what of it a surface shows its callers.
 */
export function runAll(name, runScenario, shown = ({ expect }) => expect) {
  describe(name, () => {
    for (const file of readdirSync(folder).sort()) {
      test(file, async () => {
        const scenario = JSON.parse(readFileSync(new URL(file, folder), "utf8"));
        const environment = new Environment(scenario);
        const seen = await environment.run(async () => runScenario(scenario, environment));
        assert.equal(pretty(seen), pretty(shown(scenario)), scenario.about);
      });
    }
  });
}
