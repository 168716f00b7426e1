// What every test shares: a server a worker, and whether scripts run.
import { test as base, expect } from "@playwright/test";
import { Server } from "./server.ts";

type OfTest = { script: boolean };
type OfWorker = { server: Server };

export const test = base.extend<OfTest, OfWorker>({
  server: [
    async ({}, use) => {
      const server = await Server.start();
      await use(server);
      await server.stop();
    },
    { scope: "worker", timeout: 90_000 },
  ],
  baseURL: async ({ server }, use) => use(server.address),
  script: async ({ javaScriptEnabled }, use) => use(javaScriptEnabled !== false),
});

export { expect };
