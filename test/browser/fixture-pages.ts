import type { Browser } from "playwright-core";
import { afterAll, beforeAll, beforeEach } from "vitest";
import { buildDashboard } from "../../scripts/launch/dashboard.ts";
import { type FixtureServer, startFixtureServer } from "./fixture-server.ts";
import { openBrowser } from "./open-browser.ts";

interface FixturePages {
  server: FixtureServer;
  browser: Browser;
}

/** The built dashboard over made-up answers and a browser, for the tests of the file that calls it; each begins with data and without posts. */
export const useFixturePages = (): FixturePages => {
  const pages = {} as FixturePages; // filled before the first test
  beforeAll(async () => {
    await buildDashboard();
    [pages.server, pages.browser] = await Promise.all([startFixtureServer(), openBrowser()]);
  });
  afterAll(async () => {
    await pages.browser?.close();
    pages.server?.close();
  });
  beforeEach(() => {
    pages.server.mood = "full";
    pages.server.posts.length = 0;
  });
  return pages;
};
