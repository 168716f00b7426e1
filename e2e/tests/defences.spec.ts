// What a browser itself holds against others: foreign scripts, frames, forms of other sites, the back button.
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "../support/test.ts";
import { enter } from "../support/people.ts";

/** Another site: a page of these words at another address of this machine. */
async function otherSite(page: string): Promise<{ address: string; close: () => void }> {
  const site: HttpServer = createServer((_, answer) => {
    answer.writeHead(200, { "content-type": "text/html; charset=utf-8" });
    answer.end(page);
  });
  await new Promise<void>((done) => site.listen(0, "127.0.0.1", done));
  const { port } = site.address() as AddressInfo;
  // A name of its own, so that the browser takes it for another site: ports alone make no site.
  return { address: `http://localhost:${port}/`, close: () => site.close() };
}

test("what somebody smuggles into a page does not run", async ({ page }) => {
  await enter(page, "resident");
  const refused = await page.evaluate(async () => {
    const seen: string[] = [];
    document.addEventListener("securitypolicyviolation", (event) => seen.push(event.effectiveDirective));
    const script = document.createElement("script");
    script.textContent = "document.documentElement.dataset.ran = 'script'";
    document.body.append(script);
    const holder = document.createElement("div");
    holder.innerHTML = `<button onclick="document.documentElement.dataset.ran = 'handler'">x</button>
      <img src="https://elsewhere.invalid/pixel.png" alt=""><p style="color: red">x</p>
      <form action="https://elsewhere.invalid/take" method="post"><button>y</button></form>`;
    document.body.append(holder);
    holder.querySelector("button")?.click();
    holder.querySelector("form")?.requestSubmit();
    await new Promise((done) => setTimeout(done, 500));
    return { ran: document.documentElement.dataset["ran"] ?? null, seen: [...new Set(seen)].sort() };
  });
  expect(refused).toEqual({
    ran: null,
    seen: ["form-action", "img-src", "script-src-attr", "script-src-elem", "style-src-attr"],
  });
});

test("the session's cookie is out of reach of scripts and of other sites", async ({ page, context }) => {
  await enter(page, "resident");
  const cookies = await context.cookies();
  const session = cookies.filter((cookie) => cookie.httpOnly);
  expect(session.length).toBeGreaterThan(0);
  for (const cookie of session) expect(["Lax", "Strict"]).toContain(cookie.sameSite);
  const seen = await page.evaluate(() => document.cookie);
  for (const cookie of session) expect(seen).not.toContain(cookie.value);
});

test("another site can neither frame a page nor send a form in one's name", async ({ page, server }) => {
  await enter(page, "resident");
  const framing = await otherSite(`<iframe src="${server.address}/home"></iframe>`);
  try {
    await page.goto(framing.address);
    await expect.poll(() => page.frames().length).toBe(2);
    await expect.poll(() => page.frames()[1]?.url()).toMatch(/^chrome-error:/);
  } finally {
    framing.close();
  }
  const sending = await otherSite(`<form method="post" action="${server.address}/sign-out"><button>win</button></form>`);
  try {
    await page.goto(sending.address);
    const answered = page.waitForResponse((response) => response.url().endsWith("/sign-out"));
    await page.getByRole("button", { name: "win" }).click();
    expect((await answered).status()).toBe(403);
  } finally {
    sending.close();
  }
  await page.goto("/home");
  await expect(page).toHaveURL(/\/home$/);
});

test("after signing out the back button shows nothing of the person", async ({ page }) => {
  await enter(page, "resident");
  await page.goto("/me");
  await page.locator("details.account summary").click();
  await page.getByRole("button", { name: "退出" }).click();
  await expect(page.getByRole("main")).toContainText("已退出");
  await page.goBack();
  await expect(page).toHaveURL(/\/sign-in/);
});
