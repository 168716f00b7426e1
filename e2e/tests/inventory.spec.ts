// Every page, as everybody sees it: accessible, whole, of our own vocabulary, from our own address, and light. Screenshots
// go to results/: look at them.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import type { Page, Request } from "@playwright/test";
import { expect, test as base } from "../support/test.ts";
import { addresses, type Address, type Visitor } from "../support/addresses.ts";
import { banner } from "../support/people.ts";
import { seed, type Seed } from "../support/seed.ts";
import { vocabulary } from "../support/vocabulary.ts";

const test = base.extend<object, { made: Seed }>({
  made: [async ({ server }, use) => use(await seed(server)), { scope: "worker", timeout: 90_000 }],
});

/** How somebody looks at the pages. Not every combination: each width, theme, print and language is in one of them. */
const looks = [
  { name: "desk-light-zh", width: 1280, height: 900, language: "zh", theme: "light", print: "normal", lang: "zh-CN" },
  { name: "phone-dark-en", width: 360, height: 740, language: "en", theme: "dark", print: "normal", lang: "en" },
  { name: "phone-large-zh", width: 390, height: 844, language: "zh", theme: "light", print: "large", lang: "zh-CN" },
] as const;
type Look = (typeof looks)[number];

const visitors: Visitor[] = ["anonymous", "resident", "agent", "clerk", "officer", "operator", "supervisor", "auditor"];
const axeOptions = {
  runOnly: { type: "tag" as const, values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] },
  resultTypes: ["violations" as const],
};
const heaviest = 200_000;

for (const look of looks) {
  for (const visitor of visitors) {
    test(`${look.name}: ${visitor}`, async ({ browser, server, made }) => {
      const cookie = (name: string, value: string) => ({ name: `minshu_${name}`, value, url: server.address });
      const context = await browser.newContext({
        baseURL: server.address,
        viewport: { width: look.width, height: look.height },
        reducedMotion: "reduce",
      });
      await context.addCookies([cookie("language", look.language), cookie("theme", look.theme), cookie("print", look.print)]);
      const page = await context.newPage();
      if (visitor !== "anonymous") await come(page, visitor);
      const watched = watch(page, server.address);
      for (const address of addresses(made)[visitor]) {
        await test.step(`${address.name} ${address.path}`, async () => {
          watched.length = 0;
          const problems = await inspect(page, address, look);
          await page.screenshot({ path: `results/${look.name}/${visitor}-${address.name}.png`, fullPage: true });
          for (const problem of [...watched, ...problems]) {
            expect.soft(problem, `${look.name} ${visitor} ${address.path}`).toBe("");
          }
        });
      }
      await context.close();
    });
  }
}

/** Enters by the banner, whatever its language. */
async function come(page: Page, visitor: keyof typeof banner): Promise<void> {
  await page.goto("/");
  await page.locator(`button[name="account"][value="${visitor}"]`).click();
  await expect(page).toHaveURL(/\/home$/);
}

/** Collects what the browser complains of and every request that leaves our address. */
function watch(page: Page, ours: string): string[] {
  const problems: string[] = [];
  page.on("console", (message) => {
    // The document's own status is checked by itself; the console repeats it.
    const ownStatus = message.text().startsWith("Failed to load resource") && message.location().url === page.url();
    if (["error", "warning"].includes(message.type()) && !ownStatus) problems.push(`console: ${message.text()} ${message.location().url}`);
  });
  page.on("pageerror", (error) => problems.push(`script: ${error.message}`));
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== ours) problems.push(`request to another place: ${request.url()}`);
  });
  // What a page that is being left still asked for is cut off, and nothing is wrong with it.
  const cutOff = (request: Request) => request.failure()?.errorText === "net::ERR_ABORTED";
  page.on("requestfailed", (request) => cutOff(request) || problems.push(`request failed: ${request.url()} ${request.failure()?.errorText}`));
  page.on("response", (response) => {
    if (response.status() >= 400 && !response.request().isNavigationRequest()) problems.push(`${response.status()} ${response.url()}`);
  });
  return problems;
}

