// Filling in with scripts: questions that come by themselves, and two windows on one draft.
import type { Page } from "@playwright/test";
import { expect, test as base } from "../support/test.ts";
import { enter } from "../support/people.ts";
import { seed, type Seed } from "../support/seed.ts";

const test = base.extend<object, { made: Seed }>({
  made: [async ({ server }, use) => use(await seed(server)), { scope: "worker", timeout: 90_000 }],
});

const saves = (page: Page) => page.waitForResponse((response) => response.url().endsWith("/autosave"));

test("what hangs on an answer comes and goes by itself, and nothing typed is lost", async ({ page, made }) => {
  await enter(page, "agent");
  await page.goto(`/drafts/${made.draft}`);
  await expect(page.getByRole("button", { name: "按上面的回答更新下面的问题" }).first()).toBeHidden();
  const seats = page.getByLabel("餐位数");
  await expect(seats).toHaveValue("60");
  const address = page.getByLabel("详细地址");
  // Typed a moment before, and not saved yet.
  await address.fill("南后街 99 号");
  const other = page.getByRole("radio", { name: "食品销售经营者" });
  await other.focus();
  await page.keyboard.press("Space");
  await expect(seats).toHaveCount(0);
  await expect(other).toBeChecked();
  await expect(other).toBeFocused();
  await expect(address).toHaveValue("南后街 99 号");
  // Typed while the answer is on its way.
  const delayed = /\/drafts\/[0-9a-f-]{36}$/;
  let release = () => {};
  const held = new Promise<void>((done) => (release = done));
  await page.route(delayed, async (route) => {
    await held;
    await route.continue();
  });
  await page.getByRole("radio", { name: "餐饮服务经营者" }).check();
  const area = page.getByLabel("经营面积");
  await area.fill("");
  await area.pressSequentially("88");
  await page.getByLabel("联系人").first().focus();
  release();
  await expect(seats).toBeVisible();
  await expect(area).toHaveValue("88");
  await expect(page.getByLabel("联系人").first()).toBeFocused();
  await page.unroute(delayed);
  await seats.fill("40");
  await saves(page);
  await page.reload();
  await expect(area).toHaveValue("88");
  await expect(address).toHaveValue("南后街 99 号");
  await expect(seats).toHaveValue("40");
});

test("two windows on one draft do not overwrite each other unasked", async ({ page, context, made }) => {
  await enter(page, "agent");
  const draft = `/drafts/${made.draft}`;
  await page.goto(draft);
  const second = await context.newPage();
  await second.goto(draft);
  const first = saves(page);
  await page.getByLabel("详细地址").fill("甲窗口填的地址");
  expect((await first).status()).toBe(200);
  const refused = saves(second);
  await second.getByLabel("详细地址").fill("乙窗口填的地址");
  expect((await refused).status()).toBe(409);
  const told = second.getByRole("alert");
  await expect(told).toContainText("这份草稿在别处改过");
  await expect(told).toBeFocused();
  await expect(second.getByLabel("详细地址")).toHaveValue("乙窗口填的地址");
  // The other one's is looked at: it is what was kept.
  await told.getByRole("button", { name: "用别处存的" }).click();
  await expect(second.getByLabel("详细地址")).toHaveValue("甲窗口填的地址");
  // And the other way round: this page's is kept, because somebody said so.
  const again = saves(second);
  await second.getByLabel("详细地址").fill("乙窗口再填");
  expect((await again).status()).toBe(200);
  const clash = saves(page);
  await page.getByLabel("详细地址").fill("甲窗口再填");
  expect((await clash).status()).toBe(409);
  const chosen = saves(page);
  await page.getByRole("alert").getByRole("button", { name: "用这里填的" }).click();
  expect((await chosen).status()).toBe(200);
  await expect(page.getByRole("alert")).toHaveCount(0);
  await second.reload();
  await expect(second.getByLabel("详细地址")).toHaveValue("甲窗口再填");
  // A button pressed while a save is on its way clashes with nothing.
  await page.getByLabel("详细地址").fill("南后街 88 号");
  await page.getByRole("button", { name: "下一步：材料" }).click();
  await expect(page).toHaveURL(/\/materials$/);
});

test("a file that the browser refuses marks its material", async ({ page, made }) => {
  await enter(page, "agent");
  await page.goto(`/drafts/${made.draft}/materials`);
  const box = page.locator(".material").filter({ has: page.getByRole("heading", { name: "场所使用证明", exact: true }) });
  const buffer = Buffer.alloc(20 * 1024 * 1024 + 1, "%");
  await box.locator("input[type=file]").setInputFiles({ name: "租赁合同.pdf", mimeType: "application/pdf", buffer });
  await expect(box.locator(".field-error")).toContainText("文件有 20.1 MB，最多收 20 MB");
  await expect(box).toHaveClass(/has-error/);
});

test("somebody else's case and no case at all look the same", async ({ page, made }) => {
  await enter(page, "resident");
  const nothing = "01928f5e-7b1a-7c3d-8e4f-0123456789ab";
  const shown = async (address: string) => {
    const answer = await page.goto(address);
    expect(answer!.status()).toBe(404);
    const number = await page.locator(".error-number").textContent();
    return (await page.getByRole("main").textContent())!.replace(number!, "");
  };
  for (const folder of ["cases", "work"]) {
    expect(await shown(`/${folder}/${made.submitted}`)).toBe(await shown(`/${folder}/${nothing}`));
  }
  const api = async (id: string) => {
    const answer = await page.request.get(`/api/casework/case?case=${id}`);
    expect(answer.status()).toBe(404);
    const { instance: _, ...told } = (await answer.json()) as Record<string, unknown>;
    return told;
  };
  expect(await api(made.submitted)).toEqual(await api(nothing));
});
