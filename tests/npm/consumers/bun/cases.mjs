import { run } from "../process.mjs";
import { runtime } from "../project.mjs";

const FILES = new URL("../node/files/", import.meta.url);
const CPU = process.arch === "arm64" ? "aarch64" : process.arch;

const bun = () => runtime("Bun", "@oven", `bun-${process.platform}-${CPU}`, "bin", "bun");

export const cases = () => [
  { name: "Bun", tool: async () => `bun ${(await run(bun(), ["--version"])).trim()}`, run: app },
];

async function app({ project, slug, base }) {
  const folder = project(slug, FILES);
  return JSON.parse(await run(bun(), ["--no-install", "main.mjs", base], { cwd: folder }));
}
