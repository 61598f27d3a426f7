// Which names the package's entries export, read from their declarations.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Entries that need nothing beside the package. */
const ENTRIES = [".", "./client", "./bare", "./testing"];

/** All names, of all entries. */
export function exported(home) {
  const { exports } = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
  return [...new Set(ENTRIES.flatMap((entry) => names(join(home, exports[entry].types))))].sort();
}

const DECLARED = /^export (?:declare )?(?:abstract )?(?:class|const|function|interface|type|enum) (\w+)/gm;
const LISTED = /^export (?:type )?\{([^}]*)\}/gm;
const ALL = /^export (?:type )?\* from "(.*)\.js"/gm;

function names(file) {
  const text = readFileSync(file, "utf8");
  const found = (pattern) => [...text.matchAll(pattern)].map(([, group]) => group);
  const items = found(LISTED).flatMap((list) => list.split(","));
  const listed = items.map((item) => item.trim().split(/\s+/).at(-1));
  const others = found(ALL).flatMap((path) => names(join(dirname(file), `${path}.d.ts`)));
  return [...found(DECLARED), ...listed.filter((name) => name !== ""), ...others];
}
