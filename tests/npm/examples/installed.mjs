// The examples as a person has them: copied to a folder into which the packed package is installed.

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const PKG = join(HERE, "..", "..", "..", "pkg");

/** Copies the examples and installs the package; `tools` names what else they import. */
export function install(tools = []) {
  const root = mkdtempSync(join(realpathSync(tmpdir()), "tokenwire-examples-"));
  const home = join(root, "node_modules", "tokenwire");
  mkdirSync(home, { recursive: true });
  execFileSync("tar", ["-xzf", tarball(), "-C", home, "--strip-components=1"]);
  cpSync(join(PKG, "examples"), join(root, "examples"), { recursive: true, filter: isOurs });
  for (const tool of tools) link(tool, join(root, "node_modules", tool));
  return {
    root,
    example: (...names) => join(root, "examples", ...names),
    sim: async () => (await import(pathToFileURL(join(home, "dist", "testing.js")))).simFetch,
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** TOKENWIRE_TARBALL, or what was packed last. */
function tarball() {
  if (process.env.TOKENWIRE_TARBALL) return process.env.TOKENWIRE_TARBALL;
  const packed = readdirSync(PKG).find((name) => /^tokenwire-.*\.tgz$/.test(name));
  if (packed === undefined) throw new Error("expected a packed package: tools/package.sh --pack, or TOKENWIRE_TARBALL");
  return join(PKG, packed);
}

const isOurs = (path) => !/[/\\](node_modules|dist|\.wrangler)$/.test(path);

function link(tool, to) {
  const from = [HERE, join(HERE, "..")].map((folder) => join(folder, "node_modules", tool)).find(existsSync);
  if (from === undefined) throw new Error(`expected ${tool} to be installed: npm ci in tests/npm and tests/npm/examples`);
  mkdirSync(dirname(to), { recursive: true });
  symlinkSync(realpathSync(from), to);
}
