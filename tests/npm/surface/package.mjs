// Where the package under test lies: pkg/dist unless TOKENWIRE_PACKAGE names another folder.

import { fileURLToPath, pathToFileURL } from "node:url";

const folder = process.env.TOKENWIRE_PACKAGE
  ? pathToFileURL(`${process.env.TOKENWIRE_PACKAGE}/dist/`)
  : new URL("../../../pkg/dist/", import.meta.url);

/** An entry of the package: `index`, `client`, `bare`, `testing`. */
export const entry = (name) => import(new URL(`${name}.js`, folder));

/** The path of a file of the package. */
export const file = (name) => fileURLToPath(new URL(name, folder));
