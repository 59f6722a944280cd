import { mkdirSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTern, type Tern, waitFor } from "../harness.ts";
import { openBrowser } from "./open-browser.ts";

let tern: Tern;
let browser: Browser;
let html: string;

interface Sent {
  readonly items: readonly { readonly content: { readonly html: string } | null }[];
}

const linkOf = (kind: string): string => new RegExp(`http://127\\.0\\.0\\.1:\\d+/l/${kind}/[\\w.-]+`).exec(html)?.[0] ?? "";

beforeAll(async () => {
  [tern, browser] = await Promise.all([startTern(), openBrowser()]);
  await tern.api("PATCH", "/api/workspace", { name: "Harbour Books", links: { page: { color: "#0a7d55" } } });
  await tern.api("PUT", "/api/topics/news", {
    name: "New books every week",
    description: "On Fridays.",
    channels: ["email", "sms"],
    default: "opted-in",
  });
  await tern.api("PUT", "/api/topics/offers", { name: "Offers", channels: ["email"], default: "opted-out" });
  await tern.api("PUT", "/api/topics/vip-club", {
    name: "The " + "Donaudampfschifffahrtsgesellschaftskapitänsmützen".repeat(3) + " club",
    description: "<script>document.title = 'owned'</script>",
    channels: ["email", "sms", "push", "whatsapp"],
    default: "opted-out",
    doubleOptIn: true,
  });
  const body =
    '<p><a href="{{ unsubscribe_url }}">stop</a> <a href="{{ preferences_url }}">what</a> <a href="{{ view_in_browser_url }}">view</a></p>';
  await tern.api("PUT", "/api/templates/news", {
    channel: "email",
    name: "News",
    defaultLocale: "en",
    locales: { en: { subject: "News", html: body } },
  });
  await tern.api("PUT", "/api/journeys/news", {
    name: "News",
    trigger: { type: "event", event: "Signed Up" },
    frequency: { type: "once" },
    start: "mail",
    steps: { mail: { type: "send", channel: "email", template: "news", topic: "news" } },
  });
  await tern.api("POST", "/api/journeys/news/publish", { inFlight: "stay" });
  await tern.track("batch", {
    batch: [
      { type: "identify", userId: "ada", traits: { email: "ada@example.com" } },
      { type: "track", userId: "ada", event: "Signed Up" },
    ],
  });
  html = await waitFor(async () => {
    const { items } = (await tern.api("GET", "/api/messages?status=sent")) as Sent; // the API's contract, tested there
    return items[0]?.content?.html;
  }, 20_000);
}, 240_000);

afterAll(async () => {
  await browser?.close();
  await tern?.stop();
});

/** Where TERN_SHOTS names a folder, pictures of the pages are left there to be looked at. */
const shoot = async (page: Page, name: string): Promise<void> => {
  const folder = process.env["TERN_SHOTS"];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
};

/** A page without scripts: what it may do has to work so. `said` are complaints of the browser, of the policy above all. */
const open = async (width: number, colorScheme: "light" | "dark") => {
  const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme, javaScriptEnabled: false });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const said: string[] = [];
  page.on("console", (message) => said.push(message.text()));
  return { page, said };
};

/** Presses a button and waits for the page that answers: the one before may look the same. */
const submit = async (page: Page, press: () => Promise<void>): Promise<void> => {
  await Promise.all([page.waitForEvent("domcontentloaded"), press()]);
};

const shapes = [
  [320, "light"],
  [320, "dark"],
  [640, "light"],
  [640, "dark"],
  [1280, "light"],
  [1280, "dark"],
] as const;

