import { describe, expect, it } from "vitest";
import { useFixturePages } from "./fixture-pages.ts";
import { isShown, leaving, openPage } from "./open-browser.ts";

const at = useFixturePages();

describe("the list of messages", () => {
  it("is narrowed to any channel and any status there is", async () => {
    const { page } = await openPage(at.browser);
    await page.goto(`${at.server.url}/messages`);
    await page.getByRole("table", { name: "Messages" }).waitFor();
    const options = async (label: string) => (await page.getByLabel(label).locator("option").allInnerTexts()).map((text) => text.trim());
    expect(await options("Channel")).toEqual(["Any channel", "Email", "SMS", "Push", "WhatsApp", "Slack", "Webhook"]);
    expect(await options("Status")).toEqual(expect.arrayContaining(["Dead letters", "Opened", "Complained", "Unsubscribed"]));
    await page.getByLabel("Status").selectOption("unsubscribed");
    await expect.poll(() => page.locator("tbody tr[class]").count()).toBe(6);
    expect(page.url()).toContain("status=unsubscribed");
    await page.context().close();
  });

  it.each([375, 1280])("cuts no status off at %i px", async (width) => {
    const { page } = await openPage(at.browser, width);
    await page.goto(`${at.server.url}/messages?status=unsubscribed`);
    const badge = page.locator("tbody [data-tone]").first();
    await badge.waitFor();
    expect(
      await badge.evaluate(
        (element) => element.getBoundingClientRect().right <= (element.closest("td")?.getBoundingClientRect().right ?? 0),
      ),
    ).toBe(true);
    await page.context().close();
  });
});

