import type { Page } from "playwright-core";
import { beforeEach, describe, expect, it } from "vitest";
import { useFixturePages } from "./fixture-pages.ts";
import { isShown, openPage } from "./open-browser.ts";

const at = useFixturePages();
let page: Page;
let errors: readonly string[];
beforeEach(async () => {
  await page?.context().close();
  ({ page, errors } = await openPage(at.browser, 1280));
});

const mail = () => page.frameLocator("iframe[title='Message body']");
const open = async (key: string): Promise<void> => {
  await page.goto(`${at.server.url}/templates/${key}`);
};
const previewed = () => at.server.posts.filter(({ path }) => path.endsWith("/preview")).map(({ body }): unknown => JSON.parse(body));

describe("templates", () => {
  it("are listed with what they are for, and open from the list", async () => {
    await page.goto(`${at.server.url}/templates`);
    const table = page.getByRole("table", { name: "Templates" });
    expect(await isShown(table.getByText("Email layout", { exact: true }).last())).toBe(true);
    expect(await isShown(table.getByText("en, de"))).toBe(true);
    await table.getByRole("link", { name: "Order receipt" }).click();
    expect(await isShown(page.getByRole("heading", { name: "Order receipt", level: 1 }))).toBe(true);
  });

  it("are shown as they would be sent, without running their scripts, light and dark whatever the device is", async () => {
    await open("order-receipt");
    expect(await isShown(mail().getByRole("heading", { name: "Thank you" }))).toBe(true);
    expect(await page.evaluate("window.hacked")).toBeUndefined();
    const colour = () =>
      mail()
        .locator(".page")
        .evaluate((element) => element.ownerDocument.defaultView?.getComputedStyle(element).backgroundColor);
    expect(await colour()).toBe("rgb(244, 244, 245)");
    await page.getByText("Dark", { exact: true }).click();
    await expect.poll(colour).toBe("rgb(15, 15, 18)");
    await page.getByText("Phone", { exact: true }).click();
    await expect.poll(async () => (await page.locator("iframe[title='Message body']").boundingBox())?.width).toBeLessThanOrEqual(375);
    expect(errors).toEqual([]);
  });

  it("say what keeps them from being sent and what should be changed, with the place", async () => {
    await open("order-receipt");
    const findings = page.getByRole("region", { name: "Findings" });
    expect(await isShown(findings.getByText("missing variable user.firstName in html, line 1"))).toBe(true);
    expect(await isShown(findings.getByText("line 3: a link is not encrypted (http): http://shop.example"))).toBe(true);
    expect(await isShown(findings.getByText("locales.de.html"))).toBe(true);
  });

  it("are shown for a user, in a language, with data that fits what they declare", async () => {
    await open("order-receipt");
    await mail().getByRole("heading", { name: "Thank you" }).waitFor();
    expect(previewed().at(-1)).toEqual({ data: { order: "order", total: 1 } });
    await page.getByRole("combobox", { name: "Language" }).selectOption("de");
    expect(await isShown(mail().getByRole("heading", { name: "Danke" }))).toBe(true);
    await page.getByPlaceholder("Nobody in particular").fill("user-0");
    expect(await isShown(mail().getByRole("heading", { name: "Danke, Ada" }))).toBe(true);
    expect(previewed().at(-1)).toMatchObject({ user: { id: "user-0" }, locale: "de" });
    await page.getByRole("textbox", { name: "Data" }).fill("{");
    expect(await isShown(page.getByText("This is not JSON"))).toBe(true);
    await page.getByPlaceholder("Nobody in particular").fill("nobody");
    await page.getByRole("textbox", { name: "Data" }).fill("");
    expect(await isShown(page.getByRole("alert").getByText("There is no such user"))).toBe(true);
  });

  it("of a text say in how many segments it travels", async () => {
    await open("shipped");
    expect(await isShown(page.getByText("1 segment (UCS-2)"))).toBe(true);
  });

  it("can be copied as JSON that can be put again", async () => {
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"], { origin: at.server.url });
    await open("order-receipt");
    await page.getByRole("button", { name: "Copy" }).click();
    expect(await isShown(page.getByRole("button", { name: "Copied" }))).toBe(true);
    const copied = JSON.parse(await page.evaluate<string>("navigator.clipboard.readText()")) as Record<string, unknown>; // what the page copied
    expect(copied).toMatchObject({ key: "order-receipt", defaultLocale: "en" });
    expect(copied["updatedAt"]).toBeUndefined();
  });

  it("that are not there are said to be so", async () => {
    await open("nope");
    expect(await isShown(page.getByRole("alert").getByText(/nothing at/))).toBe(true);
  });
});