describe("pages of links", () => {
  it.each(shapes)("at %i px, %s: landmarks, labels, room for fingers, nothing beside the screen", async (width, scheme) => {
    const { page, said } = await open(width, scheme);
    for (const kind of ["u", "p"]) {
      await page.goto(linkOf(kind));
      await shoot(page, `${kind}-${width}-${scheme}`);
      expect(await page.locator("html").getAttribute("lang")).toBe("en-US");
      expect(await page.getByRole("main").count()).toBe(1);
      expect(await page.getByRole("heading", { level: 1 }).count()).toBe(1);
      const boxes = page.getByRole("checkbox");
      for (const box of await boxes.all()) {
        expect(await box.locator("xpath=ancestor::label").innerText()).not.toBe("");
        expect(await box.locator("xpath=ancestor::fieldset/legend").innerText()).not.toBe("");
      }
      for (const target of [...(await page.getByRole("button").all()), ...(await page.locator("label").all())])
        expect((await target.boundingBox())?.height).toBeGreaterThanOrEqual(44);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
      expect(await page.evaluate("getComputedStyle(document.body).backgroundColor")).toBe(
        scheme === "light" ? "rgb(243, 244, 246)" : "rgb(17, 19, 21)",
      );
    }
    expect(said).toEqual([]);
    await page.context().close();
  });

  it("by keyboard and without scripts: switch something, save it, see it; everything off; the mail in the browser", async () => {
    const { page, said } = await open(360, "light");
    await page.goto(linkOf("p"));
    const news = page.getByRole("group", { name: "New books every week" });
    await page.keyboard.press("Tab");
    await page.keyboard.press("Space");
    expect(await news.getByLabel("Email").isChecked()).toBe(false);
    await submit(page, () => page.getByRole("button", { name: "Save" }).press("Enter"));
    expect(await page.getByRole("status").innerText()).toBe("Your choice is saved.");
    expect(await news.getByLabel("Email").isChecked()).toBe(false);
    expect(await news.getByLabel("Text message").isChecked()).toBe(true);
    await shoot(page, "p-saved");
    await submit(page, () => page.getByRole("button", { name: "Unsubscribe from everything" }).click());
    for (const box of await page.getByRole("checkbox").all()) expect(await box.isChecked()).toBe(false);
    await page.goto(linkOf("u"));
    await submit(page, () => page.getByRole("button", { name: "Yes, unsubscribe" }).click());
    expect(await page.getByRole("status").innerText()).toBe("You will no longer receive “New books every week”.");
    await shoot(page, "u-done");
    await submit(page, () => page.getByRole("link", { name: "What you receive" }).click());
    expect(await page.getByRole("heading", { level: 1 }).innerText()).toBe("What you receive");
    // A topic that has to be confirmed says so, and is off until it is.
    await page.goto(linkOf("p"));
    await page.getByRole("group", { name: "club" }).getByLabel("Email").check();
    await submit(page, () => page.getByRole("button", { name: "Save" }).click());
    expect(await page.getByRole("status").innerText()).toContain("please confirm there");
    expect(await page.evaluate("document.activeElement.getAttribute('role')")).toBe("status");
    const club = page.getByRole("group", { name: "club" }).getByLabel("Email (still to be confirmed)");
    expect(await club.isChecked()).toBe(false);
    await shoot(page, "p-pending");
    await page.goto(`${new URL(linkOf("u")).origin}/l/u/none`);
    await shoot(page, "not-found");
    expect(await page.getByRole("heading", { level: 1 }).innerText()).toBe("This link is not valid.");
    said.length = 0; // that the page was not found
    await page.goto(linkOf("v"));
    expect(await page.getByRole("link", { name: "stop" }).count()).toBe(1);
    expect(said).toEqual([]);
  });

  it("a confirmation is asked for, and taken by its button alone", async () => {
    const mail = await waitFor(async () => {
      const { items } = (await tern.api("GET", "/api/messages?status=sent")) as Sent; // the API's contract, tested there
      return items.flatMap(({ content }) => /http:[^"]+\/l\/k\/[\w.-]+/.exec(content?.html ?? "")?.[0] ?? [])[0];
    }, 20_000);
    const { page, said } = await open(320, "dark");
    await page.goto(mail);
    await page.goto(mail);
    await shoot(page, "k");
    await submit(page, () => page.getByRole("button", { name: "Yes, I want to receive it" }).click());
    expect(await page.getByRole("status").innerText()).toContain("Thank you.");
    await shoot(page, "k-done");
    await page.goto(linkOf("p"));
    expect(await page.getByRole("group", { name: "club" }).getByLabel("Email").isChecked()).toBe(true);
    expect(said).toEqual([]);
    await page.context().close();
  });

  it("in a language from right to left, by the workspace's own words: everything the other way round", async () => {
    const texts = {
      ar: {
        preferences: "ما يصلك",
        intro: "اختر ما تريد أن يصلك.",
        save: "حفظ",
        saved: "تم حفظ اختيارك.",
        everything: "إلغاء الاشتراك من كل شيء",
      },
    };
    await tern.api("PATCH", "/api/workspace", { links: { page: { color: "#ffd54a", texts } } });
    await tern.track("identify", { userId: "ada", traits: { locale: "ar" } });
    const { page, said } = await open(320, "dark");
    await waitFor(async () => {
      await page.goto(linkOf("p"));
      return (await page.locator("html").getAttribute("dir")) === "rtl" ? true : undefined;
    }, 15_000);
    const box = await page.getByRole("checkbox").first().boundingBox();
    expect(box?.x).toBeGreaterThan(160);
    await submit(page, () => page.getByRole("button", { name: "حفظ" }).click());
    await shoot(page, "p-rtl");
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(320);
    expect(said).toEqual([]);
    await page.context().close();
  });
});
