// Empties results/ so that a screenshot in it is always from this run.
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

export default function freshResults(): void {
  const results = join(import.meta.dirname, "..", "results");
  rmSync(results, { recursive: true, force: true });
  mkdirSync(results, { recursive: true });
}
