import { type Browser, chromium, type Locator, type Page, type Request } from "playwright-core";
import { ensureBrowser } from "../../scripts/launch/browser.ts";

const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The system's Chromium, quiet. */
export const openBrowser = (): Promise<Browser> => chromium.launch({ executablePath: ensureBrowser(), args: flags });

/** A page of that width in a context of its own, with what its scripts threw. */
export const openPage = async (
  browser: Browser,
  width = 1280,
  colorScheme: "light" | "dark" = "light",
): Promise<{ readonly page: Page; readonly errors: readonly string[] }> => {
  const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  return { page, errors };
};

/** Waits for it to be visible; an Error of Playwright's, with what it found instead, when it never is. */
export const isShown = async (locator: Locator): Promise<boolean> => {
  await locator.waitFor();
  return true;
};

/** Requests to anywhere but `home` that leave the browser. What a policy blocks is at times told as a request too: it fails as "csp" and goes nowhere. */
export const leaving = (page: Page, home: string): readonly string[] => {
  const asked: string[] = [];
  const note = (request: Request): void => {
    if (/^https?:/.test(request.url()) && !request.url().startsWith(home)) asked.push(request.url());
  };
  page.on("requestfinished", note);
  page.on("requestfailed", (request) => request.failure()?.errorText === "csp" || note(request));
  return asked;
};