describe("a message", () => {
  it("shows how often it was opened and each link followed, machines apart", async () => {
    const { page } = await openPage(at.browser);
    await page.goto(`${at.server.url}/messages/m0`);
    const panel = page.getByRole("region", { name: "Opens and clicks" });
    expect(await panel.innerText()).toMatch(/Opened\s*2, and 1 by machines/);
    expect(await panel.getByRole("listitem").innerText()).toMatch(/shop\.example\.com\/cart\s*1, and 4 by machines/);
    await page.context().close();
  });

  it("of a call tells its life: who sent it, each attempt with its provider, why it waited, what its end means", async () => {
    const { page } = await openPage(at.browser);
    await page.goto(`${at.server.url}/messages/m6`);
    expect(await isShown(page.getByRole("heading", { name: "SMS without a template", level: 1 }))).toBe(true);
    expect(await isShown(page.getByText("The provider gave no clear answer, so the message may have arrived"))).toBe(true);
    expect(await page.getByRole("region", { name: "Details" }).innerText()).toMatch(/Sent by\s*A call of the API\s*Kind\s*Transactional/);
    const life = await page.getByRole("region", { name: "What happened" }).getByRole("listitem").allInnerTexts();
    expect(life.map((line) => line.split("\n")[0])).toEqual([
      "Queued",
      "Claimed by texts-first",
      "Held",
      "Claimed by texts, attempt 2",
      "Uncertain by texts, attempt 2",
    ]);
    expect(life[2]).toMatch(/refused: 429; tried again/);
    await page.context().close();
  });

  it("that was given up is sent again only after a question, which says when its user may have it", async () => {
    const { page } = await openPage(at.browser);
    await page.goto(`${at.server.url}/messages/m6`);
    await page.getByRole("button", { name: "Replay" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("the user gets the message twice").waitFor();
    expect(at.server.posts).toEqual([]);
    await dialog.getByRole("button", { name: "Send even so" }).click();
    await expect.poll(() => at.server.posts).toEqual([{ path: "/messages/m6/replay", body: '{"evenIfSent":true}' }]);
    await page.goto(`${at.server.url}/messages/m0`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    expect(await page.getByRole("button", { name: "Replay" }).count()).toBe(0);
    await page.context().close();
  });
});

describe("what waits for an operator", () => {
  it("is named with its reason above every page; a paused provider is resumed there", async () => {
    const { page } = await openPage(at.browser, 375, "dark");
    at.server.mood = "alarmed";
    for (const path of ["/journeys", "/messages/m0"]) {
      await page.goto(at.server.url + path);
      const banner = page.getByRole("alert").filter({ hasText: "Nothing is sent by “texts”" });
      expect(await banner.innerText()).toContain("401 invalid_api_key: the key is not known");
      const stream = page.getByRole("alert").filter({ hasText: "The endpoint of the stream “warehouse” fails" });
      expect(await stream.innerText()).toContain("812 items wait");
      expect(await stream.getByRole("button").count()).toBe(0);
    }
    await page.getByRole("button", { name: "Resume" }).click();
    await expect.poll(() => at.server.posts).toEqual([{ path: "/providers/texts/resume", body: "" }]);
    at.server.mood = "full";
    await page.goto(`${at.server.url}/settings`);
    expect(await page.getByRole("row", { name: /texts/ }).innerText()).toContain("Paused");
    await page.setViewportSize({ width: 1280, height: 800 });
    expect(await isShown(page.getByRole("row", { name: /mail Resend .*\/hooks\/demo\/mail/ }))).toBe(true);
    expect(await page.getByRole("row", { name: /kept Outbox/ }).innerText()).not.toContain("/hooks/");
    expect(await page.getByText("Nothing is sent by").count()).toBe(0);
    await page.context().close();
  });
});

describe("a user's consent", () => {
  it("is told in words: topic, channel, what was said, which address gets nothing", async () => {
    const { page } = await openPage(at.browser);
    await page.goto(`${at.server.url}/users/user-0`);
    const consent = await page.getByRole("region", { name: "Consent" }).innerText();
    expect(consent.split(/\s*\n\s*/)).toEqual([
      "Consent",
      "offers",
      "Opted in",
      "offers, SMS",
      "Opted out",
      "Push",
      "Opted out",
      "Suppressed: Email, old@example.com",
      "bounced: no such mailbox",
    ]);
    await page.context().close();
  });
});

describe("the preview of a mail", () => {
  it("runs nothing, goes nowhere, submits nothing and loads no picture, whatever the mail holds", async () => {
    const { page, errors } = await openPage(at.browser);
    const strangers = leaving(page, at.server.url);
    await page.goto(`${at.server.url}/messages/m0`);
    const frame = page.frameLocator("iframe[title='Message body']");
    expect(await isShown(frame.getByRole("heading", { name: "You left something" }))).toBe(true);
    await frame.getByRole("link", { name: "Back to the cart" }).click();
    await frame.getByRole("button", { name: "Send" }).click();
    await page.waitForLoadState("networkidle");
    expect(await page.evaluate("window.hacked")).toBeUndefined();
    expect(await page.title()).toBe("You left something in your cart · Tern");
    expect(page.url()).toBe(`${at.server.url}/messages/m0`);
    expect(await frame.locator("body").getAttribute("data-ran")).toBeNull();
    expect(strangers).toEqual([]);
    expect(page.context().pages()).toHaveLength(1);
    expect(await page.locator("iframe").getAttribute("sandbox")).toBe("");
    expect(errors).toEqual([]);
    // One that does leave is seen.
    await page.evaluate("new Image().src = 'https://tracker.example.com/control.png'");
    await expect.poll(() => strangers, { timeout: 8000 }).toEqual(["https://tracker.example.com/control.png"]);
    await page.context().close();
  });

  it("shows the plain text and the source as text", async () => {
    const { page } = await openPage(at.browser);
    await page.goto(`${at.server.url}/messages/m0`);
    await page.getByRole("tab", { name: "Plain text" }).click();
    expect(await isShown(page.getByText("Hello Ada, your Trail shoe still waits."))).toBe(true);
    await page.getByRole("tab", { name: "Source" }).click();
    expect(await isShown(page.getByText("<script>parent.document.title"))).toBe(true);
    expect(await page.evaluate("window.hacked")).toBeUndefined();
    await page.context().close();
  });
});
