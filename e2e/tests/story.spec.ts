// The story of a food business licence, from an account to the decision. It runs twice: with scripts and without.
import type { Page } from "@playwright/test";
import { expect, test } from "../support/test.ts";
import { citizenNumber, creditCode, spoiled } from "../support/codes.ts";
import { dateInChinese, novemberMonday, workingDaysOn } from "../support/dates.ts";
import { largePdf, notPdf, pdf, png } from "../support/files.ts";
import { divisionsChosen, materialBox, messageBeside, pickDivision, upload } from "../support/forms.ts";
import { clerkOfGulou, clerkOfJinan, enter, signIn } from "../support/people.ts";

const resident = {
  name: "郭梓晴",
  number: citizenNumber("35010219920415602"),
  phone: "13900000021",
  password: "榕树下的小店今年开张",
};
const company = { name: "福州榕荫小馆餐饮有限公司", code: creditCode("91350102", "MA8U31K7") };
const village = ["福州市", "鼓楼区", "东街街道"];
const item = "食品经营许可证核发";

test("a food business licence, from an account to the decision", async ({ browser, server, script }) => {
  const monday = novemberMonday(await server.now());
  await server.setTime(monday);
  const open = async () => (await browser.newContext({ baseURL: server.address })).newPage();
  // States that no address of the inventory has: look at them as well.
  const picture = (of: Page, name: string) =>
    of.screenshot({ path: `results/story-${script ? "with" : "without"}-script/${name}.png`, fullPage: true });
  let page = await open();
  const clerk = await open();
  let draft = "";
  let number = "";
  let caseAddress = "";

  await test.step("a wrong check digit in the identity number is told beside the field, nothing is lost", async () => {
    await page.goto("/");
    await page.getByRole("link", { name: "登录" }).click();
    await page.getByRole("link", { name: "开账户" }).click();
    await page.getByLabel("姓名").fill(resident.name);
    await page.getByLabel("身份证号").fill(spoiled(resident.number));
    await page.getByLabel("手机号").fill(resident.phone);
    await page.getByLabel("密码").fill(resident.password);
    await page.getByRole("button", { name: "开账户" }).click();
    const told = await messageBeside(page.getByLabel("身份证号"));
    expect(told).toContain(`第 18 位应为 ${resident.number.at(-1)}`);
    await expect(page.getByRole("alert")).toContainText(`第 18 位应为 ${resident.number.at(-1)}`);
    await expect(page.getByLabel("姓名")).toHaveValue(resident.name);
    await expect(page.getByLabel("手机号")).toHaveValue(resident.phone);
    await expect(page.getByLabel("密码")).toHaveValue("");
    await picture(page, "register-refused");
  });

  await test.step("the account is opened and says that a counter must prove the person", async () => {
    await page.getByLabel("身份证号").fill(resident.number);
    await page.getByLabel("密码").fill(resident.password);
    await page.getByRole("button", { name: "开账户" }).click();
    await expect(page).toHaveURL(/\/me$/);
    const main = page.getByRole("main");
    await expect(main).toContainText("身份还没有核验");
    await expect(main).toContainText("请带身份证到窗口");
    await expect(main).toContainText("鼓楼区政务服务中心");
    await picture(page, "account-unproved");
  });

  await test.step("a company's item is refused to somebody without a mandate, with what to do", async () => {
    await page.goto("/items/gov-single-window.food-business-licence");
    await expect(page.getByRole("main")).toContainText("还不能代表任何企业或单位");
    await expect(page.getByRole("button", { name: "开始办" })).toHaveCount(0);
  });

  await test.step("the clerk proves the person", async () => {
    await enter(clerk, "clerk");
    await clerk.getByRole("navigation", { name: "主要栏目" }).getByRole("link", { name: "核验身份" }).click();
    const find = clerk.getByRole("region", { name: "查找账户" });
    await find.getByLabel("手机号").fill(resident.phone);
    await find.getByRole("button", { name: "查找" }).click();
    const prove = clerk.getByRole("form", { name: "核验身份" });
    await prove.getByLabel("看到的证件").selectOption({ label: "居民身份证" });
    await prove.getByLabel("证件上的号码").fill(resident.number);
    await prove.getByLabel("证件上的姓名").fill(resident.name);
    await prove.getByRole("button", { name: "证件一致，核验通过" }).click();
    await expect(clerk.getByRole("main")).toContainText("核验通过");
  });

  await test.step("the clerk records that the person may act for the company", async () => {
    const form = clerk.getByRole("region", { name: "登记代办" });
    await form.getByLabel("代办人的手机号").fill(resident.phone);
    await form.getByLabel("统一社会信用代码").fill(company.code);
    await form.getByLabel("企业名称").fill(company.name);
    await pickDivision(clerk, "企业所在区划", ["福州市", "鼓楼区"], script);
    await form.getByLabel("看到的材料").fill("营业执照正本、法定代表人签字的授权书");
    await form.getByRole("button", { name: "登记代办" }).click();
    await expect(clerk.getByRole("main")).toContainText("代办已登记");
    await picture(clerk, "counter-recorded");
  });

  await test.step("the person sees both", async () => {
    await page.goto("/me");
    await expect(page.getByRole("main")).toContainText("已核验");
    await expect(page.getByRole("region", { name: "我可以代办的企业" })).toContainText(company.name);
  });

  await test.step("the item is found on the system's page and by the front page's search", async () => {
    await page.goto("/systems/gov-single-window");
    await expect(page.getByRole("main").getByRole("link", { name: item })).toBeVisible();
    await page.goto("/");
    const search = page.getByRole("main").getByRole("searchbox");
    await search.pressSequentially("食品经营", { delay: 20 });
    if (script) {
      await page.locator("#answers").getByRole("link", { name: item }).click();
    } else {
      await page.getByRole("main").getByRole("button", { name: "搜索" }).click();
      await page.getByRole("main").getByRole("link", { name: item }).first().click();
    }
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(item);
    const five = page.getByRole("region", { name: "五个问题" });
    await expect(five).toContainText("7 个工作日");
    await expect(five).toContainText("不收费");
  });

  await test.step("the application is started on behalf of the company", async () => {
    const start = page.getByRole("region", { name: "开始办" });
    await expect(start).toContainText(company.name);
    await start.getByRole("button", { name: "开始办" }).click();
    await expect(page).toHaveURL(/\/drafts\/[0-9a-f-]{36}$/);
    draft = new URL(page.url()).pathname;
    // Nothing has been handed in: the progress must not say that the materials are complete.
    const progress = page.getByRole("navigation", { name: "填写进度" });
    await expect.soft(progress.getByRole("link", { name: "材料" })).toContainText("还差");
  });

  const people = page.getByRole("main").locator("ol.rows > li");
  const refresh = async (section: string) => {
    const buttons = page.locator(`#${section}`).getByRole("button", { name: "按上面的回答更新下面的问题" });
    await buttons.first().click();
  };

  const manager = citizenNumber("35010319850612417");

  await test.step("what is known of the company and the person is there, with where it comes from", async () => {
    const section = page.locator("#company");
    await expect(section.getByLabel("名称")).toHaveValue(company.name);
    await expect(section.getByLabel("统一社会信用代码")).toHaveValue(company.code);
    await expect(section.getByLabel("名称")).not.toBeEditable();
    await expect(section.getByLabel("统一社会信用代码")).not.toBeEditable();
    await expect(section.getByText("来自代办登记，不能修改")).toHaveCount(2);
    await expect(section.getByLabel("联系人")).toHaveValue(resident.name);
    await expect(section.getByLabel("联系电话")).toHaveValue(resident.phone);
    await expect(section.getByText("已从您的账户带出，可以修改")).toHaveCount(2);
    await section.getByLabel("联系电话").fill("0591-87654321");
  });

  await test.step("the premises", async () => {
    await pickDivision(page, "所在区划", village, script);
    const villages = page.getByRole("group", { name: "所在区划" }).getByRole("combobox").nth(village.length);
    if (!script) await page.getByRole("group", { name: "所在区划" }).getByRole("button").click();
    await expect.poll(() => villages.getByRole("option").count()).toBeGreaterThan(1);
    await villages.selectOption({ index: 1 });
    await page.getByLabel("详细地址").fill("东街 118 号一层 3 号店面");
    await page.getByLabel("经营面积").fill("86.5");
  });

  await test.step("the business: a question that is asked only after an answer", async () => {
    await expect(page.getByLabel("餐位数")).toHaveCount(0);
    await page.getByRole("radio", { name: "餐饮服务经营者" }).check();
    // With scripts the question comes by itself.
    if (!script) await refresh("business");
    await expect(page.getByLabel("餐位数")).toBeVisible();
    await page.getByLabel("餐位数").fill("36");
    await page.getByRole("checkbox", { name: "热食类食品制售" }).check();
    await page.getByRole("checkbox", { name: "自制饮品制售" }).check();
    await page.getByRole("group", { name: "是否接网上订单" }).getByRole("radio", { name: "否" }).check();
  });

  await test.step("people: a row is added, filled and removed", async () => {
    await expect(people).toHaveCount(1);
    await people.nth(0).getByLabel("姓名").fill("吴启航");
    await people.nth(0).getByLabel("身份证号").fill(spoiled(manager));
    await people.nth(0).getByLabel("职务").selectOption({ label: "食品安全管理员" });
    await people.nth(0).getByRole("radio", { name: "否" }).check();
    await page.getByRole("button", { name: /^添加/ }).click();
    await expect(people).toHaveCount(2);
    await people.nth(1).getByLabel("姓名").fill("多余的一行");
    await page.getByRole("button", { name: /^添加/ }).click();
    await expect(people).toHaveCount(3);
    await people.nth(2).getByLabel("姓名").fill("许佳音");
    await people.nth(1).getByRole("button", { name: "删除" }).click();
    await expect(people).toHaveCount(2);
    await expect(people.nth(0).getByLabel("姓名")).toHaveValue("吴启航");
    await expect(people.nth(1).getByLabel("姓名")).toHaveValue("许佳音");
    await people.nth(1).getByRole("button", { name: "删除" }).click();
    await expect(people).toHaveCount(1);
  });

  const chosen = await divisionsChosen(page, "所在区划");
  const kept = async () => {
    await expect(page.getByLabel("详细地址")).toHaveValue("东街 118 号一层 3 号店面");
    await expect(page.getByLabel("经营面积")).toHaveValue("86.5");
    await expect(page.getByLabel("餐位数")).toHaveValue("36");
    await expect(page.getByRole("checkbox", { name: "自制饮品制售" })).toBeChecked();
    await expect(page.getByRole("checkbox", { name: "冷食类食品制售" })).not.toBeChecked();
    await expect(people.nth(0).getByLabel("姓名")).toHaveValue("吴启航");
    expect(await divisionsChosen(page, "所在区划")).toEqual(chosen);
  };

  await test.step("the wrong number is shown beside its field and in the summary, nothing typed is lost", async () => {
    expect(chosen.slice(0, 3)).toEqual(village);
    expect(chosen).toHaveLength(4);
    await page.getByRole("button", { name: "下一步：材料" }).click();
    const field = people.nth(0).getByLabel("身份证号");
    const wanted = `第 18 位应为 ${manager.at(-1)}`;
    expect(await messageBeside(field)).toContain(wanted);
    await expect(field).toHaveValue(spoiled(manager));
    const summary = page.getByRole("alert");
    await expect(summary).toContainText(wanted);
    await picture(page, "form-refused");
    await summary.getByRole("link", { name: new RegExp("身份证号") }).click();
    if (script) await expect(field).toBeFocused();
    await kept();
  });

  await test.step("the draft survives a closed browser", async () => {
    const field = people.nth(0).getByLabel("身份证号");
    await field.fill(manager);
    if (script) {
      // No button: what is typed is saved as it is typed.
      const saved = page.waitForResponse((response) => response.url().endsWith("/autosave") && response.ok());
      await field.press("Tab");
      await saved;
    } else {
      await page.getByRole("button", { name: "存草稿，以后再填" }).click();
    }
    await page.context().close();
    page = await open();
    await signIn(page, resident);
    await page.goto("/drafts");
    await page.getByRole("main").getByRole("link", { name: item }).click();
    await expect(page).toHaveURL((url) => url.pathname === draft);
    const first = page.getByRole("main").locator("ol.rows > li").first();
    await expect(first.getByLabel("身份证号")).toHaveValue(manager);
    await expect(page.locator("#company").getByLabel("联系电话")).toHaveValue("0591-87654321");
    await expect(page.getByLabel("详细地址")).toHaveValue("东街 118 号一层 3 号店面");
    await expect(page.getByLabel("餐位数")).toHaveValue("36");
    expect(await divisionsChosen(page, "所在区划")).toEqual(chosen);
  });

  await test.step("files of the wrong kind and too large are refused beside their material", async () => {
    await page.getByRole("button", { name: "下一步：材料" }).click();
    await expect(page).toHaveURL(/\/materials$/);
    await upload(page, "食品安全管理制度", notPdf("管理制度.pdf"), script);
    await expect(materialBox(page, "食品安全管理制度").locator(".field-error")).toContainText("只收 PDF");
    await upload(page, "营业场所平面图", largePdf("平面图.pdf", 20), script);
    await expect(materialBox(page, "营业场所平面图").locator(".field-error")).toContainText("20 MB");
    await expect(materialBox(page, "营业场所平面图").locator(".file-name").filter({ visible: true })).toHaveCount(0);
    await picture(page, "materials-refused");
  });

  await test.step("a missing material is told before submitting", async () => {
    await page.goto(`${draft}/review`);
    await expect(page.getByRole("alert")).toContainText("营业场所平面图");
    await expect(page.getByRole("alert")).toContainText("食品安全管理制度");
    await picture(page, "review-missing");
    await page.goto(`${draft}/materials`);
  });

  await test.step("a PDF and a picture are taken", async () => {
    await upload(page, "营业场所平面图", png("平面图.png"), script);
    await expect(materialBox(page, "营业场所平面图").getByRole("link", { name: "平面图.png" })).toBeVisible();
    await upload(page, "食品安全管理制度", pdf("管理制度.pdf", "Food safety rules"), script);
    await expect(materialBox(page, "食品安全管理制度").getByRole("link", { name: "管理制度.pdf" })).toBeVisible();
    const address = await materialBox(page, "营业场所平面图").getByRole("link", { name: "平面图.png" }).getAttribute("href");
    const file = await page.request.get(address!);
    expect(file.headers()["content-type"]).toBe("image/png");
    expect(await file.body()).toEqual(png("平面图.png").buffer);
  });

  await test.step("everything is read again, confirmed and submitted", async () => {
    await page.getByRole("link", { name: "下一步：核对" }).click();
    const main = page.getByRole("main");
    await expect(main).toContainText(company.code);
    await expect(main).toContainText("东街 118 号一层 3 号店面");
    await expect(main).toContainText("平面图.png");
    await page.getByRole("button", { name: "提交申请" }).click();
    expect(await messageBeside(page.getByRole("checkbox"))).toContain("请确认");
    await page.getByRole("checkbox").check();
    await page.getByRole("button", { name: "提交申请" }).click();
    await expect(page).toHaveURL(/\/cases\/[0-9a-f-]{36}$/);
    caseAddress = new URL(page.url()).pathname;
  });

  await test.step("the case has its number and its promised deadline", async () => {
    const main = page.getByRole("main");
    await expect(main).toContainText("已提交，办件编号");
    await picture(page, "case-submitted");
    number = (await page.locator(".page-head .code").textContent())!.trim();
    expect(number).toMatch(/^SPJY/);
    const acceptance = dateInChinese(workingDaysOn(monday, 3));
    const promised = dateInChinese(workingDaysOn(workingDaysOn(monday, 3), 7));
    await expect(main).toContainText(acceptance);
    await expect(page.getByRole("complementary", { name: "这件事的要点" })).toContainText("7 个工作日");
    await expect(page.getByRole("complementary", { name: "这件事的要点" })).toContainText(promised);
    await expect(main).toContainText("鼓楼区");
  });

  const work = `/work/${caseAddress.split("/").at(-1)}`;

  await test.step("a clerk of another district neither sees nor opens it", async () => {
    const other = await open();
    await signIn(other, clerkOfJinan, "/work");
    await expect(other.getByRole("main")).not.toContainText(number);
    await expect(other.getByRole("main")).toContainText("这里没有办件");
    for (const address of [work, caseAddress]) {
      const answer = await other.goto(address);
      expect(answer!.status()).toBe(404);
      await expect(other.getByRole("main")).not.toContainText(company.name);
      await expect(other.getByRole("main")).not.toContainText(item);
    }
    await other.context().close();
  });

  await test.step("the clerk of the district returns it once and names the material", async () => {
    await clerk.goto("/work");
    const row = clerk.getByRole("row").filter({ hasText: number });
    await expect(row).toContainText(company.name);
    await row.getByRole("link", { name: item }).click();
    await expect(clerk).toHaveURL((url) => url.pathname === work);
    await clerk.getByText("退回补正", { exact: true }).first().click();
    await clerk.getByRole("checkbox", { name: "营业场所平面图" }).check();
    await clerk.getByLabel("营业场所平面图：缺什么，怎么补").fill("没有标出清洗消毒区，请补标并写明尺寸");
    await clerk.getByRole("button", { name: "退回补正" }).click();
    await picture(clerk, "returned");
    await expect(clerk.getByRole("main")).toContainText("已退回申请人补正");
  });

  await test.step("the resident gets a message", async () => {
    await expect(async () => {
      await page.goto("/inbox");
      await expect(page.getByRole("main")).toContainText(number, { timeout: 500 });
    }).toPass({ timeout: 15_000 });
  });

  await test.step("the resident is told which material and why, and hands it in again", async () => {
    await page.goto("/home");
    await page.getByRole("main").getByRole("link", { name: item }).first().click();
    const next = page.getByRole("region", { name: "请补正后重新提交" });
    await expect(next).toContainText("营业场所平面图");
    await expect(next).toContainText("没有标出清洗消毒区");
    await expect(page.getByRole("main")).toContainText("补正后重新提交，再开始计时");
    await next.getByRole("button", { name: "开始补正" }).click();
    await expect(page.getByRole("main")).toContainText("没有标出清洗消毒区");
    await page.goto(`${new URL(page.url()).pathname.replace(/\/materials$/, "")}/materials`);
    await expect(materialBox(page, "营业场所平面图")).toContainText("没有标出清洗消毒区");
    await upload(page, "营业场所平面图", pdf("平面图（补标）.pdf", "Plan with the washing area"), script);
    await expect(materialBox(page, "营业场所平面图").getByRole("link", { name: "平面图（补标）.pdf" })).toBeVisible();
    await page.getByRole("link", { name: "下一步：核对" }).click();
    await page.getByRole("checkbox").check();
    await page.getByRole("button", { name: "补正后重新提交" }).click();
    await expect(page).toHaveURL((url) => url.pathname === caseAddress);
  });

  await test.step("the clerk who returned it learns that it came back", async () => {
    await expect(async () => {
      await clerk.goto("/inbox");
      await expect(clerk.getByRole("main")).toContainText(`补正交回来了：“${item}”，编号 ${number}`, { timeout: 500 });
    }).toPass({ timeout: 15_000 });
    await expect(clerk.getByRole("navigation", { name: "主要栏目" }).getByRole("link", { name: "消息" })).toContainText("1 条没读");
    await clerk.getByRole("link", { name: /补正交回来了/ }).click();
    await clerk.getByRole("main").getByRole("link", { name: "去办" }).click();
    await expect(clerk).toHaveURL((url) => url.pathname === work);
  });

  const tuesday = workingDaysOn(monday, 1);
  await test.step("the clerk signs in again the next day, comes back to the case and accepts it", async () => {
    await server.setTime(tuesday);
    await clerk.goto(work);
    await expect(clerk).toHaveURL(/\/sign-in\?/);
    await clerk.getByLabel("手机号").fill(clerkOfGulou.phone);
    await clerk.getByLabel("密码").fill(clerkOfGulou.password);
    await clerk.getByRole("main").getByRole("button", { name: "登录" }).click();
    await expect(clerk).toHaveURL((url) => url.pathname === work);
    await clerk.getByRole("button", { name: "受理", exact: true }).click();
    await expect(clerk.getByRole("main")).toContainText("已受理");
    await signIn(page, resident, caseAddress);
    await expect(page.getByRole("complementary", { name: "这件事的要点" })).toContainText(dateInChinese(workingDaysOn(tuesday, 7)));
  });

  await test.step("the officer decides, and only with reasons", async () => {
    const officer = await open();
    await enter(officer, "officer");
    await officer.goto("/work");
    await officer.getByRole("row").filter({ hasText: number }).getByRole("link", { name: item }).click();
    await officer.getByRole("radio", { name: "准予", exact: false }).first().check();
    await officer.getByRole("button", { name: "作出决定" }).click();
    expect(await messageBeside(officer.getByLabel("理由"))).toContain("请写明理由");
    const summary = officer.getByRole("alert").filter({ hasText: "理由" });
    await expect(summary).toBeInViewport();
    if (script) await expect(summary).toBeFocused();
    await picture(officer, "decision-refused");
    await expect(officer.getByRole("radio", { name: "准予", exact: false }).first()).toBeChecked();
    await officer.getByLabel("理由").fill("现场核查与平面图一致，设备布局和管理制度符合《食品安全法》第三十三条。");
    await officer.getByRole("button", { name: "作出决定" }).click();
    await expect(officer.getByRole("main")).toContainText("已作出决定");
    await officer.context().close();
  });

  await test.step("the resident sees every step, who did it and what was said", async () => {
    await page.goto(caseAddress);
    await expect(page.getByRole("heading", { name: "准予", exact: false }).first()).toBeVisible();
    const course = page.getByRole("region", { name: "办到哪一步" });
    const steps = await course.locator(".event-name").allTextContents();
    expect(steps.map((step) => step.trim())).toEqual(
      expect.arrayContaining(["提交申请", "退回补正", "补正后重新提交", "受理", "准予"]),
    );
    await expect(course).toContainText("没有标出清洗消毒区");
    await expect(course).toContainText("现场核查与平面图一致");
    await expect(course).toContainText("鼓楼区");
    await expect(course).toContainText(dateInChinese(tuesday));
    await page.goto("/cases");
    await expect(page.getByRole("listitem").filter({ hasText: number })).toContainText("准予");
  });

});
