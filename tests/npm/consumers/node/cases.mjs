// Node, by import and by require; one of them installs the tarball as a user would.

import { run } from "../process.mjs";
import { node } from "./nodes.mjs";

const FILES = new URL("files/", import.meta.url);

const install = ["install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund"];

export const cases = async () => [
  await started(20, "import", "main.mjs", installed),
  await started(20, "require", "main.cjs"),
  await started(22, "import", "main.mjs"),
  await started(22, "require", "main.cjs"),
];

async function started(major, way, file, set = ({ project, slug }) => project(slug, FILES)) {
  const { version, path, missing } = await node(major).catch((missing) => ({ missing }));
  const name = `Node ${major} ${way}${set === installed ? ", npm install" : ""}`;
  return { name, tool: `node ${version ?? major}`, run: async (context) => {
    if (missing !== undefined) throw missing;
    const folder = await set(context);
    return JSON.parse(await run(path, [file, context.base], { cwd: folder }));
  } };
}

async function installed({ empty, slug, tarball }) {
  const folder = empty(slug, FILES);
  await run("npm", [...install, tarball], { cwd: folder });
  return folder;
}
