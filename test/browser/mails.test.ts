import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inRoot } from "../../scripts/launch/paths.ts";
import type { RenderScope } from "../../src/domain/message/message.ts";
import { adviseMail } from "../../src/domain/template/advise.ts";
import { renderTemplate } from "../../src/domain/template/render.ts";
import { blockTypes } from "../../src/domain/template/blocks/block.ts";
import { templateSchema, type TemplateDefinition } from "../../src/domain/template/template.ts";
import { completeTemplate } from "../../src/mjml/complete-template.ts";
import { everyBlock, rightToLeft } from "./every-block.ts";
import { openBrowser, openPage } from "./open-browser.ts";

const folder = inRoot("examples/shop/templates");
const image = `data:image/svg+xml,${encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" width="144" height="144"/>')}`;
/** Hard to lay out: a name without a space, an amount, an image. */
const longName = "Averyveryverylongproductnamewithoutanyspacewhatsoeverinit";
const scope: RenderScope = {
  user: { firstName: longName, timezone: "Europe/Berlin" },
  trigger: { properties: { name: longName, price: 129.5 } },
  variables: {},
  digest: { events: [], count: 0 },
  run: {},
  message: {},
  workspace: { name: "Shop", timezone: "UTC" },
  data: {
    order: "A-1001",
    placedAt: "2026-03-05T09:30:00Z",
    total: 12_345.6,
    items: [
      { name: longName, note: "1 litre", image, price: 12_345.6 },
      { name: "Tea", image, price: 5 },
    ],
  },
  links: { unsubscribe_url: "https://t.example/u", preferences_url: "https://t.example/p", view_in_browser_url: "https://t.example/v" },
};

const mails = [
  ...readdirSync(folder).map((name): unknown => JSON.parse(readFileSync(path.join(folder, name), "utf8"))),
  everyBlock,
  rightToLeft,
].map((mail) => templateSchema.parse(mail));
const cases = mails
  .filter(({ kind }) => kind === undefined)
  .flatMap(({ key, locales }) => Object.keys(locales).flatMap((locale) => ([320, 640] as const).map((width) => ({ key, locale, width }))));

const pieces = new Map<string, TemplateDefinition>();
let browser: Browser;

const htmlOf = (key: string, locale?: string): string => {
  const template = pieces.get(key);
  if (template === undefined) throw new Error(`expected the template ${key}`);
  const rendering = renderTemplate(template, locale, scope, { now: 0, pieces });
  if (!rendering.ok || rendering.content.channel !== "email") throw new Error(rendering.ok ? "expected an email" : rendering.reason);
  return rendering.content.html;
};

/** What the page's own colours come to: luminance of the background behind its middle, and of its largest text. */
const looks = `(() => {
  const light = (colour) => { const [r, g, b] = colour.match(/[\\d.]+/g).map(Number); return (r * 0.2126 + g * 0.7152 + b * 0.0722) / 255; };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) { const colour = getComputedStyle(at).backgroundColor; if (!/, 0\\)$/.test(colour)) return light(colour); }
    return 1;
  };
  const texts = [...document.querySelectorAll("p, h1, h2, h3, li, td, td div, a, span, strong, em")].filter((element) => element.offsetHeight > 0 && [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== ""));
  return {
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    page: light(getComputedStyle(document.body).backgroundColor),
    faint: texts.filter((element) => Math.abs(light(getComputedStyle(element).color) - behind(element)) < 0.25).map((element) => element.textContent.trim().slice(0, 60)),
  };
})()`;

interface Looks {
  readonly overflow: number;
  readonly page: number;
  readonly faint: readonly string[];
}

describe("mails, in a browser", () => {
  beforeAll(async () => {
    browser = await openBrowser();
    for (const mail of mails) {
      const completion = await completeTemplate(mail);
      if (!completion.ok) throw new Error(JSON.stringify(completion.problems));
      pieces.set(mail.key, completion.template);
    }
  });
  afterAll(() => browser.close());

  it.each(cases)("$key ($locale) fits into $width pixels and is readable, light and dark", async ({ key, locale, width }) => {
    for (const scheme of ["light", "dark"] as const) {
      const { page } = await openPage(browser, width, scheme);
      await page.setContent(htmlOf(key, locale));
      const found = (await page.evaluate(looks)) as Looks; // what the expression above makes
      await page.context().close();
      expect(found.overflow).toBe(0);
      expect(found.faint).toEqual([]);
      if (scheme === "light") expect(found.page).toBeGreaterThan(0.8);
      else expect(found.page).toBeLessThan(0.2);
    }
  });

  it.each(mails.filter(({ kind }) => kind === undefined).map(({ key }) => key))("%s has nothing that should be changed in it", (key) => {
    expect(adviseMail({ subject: "s", html: htmlOf(key) })).toEqual([]);
  });

  it("one of them has every kind of block that a mail may have", () => {
    const used = new Set(JSON.stringify(everyBlock).match(/(?<="type":")[a-z]+/g));
    expect(blockTypes().filter((type) => !used.has(type))).toEqual(["content"]);
  });

  it("is set from right to left where its language is", async () => {
    const { page } = await openPage(browser, 640);
    await page.setContent(htmlOf("right-to-left"));
    const middle = 320;
    const left = async (text: string): Promise<number> => (await page.getByText(text, { exact: true }).first().boundingBox())?.x ?? 0;
    const heading = await page.locator("h1").evaluate((element) => {
      const range = element.ownerDocument.createRange();
      range.selectNodeContents(element);
      return range.getBoundingClientRect().right;
    });
    expect(heading).toBeGreaterThan(middle + 200);
    // The first of two columns is the right one.
    expect(await left("أحذية")).toBeGreaterThan(await left("معاطف"));
    expect(await left("Tea")).toBeGreaterThan(middle - 100);
    await page.context().close();
  });

  it("shows its preheader to nobody who has opened it", async () => {
    const { page } = await openPage(browser, 640);
    await page.setContent(htmlOf("welcome", "en"));
    expect(await page.getByText("Your account is ready", { exact: true }).isVisible()).toBe(false);
    await page.context().close();
  });

  it("stands columns below one another on phones, at the edges of all else", async () => {
    const { page } = await openPage(browser, 320);
    await page.setContent(htmlOf("every-block"));
    const box = async (alt: string) => (await page.getByAltText(alt, { exact: true }).boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    const [boots, coats, hero] = [await box("Boots"), await box("Coats"), await box("Autumn")];
    expect(coats.y).toBeGreaterThan(boots.y + boots.height);
    expect([boots.x, boots.width, coats.x, coats.width]).toEqual([24, 272, 24, 272]);
    expect([hero.x, hero.width]).toEqual([0, 320]);
    await page.context().close();
  });
});
