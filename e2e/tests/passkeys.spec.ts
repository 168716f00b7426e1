// A passkey of the browser itself: Chromium's virtual authenticator adds one, signs in with it, and loses it.
import { expect, test } from "../support/test.ts";
import { demonstrationPassword } from "../support/people.ts";

test("a passkey is added, signs in alone, and is removed", async ({ page, server, context }) => {
  // Browsers know passkeys by names, and of machines without TLS by `localhost` alone.
  const here = server.address.replace("127.0.0.1", "localhost");
  const devtools = await context.newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  const simulated = (on: boolean) => devtools.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled: on });
  // Nobody touches the device until the button asks: the browser would answer its own offer at once.
  await simulated(false);
  await page.goto(`${here}/sign-in?to=/me/security`);
  await page.getByLabel("手机号").fill("13800000001");
  await page.getByLabel("密码").fill(demonstrationPassword);
  await page.getByRole("main").getByRole("button", { name: "登录", exact: true }).click();
  await page.getByRole("link", { name: "添加通行密钥" }).click();
  await page.screenshot({ path: "results/passkey-new.png", fullPage: true });
  await page.getByLabel("给它起个名字").fill("红色的手机");
  await simulated(true);
  await page.getByRole("button", { name: "生成通行密钥" }).click();
  await expect(page.getByText("通行密钥已添加")).toBeVisible();
  await expect(page.getByText("红色的手机").first()).toBeVisible();
  expect((await devtools.send("WebAuthn.getCredentials", { authenticatorId })).credentials).toHaveLength(1);
  await page.screenshot({ path: "results/passkey-list.png", fullPage: true });
  // A second one of the same account is not made on the same device.
  await page.getByRole("link", { name: "添加通行密钥" }).click();
  await page.getByRole("button", { name: "生成通行密钥" }).click();
  await expect(page.getByText("已经有这个账户的通行密钥了")).toBeVisible();
  await simulated(false);
  await context.clearCookies();
  await page.goto(`${here}/sign-in?to=/me/security`);
  await expect(page.getByLabel("手机号")).toHaveAttribute("autocomplete", "username webauthn");
  await page.screenshot({ path: "results/passkey-sign-in.png", fullPage: true });
  const entered = page.waitForURL(/\/me\/security$/);
  await simulated(true);
  await page.getByRole("button", { name: "用通行密钥登录" }).click();
  await entered;
  await expect(page.getByText("上次使用").first()).toBeVisible();
  await page.getByRole("button", { name: "移除 红色的手机" }).click();
  await expect(page.getByText("通行密钥已移除")).toBeVisible();
  // The device still has it; the house does not know it any more.
  await simulated(false);
  await context.clearCookies();
  await page.goto(`${here}/sign-in`);
  await simulated(true);
  await page.getByRole("button", { name: "用通行密钥登录" }).click();
  await expect(page.getByText("没有通过核对")).toBeVisible();
});
