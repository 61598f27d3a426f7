// The Node programs of this machine.

import { existsSync } from "node:fs";

import { LeftOut } from "../left_out.mjs";
import { toolFile } from "../project.mjs";
import { run } from "../process.mjs";

const NEWER = toolFile(`node-${process.platform}-${process.arch}`, "bin", "node");

/** The path of a Node of that major version: the one that runs this, or the one among the tools. */
export async function node(major) {
  for (const path of [process.execPath, NEWER].filter(existsSync)) {
    const version = (await run(path, ["--version"])).trim();
    if (version.startsWith(`v${major}.`)) return { path, version };
  }
  throw new LeftOut(`Node ${major} is not here`);
}
