import { join } from "node:path";

import { nodeResolve } from "@rollup/plugin-node-resolve";
import { VERSION, rollup } from "rollup";

import { PAGE, opened } from "../bundled.mjs";

export const cases = () => [{ name: "rollup page", tool: `rollup ${VERSION} + node-resolve`, run: page }];

async function page(context) {
  const folder = context.project(context.slug, PAGE);
  const dir = join(folder, "dist");
  const bundle = await rollup({
    input: join(folder, "main.js"),
    plugins: [nodeResolve()],
    onwarn: ({ message }) => {
      throw new Error(message);
    },
  });
  await bundle.write({ dir, format: "es" });
  await bundle.close();
  return await opened(context, dir);
}
