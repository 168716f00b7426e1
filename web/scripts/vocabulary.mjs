// Keeps the class vocabulary closed: the classes of the style sheets, of README.md and of the gallery must agree.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const read = (...path) => readFileSync(join(root, ...path), "utf8");

const styled = new Set();
for (const name of readdirSync(join(root, "styles"))) {
  const text = read("styles", name).replace(/\/\*[\s\S]*?\*\//g, "").replace(/url\([^)]*\)|"[^"\n]*"/g, "");
  for (const [, one] of text.matchAll(/\.([a-z][a-z0-9-]*)/g)) styled.add(one);
}

// Classes that htmx itself sets while it works.
const foreign = new Set(["htmx-request"]);

const told = new Set();
for (const [, names] of read("README.md").matchAll(/^- `([a-z0-9 -]+)` — /gm)) {
  for (const one of names.split(" ")) told.add(one);
}

const used = new Map();
const folders = [["gallery"], ["gallery", "parts"]];
for (const folder of folders) {
  for (const name of readdirSync(join(root, ...folder)).filter((file) => file.endsWith(".html"))) {
    for (const [, names] of read(...folder, name).matchAll(/\sclass="([^"]*)"/g)) {
      for (const one of names.split(/\s+/).filter(Boolean)) used.set(one, used.get(one) ?? name);
    }
    const inline = read(...folder, name).match(/\sstyle="|\son[a-z]+="|<style|<script(?![^>]*\ssrc=)/);
    if (inline) fail(`${name}: inline style or script: ${inline[0].trim()}`);
  }
}

function fail(message) {
  console.error(`vocabulary: ${message}`);
  process.exitCode = 1;
}
for (const one of styled) if (!told.has(one) && !foreign.has(one)) fail(`.${one} is styled and not in README.md`);
for (const one of told) if (!styled.has(one)) fail(`\`${one}\` is in README.md and not styled`);
for (const [one, where] of used) if (!told.has(one)) fail(`${where} uses the undeclared class ${one}`);
for (const one of styled) if (!used.has(one) && !foreign.has(one)) console.log(`vocabulary: .${one} is not shown in the gallery`);
if (!process.exitCode) console.log(`vocabulary: ${told.size} classes, ${used.size} shown in the gallery`);
