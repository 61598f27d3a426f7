// The package under test: built into pkg, or where TOKENWIRE_PACKAGE says (an installed or unpacked package).

import { createRequire } from "node:module";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const folder = resolve(process.env.TOKENWIRE_PACKAGE ?? fileURLToPath(new URL("../../../pkg", import.meta.url)));
const { resolve: entry } = createRequire(pathToFileURL(`${folder}/package.json`));

// A package may import itself by its name.
const load = (name) => import(pathToFileURL(entry(name)));

export const { createFetch } = await load("tokenwire");
export const { simFetch } = await load("tokenwire/testing");
