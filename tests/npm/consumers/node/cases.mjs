// Node, by import and by require; one of them installs the tarball as a user would.

import { run } from "../process.mjs";
import { node } from "./nodes.mjs";

const FILES = new URL("files/", import.meta.url);

const install = ["install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund"];

export const cases = () => [
  inNode(20, "import, npm install", "main.mjs", installed),
  inNode(20, "require", "main.cjs"),
  inNode(22, "import", "main.mjs"),
  inNode(22, "require", "main.cjs"),
  inNode(20, "tokenwire/client", "main.mjs", smaller),
  inNode(20, "tokenwire/bare", "bare.mjs"),
  inNode(20, "tokenwire/testing", "testing.mjs"),
];

const smaller = ({ projectOf, slug }) => projectOf("tokenwire/client", slug, FILES);

const unpacked = ({ project, slug }) => project(slug, FILES);

const inNode = (major, way, file, set = unpacked) => ({
  name: `Node ${major} ${way}`,
  tool: async () => `node ${(await node(major)).version}`,
  run: async (context) => {
    const { path } = await node(major);
    return JSON.parse(await run(path, [file, context.base], { cwd: await set(context) }));
  },
});

async function installed({ empty, slug, tarball }) {
  const folder = empty(slug, FILES);
  await run("npm", [...install, tarball], { cwd: folder });
  return folder;
}
