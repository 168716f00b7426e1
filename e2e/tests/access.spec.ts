// Emergency access and substitutes in the browser, without scripts: what is asked, what is said all the time, who judges.
import { expect, test as base } from "../support/test.ts";
import { demonstrationPassword, enter, signIn } from "../support/people.ts";
import { seed, type Seed } from "../support/seed.ts";

const test = base.extend<object, { made: Seed }>({
  made: [async ({ server }, use) => use(await seed(server)), { scope: "worker", timeout: 90_000 }],
});

test("a case of another place is opened, said on every page, ended, and judged by somebody else", async ({ browser, server, made }) => {
  const open = async () => (await browser.newContext({ baseURL: server.address })).newPage();
  const clerk = await open();
  await enter(clerk, "clerk");
  await clerk.goto(`/work/${made.accepted}`);
  const number = /[A-Z]{2,6}-350102-\d{4}-\d{6}-[0-9A-Z]/.exec(await clerk.getByRole("main").innerText())?.[0] ?? "";
  expect(number).not.toBe("");

  const page = await open();
  await enter(page, "supervisor");
  await page.goto(`/work/${made.accepted}`);
  await expect(page.getByRole("main")).not.toContainText(number);
  await page.getByRole("link", { name: "应急查阅" }).click();
  await page.getByLabel("编号").fill(number);
  await page.getByLabel("原因").selectOption({ label: "投诉或查询，不能等" });
  await page.getByLabel("具体情况").fill("急");
  await page.getByLabel("密码").fill(demonstrationPassword);
  await page.getByRole("button", { name: "打开并接受复核" }).click();
  await expect(page.getByRole("alert")).toContainText("请至少写 10 个字");
  await expect(page.getByLabel("编号")).toHaveValue(number);
  await page.getByLabel("具体情况").fill("市民热线转来的投诉，需要马上核对材料。");
  await page.getByLabel("密码").fill(demonstrationPassword);
  await page.getByRole("button", { name: "打开并接受复核" }).click();
  await expect(page).toHaveURL(new RegExp(`/work/${made.accepted}$`));
  await expect(page.getByRole("main")).toContainText(number);
  await expect(page.getByRole("button", { name: "准予" })).toHaveCount(0);
  for (const path of ["/", "/me", "/items"]) {
    await page.goto(path);
    await expect(page.getByText(`正在应急查阅 ${number}`)).toBeVisible();
  }
  await page.goto("/emergency");
  await page.getByRole("button", { name: `结束 ${number}` }).click();
  await page.goto(`/work/${made.accepted}`);
  await expect(page.getByRole("main")).not.toContainText(number);

  const auditor = await open();
  await enter(auditor, "auditor");
  await expect(auditor.getByRole("main")).toContainText(`复核应急查阅：${number}`);
  await auditor.getByRole("link", { name: `复核应急查阅：${number}` }).click();
  await auditor.getByLabel(`复核意见 ${number}`).fill("已向热线核实，投诉属实，查阅范围相符。");
  await auditor
    .getByRole("listitem")
    .filter({ hasText: number })
    .getByRole("button", { name: "有必要", exact: true })
    .click();
  await auditor.goto("/reviews?judged=1");
  await expect(auditor.getByRole("main")).toContainText("已向热线核实，投诉属实");
  // Whoever reads the audit chain is told the rule behind what is hidden.
  await auditor.goto(`/work/${made.accepted}`);
  await expect(auditor.getByRole("main")).toContainText("casework.case on casework.case");
});

test("a holder names a substitute, and the history says for whom", async ({ browser, server, made }) => {
  const open = async () => (await browser.newContext({ baseURL: server.address })).newPage();
  const page = await open();
  await enter(page, "clerk");
  await page.goto("/me");
  await page.getByRole("link", { name: "任期和代理人" }).click();
  await page.getByLabel("手机号").fill("13800000003");
  await page.getByLabel("最后一天").fill("2099-01-01");
  await page.getByRole("button", { name: "指定代理人" }).click();
  await expect(page.getByRole("alert")).toContainText("代理最长 180 天");
  const day = new Date((await server.now()) + 10 * 24 * 3_600_000).toISOString().slice(0, 10);
  await page.getByLabel("最后一天").fill(day);
  await page.getByRole("button", { name: "指定代理人" }).click();
  await expect(page.getByRole("alert")).toContainText("不能由本人代理自己的岗位");
  await page.getByLabel("手机号").fill("13800000001");
  await page.getByLabel("最后一天").fill(day);
  await page.getByRole("button", { name: "指定代理人" }).click();
  await expect(page.getByRole("main")).toContainText("林晓燕");

  const substitute = await open();
  await signIn(substitute, { phone: "13800000001", password: demonstrationPassword });
  await substitute.goto(`/work/${made.late}`);
  await substitute.getByRole("button", { name: "受理" }).first().click();
  await substitute.goto(`/work/${made.late}`);
  await expect(substitute.getByRole("main")).toContainText("（代王秀兰）");
  await page.goto("/me/posts");
  await page.getByRole("button", { name: "结束代理 林晓燕" }).click();
  await substitute.goto(`/work/${made.late}`);
  await expect(substitute.getByRole("main")).not.toContainText("（代王秀兰）");
});