async function inspect(page: Page, address: Address, look: Look): Promise<string[]> {
  const problems: string[] = [];
  const answer = await page.goto(address.path, { waitUntil: "load" });
  const wanted = address.status ?? 200;
  if (answer?.status() !== wanted) problems.push(`status ${answer?.status()}, not ${wanted}`);
  const found = await page.evaluate(
    ({ vocabulary, look }) => {
      const told: string[] = [];
      const root = document.documentElement;
      if (root.lang !== look.lang) told.push(`lang is ${root.lang}, not ${look.lang}`);
      if (root.scrollWidth > root.clientWidth) {
        // The innermost elements that reach, or whose text reaches, past the edge.
        const wide = [...document.querySelectorAll("body *")].filter((one) => {
          const { left, width } = one.getBoundingClientRect();
          return left + Math.max(width, one.scrollWidth) > root.clientWidth + 1 && !one.closest(".table-scroll, pre");
        });
        const inner = wide.filter((one) => !wide.some((other) => other !== one && one.contains(other)));
        const names = inner.slice(0, 3).map((one) => `${one.tagName.toLowerCase()}.${[...one.classList].join(".")} “${one.textContent?.trim().slice(0, 30)}”`);
        told.push(`scrolls sideways: ${root.scrollWidth} in ${root.clientWidth}: ${names.join(", ")}`);
      }
      const known = new Set(vocabulary);
      const strange = new Set([...document.querySelectorAll("[class]")].flatMap((one) => [...one.classList]).filter((one) => !known.has(one)));
      if (strange.size) told.push(`classes that are not in the vocabulary: ${[...strange].join(" ")}`);
      const texts = [...document.querySelectorAll("[aria-label], [title], [placeholder], [alt]")].flatMap((one) =>
        ["aria-label", "title", "placeholder", "alt"].map((name) => one.getAttribute(name) ?? ""),
      );
      const body = document.body.cloneNode(true) as HTMLElement;
      for (const one of body.querySelectorAll("pre, script")) one.remove();
      texts.push(document.title, body.textContent ?? "");
      for (const text of texts) {
        const missing = text.match(/\[[a-z][a-z0-9]*(?:[-.][a-z0-9]+)+\]/);
        if (missing) told.push(`a text is missing: ${missing[0]}`);
        const unfilled = text.match(/\{\s*\$[a-z]+\s*\}/);
        if (unfilled) told.push(`a text is not filled in: ${unfilled[0]}`);
        const markup = text.match(/<\/?[a-z]+[ >]|&(?:lt|gt|amp|quot);/);
        if (markup) told.push(`markup shows as text: ${markup[0]}`);
      }
      if (document.querySelectorAll("h1").length !== 1) told.push(`${document.querySelectorAll("h1").length} h1`);
      let level = 0;
      for (const heading of document.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
        const here = Number(heading.tagName[1]);
        if (here > level + 1) told.push(`heading level ${here} after ${level}: ${heading.textContent?.trim()}`);
        level = here;
      }
      const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
      const twice = ids.filter((id, at) => ids.indexOf(id) !== at);
      if (twice.length) told.push(`ids that occur twice: ${[...new Set(twice)].join(" ")}`);
      if (look.language === "en") {
        // What is a name or was typed by somebody may be Chinese; the program's own words may not.
        for (const one of body.querySelectorAll(".visually-hidden, .demo, [lang^=zh]")) one.remove();
        const own = body.querySelectorAll("button, .field-label, legend, thead th, .nav-link, .next-label, .state, .tag, .filter");
        const chinese = [...own].find((one) => /[\u4e00-\u9fff]/.test(one.textContent ?? ""));
        if (chinese) told.push(`Chinese on an English page: ${chinese.textContent?.trim()}`);
      }
      return told;
    },
    { vocabulary: [...vocabulary], look },
  );
  problems.push(...found);
  const axe = await new AxeBuilder({ page }).options(axeOptions).setLegacyMode().analyze();
  for (const violation of axe.violations) {
    const places = violation.nodes.slice(0, 4).map((node) => `${node.target.join(" ")} ${node.any[0]?.message ?? ""}`);
    problems.push(`axe ${violation.id} (${violation.impact}, ${violation.nodes.length}): ${violation.help}: ${places.join(" | ")}`);
  }
  return problems;
}

test("a first load of any page is light", async ({ browser, server, made }) => {
  const table: string[] = [];
  for (const visitor of ["anonymous", "agent", "clerk", "operator"] as const) {
    const context = await browser.newContext({ baseURL: server.address });
    const page = await context.newPage();
    if (visitor !== "anonymous") await come(page, visitor);
    const session = await context.newCDPSession(page);
    await session.send("Network.enable");
    await session.send("Network.setCacheDisabled", { cacheDisabled: true });
    let bytes = 0;
    session.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength));
    for (const address of addresses(made)[visitor]) {
      await page.goto("about:blank");
      bytes = 0;
      await page.goto(address.path, { waitUntil: "load" });
      table.push(`${String(bytes).padStart(8)}  ${visitor.padEnd(10)} ${address.name}`);
      expect.soft(bytes, `${visitor} ${address.path}`).toBeGreaterThan(10_000);
      expect.soft(bytes, `${visitor} ${address.path}`).toBeLessThan(heaviest);
    }
    await context.close();
  }
  writeFileSync(join(import.meta.dirname, "..", "results", "weights.txt"), `${table.sort().reverse().join("\n")}\n`);
});
