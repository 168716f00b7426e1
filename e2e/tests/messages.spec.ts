// How somebody is told: what cannot be switched off, what is kept, and a mail address that is proved by its code.
import type { Page } from "@playwright/test";
import { expect, test } from "../support/test.ts";
import { enter } from "../support/people.ts";

/** The latest text on the demonstration's telephone with six digits in it. */
async function code(page: Page): Promise<string> {
  for (let trial = 0; trial < 40; trial++) {
    await page.goto("/demo/telephone");
    const found = /验证码是 (\d{6})/.exec((await page.locator("#main").textContent()) ?? "");
    if (found) return found[1];
    await page.waitForTimeout(250);
  }
  throw new Error("no code came");
}

for (const scripts of [true, false]) {
  test.describe(scripts ? "with scripts" : "without scripts", () => {
    test.use({ javaScriptEnabled: scripts });

    test("choices are kept, and what the law demands stays on", async ({ page }) => {
      await enter(page, scripts ? "resident" : "agent");
      await page.goto("/inbox");
      await page.getByRole("link", { name: "怎么告诉您" }).click();
      const legal = page.getByRole("row", { name: /法定告知/ });
      await expect(legal).toContainText("不能关");
      await expect(legal.getByRole("checkbox")).toHaveCount(0);
      const progress = page.getByRole("row", { name: /办件进展/ }).getByRole("checkbox");
      await expect(progress.first()).toBeChecked();
      await progress.first().uncheck();
      await page.getByLabel("从", { exact: true }).fill("21:30");
      await page.getByRole("button", { name: "保存" }).click();
      await expect(page.getByText("已经保存")).toBeVisible();
      await expect(progress.first()).not.toBeChecked();
      await expect(progress.last()).toBeChecked();
      await expect(page.getByLabel("从", { exact: true })).toHaveValue("21:30");
    });
  });
}

test("a mail address counts once its code is given", async ({ page }) => {
  await enter(page, "officer");
  await page.goto("/me/messages");
  await page.getByLabel("邮箱地址").fill("nobody");
  await page.getByRole("button", { name: "发验证码" }).click();
  await expect(page.getByText("请填一个邮箱地址").first()).toBeVisible();
  await page.getByLabel("邮箱地址").fill("chen@example.com");
  await page.getByRole("button", { name: "发验证码" }).click();
  const given = await code(page);
  await page.goto("/me/messages");
  await page.getByLabel("邮件里的验证码").fill("12");
  await page.getByRole("button", { name: "验证邮箱" }).click();
  await expect(page.getByText("还可以试 4 次").first()).toBeVisible();
  await page.getByLabel("邮件里的验证码").fill(given);
  await page.getByRole("button", { name: "验证邮箱" }).click();
  await expect(page.getByText("c***@example.com").first()).toBeVisible();
  await page.getByRole("button", { name: "不再用邮箱" }).click();
  await expect(page.getByText("还没有邮箱")).toBeVisible();
});
