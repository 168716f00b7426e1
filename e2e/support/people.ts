// Who the demonstration knows, and how somebody comes in.
import { expect, type Page } from "@playwright/test";

export const demonstrationPassword = "minshu-yanshi-2026";

/** The banner's accounts, by their button. */
export const banner = {
  resident: "居民 林晓燕",
  agent: "企业代办人 沈志明",
  clerk: "窗口 王秀兰",
  officer: "审批 陈国栋",
  operator: "运维 郑海",
  supervisor: "督导 吴敏",
  auditor: "审计 何静",
} as const;

/** The clerk of Gulou, whose button is on the banner. */
export const clerkOfGulou = { phone: "13800000003", password: demonstrationPassword };

/** The clerk of Jin'an, who is not on the banner. */
export const clerkOfJinan = { name: "赵鹏", phone: "13800000006", password: demonstrationPassword };

/** Somebody whose account no counter has proved. */
export const unproved = { name: "黄雅琴", phone: "13800000007", password: demonstrationPassword };

/** One click on the banner. */
export async function enter(page: Page, who: keyof typeof banner): Promise<void> {
  await page.goto("/");
  await page.getByRole("button", { name: banner[who] }).click();
  await expect(page).toHaveURL(/\/home$/);
}

/** Signs in with phone and password. */
export async function signIn(page: Page, who: { phone: string; password: string }, to = "/home"): Promise<void> {
  await page.goto(`/sign-in?to=${encodeURIComponent(to)}`);
  await page.getByLabel("手机号").fill(who.phone);
  await page.getByLabel("密码").fill(who.password);
  await page.getByRole("main").getByRole("button", { name: "登录" }).click();
  await expect(page).toHaveURL((url) => url.pathname === to);
}
