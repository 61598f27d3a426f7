import { execFileSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";

import { file } from "../surface/package.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const installed = join(here, "node_modules", "tokenwire");

for (const resolution of ["nodenext", "bundler"]) {
  test(`the types fit the AI SDK's, with resolution ${resolution}`, () => {
    rmSync(installed, { recursive: true, force: true });
    for (const part of ["package.json", "dist/types"])
      cpSync(file(`../${part}`), join(installed, part), { recursive: true });
    const compiler = join(here, "node_modules", "typescript", "bin", "tsc");
    execFileSync(process.execPath, [compiler, "-p", join(here, "types", `tsconfig.${resolution}.json`)], {
      stdio: "inherit",
    });
  });
}
