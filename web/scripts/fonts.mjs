// Writes dist/fonts/: the fonts that documents are set in, as OpenType files of their own. Chinese comes as WOFF2, which
// is unpacked here (its outlines are CFF, which WOFF2 leaves as they are); Latin comes as it is used.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { brotliDecompressSync } from "node:zlib";

const require = createRequire(import.meta.url);
const out = join(import.meta.dirname, "..", "dist", "fonts");
const packed = (name) => dirname(require.resolve(`${name}/package.json`));

/** The tags that WOFF2 writes as a number. */
const TAGS = (
  "cmap head hhea hmtx maxp name OS/2 post cvt  fpgm glyf loca prep CFF  VORG EBDT EBLC gasp hdmx kern LTSH PCLT VDMX " +
  "vhea vmtx BASE GDEF GPOS GSUB EBSC JSTF MATH CBDT CBLC COLR CPAL SVG  sbix acnt avar bdat bloc bsln cvar fdsc feat " +
  "fmtx fvar gvar hsty just lcar mort morx opbd prop trak Zapf Silf Glat Gloc Feat Sill"
)
  .match(/.{4}(?: |$)/g)
  .map((tag) => tag.slice(0, 4));

/** An OpenType file from WOFF2 (W3C, 2018). */
function unpack(woff) {
  if (woff.toString("latin1", 0, 4) !== "wOF2") throw new Error("not WOFF2");
  const flavour = woff.readUInt32BE(4);
  const count = woff.readUInt16BE(12);
  const compressed = woff.readUInt32BE(20);
  let at = 48;
  const number = () => {
    let value = 0;
    for (let bytes = 0; bytes < 5; bytes++) {
      const byte = woff[at++];
      value = value * 128 + (byte & 127);
      if (byte < 128) return value;
    }
    throw new Error("a number has more than five bytes");
  };
  const tables = [];
  for (let index = 0; index < count; index++) {
    const flags = woff[at++];
    let tag = TAGS[flags & 63];
    if ((flags & 63) === 63) {
      tag = woff.toString("latin1", at, at + 4);
      at += 4;
    }
    const length = number();
    const outlines = tag === "glyf" || tag === "loca";
    if ((flags >> 6 === 0) === outlines) throw new Error(`the table ${tag} is transformed`);
    tables.push({ tag, length });
  }
  const data = brotliDecompressSync(woff.subarray(at, at + compressed));
  let from = 0;
  for (const table of tables) {
    table.data = data.subarray(from, from + table.length);
    from += table.length;
  }
  if (from !== data.length) throw new Error("tables and data differ in length");

  const sum = (bytes) => {
    let total = 0;
    for (let i = 0; i < bytes.length; i += 4) {
      const word = Buffer.alloc(4);
      bytes.copy(word, 0, i, Math.min(i + 4, bytes.length));
      total = (total + word.readUInt32BE(0)) >>> 0;
    }
    return total;
  };
  const power = 2 ** Math.floor(Math.log2(count));
  const head = Buffer.alloc(12 + 16 * count);
  head.writeUInt32BE(flavour, 0);
  head.writeUInt16BE(count, 4);
  head.writeUInt16BE(power * 16, 6);
  head.writeUInt16BE(Math.log2(power), 8);
  head.writeUInt16BE((count - power) * 16, 10);
  const parts = [head];
  let offset = head.length;
  tables.sort((a, b) => (a.tag < b.tag ? -1 : 1)).forEach((table, index) => {
    const record = 12 + 16 * index;
    head.write(table.tag, record, "latin1");
    head.writeUInt32BE(sum(table.data), record + 4);
    head.writeUInt32BE(offset, record + 8);
    head.writeUInt32BE(table.length, record + 12);
    const padding = Buffer.alloc((4 - (table.length % 4)) % 4);
    parts.push(table.data, padding);
    offset += table.length + padding.length;
  });
  return Buffer.concat(parts);
}

mkdirSync(out, { recursive: true });
const chinese = readFileSync(join(packed("@librescore/fonts"), "SourceHanSansCN.min.woff2"));
writeFileSync(join(out, "source-han-sans-cn.otf"), unpack(chinese));
const latin = join(packed("@expo-google-fonts/source-sans-3"), "400Regular", "SourceSans3_400Regular.ttf");
copyFileSync(latin, join(out, "source-sans-3.ttf"));
console.log("fonts: Source Han Sans CN and Source Sans 3 (SIL Open Font License 1.1)");
