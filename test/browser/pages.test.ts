import { describe, expect, it } from "vitest";
import { useFixturePages } from "./fixture-pages.ts";
import { isShown, leaving, openPage } from "./open-browser.ts";

const pages = [
  "/journeys",
  "/journeys/abandoned-cart",
  "/users",
  "/users/user-0",
  "/segments",
  "/segments/looked-at-shoes",
  "/templates",
  "/templates/order-receipt",
  "/templates/shipped",
  "/messages",
  "/messages/m0",
  "/messages/m6",
  "/messages/push",
  "/messages/whatsapp",
  "/messages/slack",
  "/messages/sms",
  "/messages/webhook",
  "/live",
  "/settings",
  "/sign-in",
];

const at = useFixturePages();

describe("every page", () => {
  it.each([
    [360, "dark"],
    [1280, "light"],
  ] as const)("fits a screen of %i px (%s), names itself and throws nothing", async (width, scheme) => {
    const { page, errors } = await openPage(at.browser, width, scheme);
    for (const path of pages) {
      await page.goto(at.server.url + path);
      expect(await isShown(page.locator("h1"))).toBe(true);
      await expect.poll(() => page.locator("[aria-busy=true]").count(), { timeout: 5000 }).toBe(0);
      expect(await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"), path).toBeLessThanOrEqual(
        0,
      );
      expect(await page.evaluate("document.documentElement.dataset.mantineColorScheme"), path).toBe(scheme);
      expect(await page.title()).toMatch(/ · Tern$/);
      expect(await page.locator("main h1").count(), path).toBe(1);
    }
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it("asks nobody but its own origin", async () => {
    const { page } = await openPage(at.browser);
    const strangers = leaving(page, at.server.url);
    for (const path of pages) {
      await page.goto(at.server.url + path);
      await page.waitForLoadState("networkidle");
    }
    expect(strangers).toEqual([]);
    await page.context().close();
  });

  it("shows the server's own words when it refuses, and tries again", async () => {
    const { page } = await openPage(at.browser);
    at.server.mood = "failing";
    await page.goto(`${at.server.url}/users`);
    const alert = page.getByRole("alert");
    await alert.waitFor();
    expect(await alert.innerText()).toContain("The shard is being moved; nothing was lost");
    at.server.mood = "full";
    await alert.getByRole("button", { name: "Try again" }).click();
    expect(await isShown(page.getByRole("link", { name: "Ada Lovelace" }).first())).toBe(true);
    await page.context().close();
  });

  it("says what would fill it when there is nothing", async () => {
    const { page } = await openPage(at.browser);
    at.server.mood = "empty";
    for (const [path, words] of [
      ["/users", "No users yet"],
      ["/journeys", "No journeys yet"],
      ["/segments", "No segments yet"],
      ["/messages", "No messages yet"],
      ["/live", "No events yet"],
    ] as const) {
      await page.goto(at.server.url + path);
      expect(await isShown(page.getByText(words))).toBe(true);
    }
    await page.context().close();
  });
});

describe("lists", () => {
  it("search after a moment, keep the search in the address, and read on along the cursor", async () => {
    const { page } = await openPage(at.browser);
    await page.goto(`${at.server.url}/users`);
    await expect.poll(() => page.locator("tbody tr[class]").count()).toBe(50);
    await page.getByRole("button", { name: "Show more" }).click();
    await expect.poll(() => page.locator("tbody tr[class]").count()).toBe(100);
    await page.getByRole("searchbox").fill("user-11");
    await expect.poll(() => page.locator("tbody tr[class]").count()).toBe(10);
    expect(page.url()).toContain("search=user-11");
    await page.context().close();
  });

  it("open a row with the keyboard alone", async () => {
    const { page } = await openPage(at.browser);
    await page.goto(`${at.server.url}/journeys`);
    await page.getByRole("link", { name: "Abandoned cart" }).focus();
    await page.keyboard.press("Enter");
    expect(await isShown(page.getByRole("heading", { name: "Abandoned cart", level: 1 }))).toBe(true);
    await page.context().close();
  });
});

describe("live events", () => {
  it("say which were refused, and why", async () => {
    const { page } = await openPage(at.browser);
    await page.goto(`${at.server.url}/live`);
    await page.getByText("event, the name of what happened, is missing").click();
    expect(await isShown(page.getByText('{"type":"track","userId":"user-0"}'))).toBe(true);
    await page.context().close();
  });
});

describe("a journey", () => {
  it("tells a screen reader each step and the ways on", async () => {
    const { page } = await openPage(at.browser);
    await page.goto(`${at.server.url}/journeys/abandoned-cart`);
    expect(
      await isShown(
        page.getByRole("listitem", { name: /^Which, 3 ways on, Paying customers: Vip, country is “DE”: Sms, otherwise: Nudge$/ }),
      ),
    ).toBe(true);
    expect(await page.getByRole("listitem", { name: /^Remind/ }).innerText()).toMatch(/6,870\s*sent\s*121\s*skipped\s*10\s*failed/);
    await page.context().close();
  });

  it("is stopped only after a question", async () => {
    const { page } = await openPage(at.browser);
    await page.goto(`${at.server.url}/journeys/abandoned-cart`);
    await page.getByRole("button", { name: "Stop" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("This cannot be undone").waitFor();
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await dialog.waitFor({ state: "hidden" });
    expect(at.server.posts).toEqual([]);
    await page.getByRole("button", { name: "Pause" }).click();
    await dialog.getByRole("button", { name: "Pause" }).click();
    await expect.poll(() => at.server.posts).toEqual([{ path: "/journeys/abandoned-cart/pause", body: "{}" }]);
    await page.context().close();
  });
});

describe("a push message", () => {
  it("leads nowhere and loads no picture before it is asked for", async () => {
    const { page } = await openPage(at.browser);
    const asked: string[] = [];
    // The network stays closed: that it was asked is enough.
    await page.route("https://tracker.example.com/**", (route) => {
      asked.push(`${route.request().url()} ${route.request().headers()["referer"] ?? "-"}`);
      return route.abort();
    });
    await page.goto(`${at.server.url}/messages/push`);
    expect(await isShown(page.getByText("Your parcel is on its way, Ada"))).toBe(true);
    expect(await isShown(page.getByText("javascript:window.top.hacked=true"))).toBe(true);
    expect(await page.locator("main a[href^=javascript]").count()).toBe(0);
    expect(asked).toEqual([]);
    await page.getByRole("switch", { name: "Load the picture" }).check({ force: true });
    await expect.poll(() => asked).toEqual(["https://tracker.example.com/parcel.png -"]);
    await page.context().close();
  });
});
