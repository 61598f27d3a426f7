import { run } from "../process.mjs";
import { runtime } from "../project.mjs";

const FILES = new URL("../node/files/", import.meta.url);
const FLAGS = ["--no-config", "--node-modules-dir=manual", "--no-remote", "--allow-net=127.0.0.1"];

const deno = () => runtime("Deno", "@deno", `${process.platform}-${process.arch}-glibc`, "deno");

export const cases = () => [
  { name: "Deno", tool: async () => (await run(deno(), ["--version"])).split(" (")[0], run: app },
];

async function app({ project, slug, base }) {
  const folder = project(slug, FILES);
  const env = { ...process.env, DENO_DIR: folder };
  return JSON.parse(await run(deno(), ["run", ...FLAGS, "main.mjs", base], { cwd: folder, env }));
}
