// What is held about oneself: seen, taken along with the password alone, erased for good.
import { readFile } from "node:fs/promises";
import { expect, test } from "../support/test.ts";
import { citizenNumber } from "../support/codes.ts";
import { signIn } from "../support/people.ts";

const person = {
  name: "曾若兰",
  number: citizenNumber("35010219880816604"),
  phone: "13900000047",
  password: "荔枝熟了的时候再回来看看",
};

test("one takes one's data along and erases them", async ({ page, request, script }) => {
  const registered = await request.post("/api/identity/register", { data: person });
  expect(registered.ok()).toBe(true);
  await signIn(page, person);
  await page.goto("/me");
  await page.getByRole("link", { name: "平台存的资料" }).click();
  await expect(page.getByRole("heading", { name: "账户和身份" })).toBeVisible();
  await expect(page.getByText("还没有人看过或办过")).toBeVisible();
  const take = page.locator("form[action='/me/data/export']");
  await take.getByLabel("密码").fill("不是这个密码");
  await take.getByRole("button", { name: "下载我的资料" }).click();
  await expect(page.getByText("对不上").first()).toBeVisible();
  await take.getByLabel("密码").fill(person.password);
  const coming = page.waitForEvent("download");
  await take.getByRole("button", { name: "下载我的资料" }).click();
  const file = await coming;
  expect(file.suggestedFilename()).toMatch(/^我的资料-\d{4}-\d{2}-\d{2}\.zip$/);
  const content = await readFile(await file.path());
  expect(content.subarray(0, 2).toString()).toBe("PK");
  // Stored as it is: the whole number is in it, since it is the person's.
  expect(content.includes(person.number)).toBe(true);
  await page.screenshot({ path: `results/data-${script ? "with" : "without"}-script.png`, fullPage: true });
  const erase = page.locator("form[action='/me/data/erase']");
  await erase.getByLabel("密码").fill(person.password);
  await erase.getByRole("button", { name: "永久删除" }).click();
  await expect(page).toHaveURL(/\/$/);
  await expect(page.getByText("您的资料已经删除")).toBeVisible();
  const again = await request.post("/api/identity/sign_in", { data: { phone: person.phone, password: person.password } });
  expect(again.ok()).toBe(false);
});
