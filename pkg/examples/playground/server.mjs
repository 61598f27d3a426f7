// node server.mjs [PORT]: serves the playground on loopback. Any static server does the same.

import { fileURLToPath } from "node:url";
import { serveFolder } from "../serve-folder.mjs";

await serveFolder(fileURLToPath(new URL(".", import.meta.url)), { port: Number(process.argv[2] ?? 0) });
