// The gallery: static pages with the markup that the server's templates reproduce.
//   sync    writes gallery/parts/*.html into every page, between `<!-- part: name -->` and `<!-- /part -->`
//   check   fails when a page differs from what sync would write
//   serve   serves the pages with the built assets and the server's content security policy, on 127.0.0.1:8801
import { createServer } from "node:http";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, normalize } from "node:path";

const root = join(import.meta.dirname, "..");
const folder = join(root, "gallery");
const pages = readdirSync(folder).filter((name) => name.endsWith(".html"));

/** One part, with its options: `current=/path` marks a navigation link, `pressed=value` a demonstration button. */
function part(name, options) {
  let text = readFileSync(join(folder, "parts", `${name}.html`), "utf8").trim();
  for (const [key, value] of options.map((option) => option.split("="))) {
    const [from, to] =
      key === "current"
        ? [`class="nav-link" href="${value}"`, `class="nav-link" href="${value}" aria-current="page"`]
        : [`name="account" value="${value}"`, `name="account" value="${value}" aria-pressed="true"`];
    if (!text.includes(from)) throw new Error(`part ${name} has no place for ${key}=${value}`);
    text = text.replace(from, to);
  }
  return text;
}

function synced(text) {
  return text.replace(/<!-- part: (\S+)((?: \S+=\S+)*) -->\n[\s\S]*?<!-- \/part -->/g, (_all, name, options) => {
    const body = part(name, options.trim().split(" ").filter(Boolean));
    return `<!-- part: ${name}${options} -->\n${body}\n<!-- /part -->`;
  });
}

const types = { html: "text/html; charset=utf-8", css: "text/css", js: "text/javascript", svg: "image/svg+xml", csv: "text/csv" };

function serve(port) {
  const send = (response, status, type, body) => {
    response.writeHead(status, { "content-type": type, "content-security-policy": "default-src 'self'; form-action 'self'; frame-ancestors 'none'" });
    response.end(body);
  };
  createServer((request, response) => {
    const url = new URL(request.url, "http://127.0.0.1");
    try {
      if (url.pathname === "/divisions") {
        const parent = url.searchParams.get("parent");
        const lines = readFileSync(join(root, "dist/divisions.csv"), "utf8").split("\n").slice(1, -1);
        const rows = lines.map((line) => line.split(",")).filter((cells) => cells[2] === parent);
        return send(response, 200, "application/json", JSON.stringify(rows.map(([code, name]) => ({ code, name }))));
      }
      if (url.pathname.startsWith("/drafts/")) return send(response, request.method === "POST" ? 204 : 405, "text/plain", "");
      const asset = url.pathname.match(/^\/assets\/(.+)$/)?.[1];
      const manifest = JSON.parse(readFileSync(join(root, "dist/manifest.json"), "utf8"));
      const file = asset ? join(root, "dist", normalize(manifest[asset] ?? asset)) : join(folder, normalize(url.pathname === "/" ? "front.html" : url.pathname));
      let body = readFileSync(file);
      const want = ["theme", "print"].filter((key) => url.searchParams.has(key));
      if (!asset && want.length) {
        const attributes = want.map((key) => ` data-${key}="${url.searchParams.get(key).replace(/\W/g, "")}"`).join("");
        body = body.toString().replace("<html", `<html${attributes}`);
      }
      send(response, 200, types[file.split(".").pop()] ?? "application/octet-stream", body);
    } catch {
      send(response, 404, "text/plain; charset=utf-8", "not found");
    }
  }).listen(port, "127.0.0.1", () => console.log(`http://127.0.0.1:${port}/  (${pages.length} pages; add ?theme=dark or ?print=large)`));
}

const command = process.argv[2];
if (command === "serve") {
  serve(Number(process.argv[3] ?? 8801));
} else if (command === "sync" || command === "check") {
  const stale = pages.filter((name) => {
    const text = readFileSync(join(folder, name), "utf8");
    const next = synced(text);
    if (command === "sync" && next !== text) writeFileSync(join(folder, name), next);
    return next !== text;
  });
  if (command === "check" && stale.length) {
    console.error(`gallery: run \`npm run gallery\`; out of step: ${stale.join(", ")}`);
    process.exit(1);
  }
  console.log(`gallery: ${pages.length} pages, ${stale.length} ${command === "sync" ? "written" : "out of step"}`);
} else {
  console.error("use: gallery.mjs sync | check | serve [port]");
  process.exit(2);
}
