// The packed package.

import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const PKG = fileURLToPath(new URL("../../../pkg/", import.meta.url));

/** TOKENWIRE_TARBALL, else what the unpacked TOKENWIRE_PACKAGE packs to, else what was packed last. */
export function findTarball(named = process.env.TOKENWIRE_TARBALL, unpacked = process.env.TOKENWIRE_PACKAGE) {
  if (named) return resolve(named);
  const folder = unpacked ? resolve(unpacked) : PKG;
  if (unpacked) execFileSync("npm", ["pack", "--ignore-scripts", "--silent"], { cwd: folder });
  const packed = readdirSync(folder).find((name) => /^tokenwire-.*\.tgz$/.test(name));
  if (packed === undefined) throw new Error("expected tools/package.sh --pack, or TOKENWIRE_TARBALL");
  return join(folder, packed);
}
