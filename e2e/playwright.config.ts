// The browser is Debian's Chromium: nothing is downloaded. Each worker starts its own server with its own data.
import { defineConfig } from "@playwright/test";

const story = "story.spec.ts";

export default defineConfig({
  testDir: "tests",
  outputDir: "results/traces",
  fullyParallel: true,
  forbidOnly: Boolean(process.env["CI"]),
  retries: 0,
  workers: 2,
  timeout: 240_000,
  globalTimeout: 15 * 60_000,
  reporter: [["list"], ["json", { outputFile: "results/report.json" }]],
  globalSetup: "./support/fresh-results.ts",
  use: {
    locale: "zh-CN",
    timezoneId: "Asia/Shanghai",
    viewport: { width: 1280, height: 900 },
    actionTimeout: 45_000,
    navigationTimeout: 45_000,
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: process.env["MINSHU_CHROMIUM"] ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--font-render-hinting=none"],
    },
  },
  // The longest first, so that two workers end together.
  projects: [
    // A trace of hundreds of pages would cost more than the pages themselves; the screenshots tell.
    { name: "inventory", testMatch: "inventory.spec.ts", use: { trace: "off" } },
    { name: "story", testMatch: story },
    { name: "story-without-script", testMatch: story, use: { javaScriptEnabled: false } },
    { name: "keyboard", testMatch: "keyboard.spec.ts" },
    { name: "drafts", testMatch: "drafts.spec.ts" },
    { name: "defences", testMatch: "defences.spec.ts" },
    { name: "access", testMatch: "access.spec.ts", use: { javaScriptEnabled: false } },
    { name: "data", testMatch: "data.spec.ts" },
    { name: "messages", testMatch: "messages.spec.ts" },
    { name: "passkeys", testMatch: "passkeys.spec.ts" },
  ],
});
