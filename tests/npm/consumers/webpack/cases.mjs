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
  const compiler = webpack({ mode: "production", ...options });
  const stats = await promisify(compiler.run.bind(compiler))();
  await promisify(compiler.close.bind(compiler))();
  const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
  // A bundle of this size draws a hint about performance; everything else counts.
  const faults = [...errors, ...warnings.filter(({ message }) => !message.includes("size limit"))];
  if (faults.length > 0) throw new Error(faults.map(({ message }) => message).join("\n"));
}
