// Assembles one SVG sprite from the icons named in icons.txt: a <symbol> each, its id the icon's name.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);
const folder = join(dirname(require.resolve("lucide-static/package.json")), "icons");

/** The names listed in a text: one a line, `#` starts a comment. */
export function iconNames(text) {
  return text
    .split("\n")
    .map((line) => line.replace(/#.*/, "").trim())
    .filter(Boolean);
}

/** The sprite for the names in the file at `listPath`. An unknown or repeated name stops the build. */
export function iconSprite(listPath) {
  const names = iconNames(readFileSync(listPath, "utf8"));
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated) throw new Error(`${listPath}: "${repeated}" is listed twice`);
  const symbols = names.map((name) => {
    let source;
    try {
      source = readFileSync(join(folder, `${name}.svg`), "utf8");
    } catch {
      throw new Error(`${listPath}: lucide has no icon "${name}"`);
    }
    const body = source
      .replace(/<!--[\s\S]*?-->/g, "")
      .replace(/^[\s\S]*?<svg[^>]*>/, "")
      .replace(/<\/svg>[\s\S]*$/, "")
      .replace(/\s*\n\s*/g, "")
      .replace(/ \/>/g, "/>");
    return `<symbol id="${name}" viewBox="0 0 24 24">${body}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`;
}
