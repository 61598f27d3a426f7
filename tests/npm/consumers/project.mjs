// Temporary projects into which the tarball is installed.

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { LeftOut } from "./left_out.mjs";

const APP = fileURLToPath(new URL("app/app.mjs", import.meta.url));

/** A folder for the projects of one run. */
export function makeWorkshop(tarball) {
  const root = mkdtempSync(join(tmpdir(), "tokenwire-consumers-"));
  /** A project with the application and a consumer's files, and with nothing installed. */
  const empty = (name, files) => {
    const folder = join(root, name);
    mkdirSync(folder);
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name, private: true, type: "module" }));
    cpSync(APP, join(folder, "app.mjs"));
    if (files !== undefined) cpSync(fileURLToPath(files), folder, { recursive: true });
    return folder;
  };
  /** The same with the package in it: it has no dependencies, so unpacking is all that installing does. */
  const project = (name, files) => {
    const folder = empty(name, files);
    const home = join(folder, "node_modules", "tokenwire");
    mkdirSync(home, { recursive: true });
    execFileSync("tar", ["-xzf", tarball, "-C", home, "--strip-components=1"]);
    return folder;
  };
  /** The same over another entry of the package. */
  const projectOf = (entry, name, files) => {
    const folder = project(name, files);
    for (const file of readdirSync(folder).filter((file) => /^(main|worker)\./.test(file))) {
      const path = join(folder, file);
      writeFileSync(path, readFileSync(path, "utf8").replaceAll('"tokenwire"', `"${entry}"`));
    }
    return folder;
  };
  return { tarball, empty, project, projectOf, remove: () => rmSync(root, { recursive: true, force: true }) };
}

/** The version of an installed tool. */
export function version(tool) {
  return JSON.parse(readFileSync(toolFile(tool, "package.json"), "utf8")).version;
}

/** The file of an installed tool. */
export const toolFile = (...names) =>
  join(dirname(fileURLToPath(import.meta.url)), "..", "node_modules", ...names);

/** The file of a runtime among the tools, which come for some machines only. */
export function runtime(name, ...path) {
  const file = toolFile(...path);
  if (!existsSync(file)) throw new LeftOut(`${name} is not here`);
  return file;
}
