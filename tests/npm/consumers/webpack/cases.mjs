import { join } from "node:path";
import { promisify } from "node:util";

import webpack from "webpack";

import { PAGE, opened } from "../bundled.mjs";
import { run } from "../process.mjs";

const FILES = new URL("../node/files/", import.meta.url);

const tool = `webpack ${webpack.version}`;

export const cases = () => [
  { name: "webpack page", tool, run: page },
  { name: "webpack Node", tool, run: program },
];

async function page(context) {
  const folder = context.project(context.slug, PAGE);
  await bundle({ context: folder, entry: "./main.js", target: "web", output: output(folder, "main.js") });
  return await opened(context, join(folder, "dist"));
}

async function program(context) {
  const folder = context.project(context.slug, FILES);
  await bundle({ context: folder, entry: "./main.mjs", target: "node", output: output(folder, "main.cjs") });
  return JSON.parse(await run(process.execPath, [join(folder, "dist", "main.cjs"), context.base]));
}

const output = (folder, filename) => ({ path: join(folder, "dist"), filename });

async function bundle(options) {
  // Hints about size are not asked for; every other warning counts.
  const compiler = webpack({ mode: "production", performance: false, ...options });
  const stats = await promisify(compiler.run.bind(compiler))();
  await promisify(compiler.close.bind(compiler))();
  const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
  const faults = [...errors, ...warnings].map(({ message }) => message);
  if (faults.length > 0) throw new Error(faults.join("\n"));
}
