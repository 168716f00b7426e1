// The classes that web/README.md declares, and those that htmx sets while it works.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const readme = readFileSync(join(import.meta.dirname, "..", "..", "web", "README.md"), "utf8");

export const vocabulary: ReadonlySet<string> = new Set([
  ...[...readme.matchAll(/^- `([a-z0-9 -]+)` — /gm)].flatMap(([, names]) => names!.split(" ")),
  "htmx-request",
  "htmx-settling",
  "htmx-swapping",
  "htmx-added",
]);
