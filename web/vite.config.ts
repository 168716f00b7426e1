import { createHash } from "node:crypto";
import { readFileSync, writeFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";
import { iconSprite } from "./scripts/icons.mjs";

const root = import.meta.dirname;
const hashed = (name: string, text: string) => {
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 8);
  return name.replace(".svg", `-${hash}.svg`);
};

/** Adds the sprite and the two drawings, writes manifest.json with stable keys, and compresses every text asset. */
function assets(): Plugin {
  return {
    name: "minshu-assets",
    generateBundle(_options, bundle) {
      const manifest: Record<string, string> = {};
      const sources: Record<string, string> = {
        "icons.svg": iconSprite(join(root, "icons.txt")),
        "mark.svg": readFileSync(join(root, "assets/mark.svg"), "utf8"),
        "favicon.svg": readFileSync(join(root, "assets/favicon.svg"), "utf8"),
      };
      for (const file of Object.values(bundle)) {
        if (file.type === "chunk" && file.isEntry) manifest["main.js"] = file.fileName;
        if (file.type === "asset" && file.fileName.endsWith(".css")) manifest["main.css"] = file.fileName;
      }
      for (const [name, source] of Object.entries(sources)) {
        const fileName = hashed(name, source);
        this.emitFile({ type: "asset", fileName, source });
        manifest[name] = fileName;
      }
      const ordered = Object.fromEntries(Object.entries(manifest).sort(([a], [b]) => (a < b ? -1 : 1)));
      this.emitFile({ type: "asset", fileName: "manifest.json", source: `${JSON.stringify(ordered, null, 2)}\n` });
    },
    writeBundle(options) {
      const folder = options.dir!;
      for (const name of readdirSync(folder)) {
        if (!/\.(css|js|svg)$/.test(name)) continue;
        const bytes = readFileSync(join(folder, name));
        writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }));
        writeFileSync(join(folder, `${name}.br`), brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }));
      }
    },
  };
}

export default defineConfig({
  root,
  base: "./",
  publicDir: false,
  plugins: [assets()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: ["chrome100", "firefox100", "safari15.4"],
    // The content security policy allows no data: addresses, so nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: false,
    rolldownOptions: {
      input: { main: join(root, "src/main.ts") },
      output: {
        entryFileNames: "[name]-[hash].js",
        chunkFileNames: "[name]-[hash].js",
        assetFileNames: "[name]-[hash][extname]",
        codeSplitting: false,
      },
    },
  },
});
