import { withFiles } from "../chromium.mjs";

const FILES = new URL("files/", import.meta.url);

export const cases = async ({ chromium }) => {
  const version = await chromium.version().catch(() => "");
  return [{ name: "Chromium, no bundler", tool: `chromium ${version}`.trim(), run: page }];
};

async function page(context) {
  const folder = context.project(context.slug, FILES);
  return await withFiles(folder, (url) => context.chromium.report(`${url}/?base=${context.base}`));
}
