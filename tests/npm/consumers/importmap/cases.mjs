import { withFiles } from "../chromium.mjs";

const FILES = new URL("files/", import.meta.url);

export const cases = ({ chromium }) => [
  { name: "Chromium, no bundler", tool: async () => `chromium ${await chromium.version()}`, run: page },
];

async function page(context) {
  const folder = context.project(context.slug, FILES);
  return await withFiles(folder, (url) => context.chromium.report(`${url}/?base=${context.base}`));
}
