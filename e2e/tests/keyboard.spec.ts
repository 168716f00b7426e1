// What can be done without a mouse.
import type { Page } from "@playwright/test";
import { expect, test as base } from "../support/test.ts";
import { enter } from "../support/people.ts";
import { seed, type Seed } from "../support/seed.ts";

const test = base.extend<object, { made: Seed }>({
  made: [async ({ server }, use) => use(await seed(server)), { scope: "worker", timeout: 90_000 }],
});

/** The element that has the focus can be seen to have it: an outline, a shadow or another border. */
async function showsFocus(page: Page): Promise<void> {
  const shown = await page.evaluate(() => {
    const one = document.activeElement!;
    const style = getComputedStyle(one);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
  });
  expect(shown).toBe(true);
}

test("the work list moves by j and k, shows a preview and opens by enter", async ({ page, made }) => {
  expect(made.submitted).toBeTruthy();
  await enter(page, "clerk");
  await page.goto("/work");
  const rows = page.locator("tr[data-row]");
  expect(await rows.count()).toBeGreaterThan(1);
  await page.keyboard.press("j");
  await expect(rows.nth(0)).toHaveClass(/is-selected/);
  await expect(rows.nth(0).getByRole("link")).toBeFocused();
  const preview = page.getByRole("complementary", { name: "预览" });
  const numberOf = async (at: number) => (await rows.nth(at).locator(".num").last().textContent())!.trim();
  await expect(preview).toContainText(await numberOf(0));
  await page.keyboard.press("j");
  await expect(rows.nth(1)).toHaveClass(/is-selected/);
  await expect(rows.nth(0)).not.toHaveClass(/is-selected/);
  await expect(preview).toContainText(await numberOf(1));
  await page.keyboard.press("k");
  await page.keyboard.press("k");
  await expect(rows.nth(0)).toHaveClass(/is-selected/);
  await showsFocus(page);
  const number = await numberOf(0);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/work\/[0-9a-f-]{36}$/);
  await expect(page.locator(".page-head")).toContainText(number);
});

test("the first tab stop skips to the text", async ({ page }) => {
  for (const address of ["/", "/items", "/sign-in"]) {
    await page.goto(address);
    await page.keyboard.press("Tab");
    const skip = page.getByRole("link", { name: "跳到正文" });
    await expect(skip).toBeFocused();
    await expect(skip).toBeInViewport();
    await page.keyboard.press("Enter");
    await expect(page.locator("#main")).toBeFocused();
    await page.keyboard.press("Tab");
    const inside = await page.evaluate(() => document.querySelector("#main")!.contains(document.activeElement));
    expect(inside).toBe(true);
  }
});

test("a refused form brings the focus to the summary, whose links lead to the fields", async ({ page }) => {
  await page.goto("/register");
  await page.getByLabel("姓名").fill("林小雨");
  await page.keyboard.press("Enter");
  const summary = page.getByRole("alert");
  await expect(summary).toBeFocused();
  await page.keyboard.press("Tab");
  const first = summary.getByRole("link").first();
  await expect(first).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("身份证号")).toBeFocused();
  await expect(page.getByLabel("身份证号")).toHaveAttribute("aria-invalid", "true");
  await showsFocus(page);
});

test("the person's menu opens, closes by escape and gives the focus back", async ({ page }) => {
  await enter(page, "resident");
  const summary = page.locator("details.account > summary");
  await summary.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("link", { name: "我的账户" })).toBeVisible();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "我的账户" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("link", { name: "我的账户" })).toBeHidden();
  await expect(summary).toBeFocused();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "退出" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toContainText("已退出");
  await expect(page.getByRole("link", { name: "登录" })).toBeVisible();
});

test("a slash goes to the search box, and answers are reached by tab", async ({ page }) => {
  await page.goto("/");
  await page.keyboard.press("/");
  const search = page.getByRole("main").getByRole("searchbox");
  await expect(search).toBeFocused();
  await page.keyboard.type("食品经营许可");
  const answer = page.locator("#answers a").first();
  await expect(answer).toBeVisible();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await expect(answer).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("食品经营许可证核发");
});

test("a whole form is reached by tab, in the order in which it is read", async ({ page, made }) => {
  await enter(page, "agent");
  await page.goto(`/drafts/${made.draft}`);
  const places = await page.evaluate(() => {
    const controls = [...document.querySelectorAll<HTMLElement>("form.form input, form.form select, form.form textarea, form.form button")];
    const shown = controls.filter((one) => one.tabIndex >= 0 && one.getClientRects().length > 0);
    return shown.map((one) => ({ order: one.tabIndex, top: Math.round(one.getBoundingClientRect().top) }));
  });
  expect(places.length).toBeGreaterThan(20);
  expect(places.every((one) => one.order === 0)).toBe(true);
});
