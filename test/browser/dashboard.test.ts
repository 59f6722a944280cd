import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildDashboard, type Dashboard, serveDashboard } from "../../scripts/launch/dashboard.ts";
import { freePort } from "../../scripts/launch/ports.ts";
import { startTern, type Tern, waitFor } from "../harness.ts";
import { startSink } from "../sink.ts";
import { isShown, openBrowser, openPage } from "./open-browser.ts";

const html = `<h1>Welcome, {{ user.firstName }}</h1><p>Good that you are here.</p><script>window.top.hacked = true; document.body.dataset.ran = "yes";</script><img src="x" onerror="window.top.hacked = true">`;

const definitions = {
  "/api/segments/newcomers": { key: "newcomers", name: "Newcomers", kind: "dynamic", condition: { type: "event", event: "Signed Up" } },
  "/api/templates/hello": {
    key: "hello",
    channel: "email",
    name: "Hello",
    defaultLocale: "en",
    locales: { en: { subject: "Welcome, {{ user.firstName }}", html, from: "shop@example.com" } },
  },
  "/api/journeys/hello": {
    key: "hello",
    name: "Say hello",
    trigger: { type: "event", event: "Signed Up" },
    frequency: { type: "once" },
    exit: { type: "event", event: "Left" },
    start: "greet",
    steps: {
      greet: { type: "send", channel: "email", template: "hello", next: "pause" },
      pause: { type: "wait", for: "P1D", next: "done" },
      done: { type: "exit" },
    },
  },
};

let tern: Tern;
let dashboard: Dashboard;
let browser: Browser;
let page: Page;
let errors: readonly string[];

const install = async (): Promise<void> => {
  for (const [path, body] of Object.entries(definitions)) await tern.api("PUT", path, body);
  await tern.api("POST", "/api/journeys/hello/publish", { inFlight: "stay" });
  const { status } = await tern.track("batch", {
    batch: [
      { type: "identify", userId: "ada", traits: { firstName: "Ada", name: "Ada Lovelace", email: "ada@example.com" } },
      { type: "track", userId: "ada", event: "Signed Up", properties: { plan: "pro" } },
    ],
  });
  expect(status).toBe(200);
  await waitFor(async () => {
    const { items } = (await tern.api("GET", "/api/messages?status=sent")) as { items: unknown[] }; // the API's contract, tested there
    return items.length === 1;
  }, 20_000);
};

describe("the dashboard on a real instance", () => {
  beforeAll(async () => {
    const port = await freePort();
    [tern, browser] = await Promise.all([startTern({ env: { DASHBOARD_PORT: String(port) } }), openBrowser(), buildDashboard()]);
    [dashboard] = await Promise.all([serveDashboard({ port, apiUrl: tern.url, state: tern.state }), install()]);
    ({ page, errors } = await openPage(browser));
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await dashboard?.stop();
    await tern?.stop();
  });

  it("asks who one is, refuses a wrong password, and goes on to the page that was asked for", async () => {
    await page.goto(`${dashboard.url}/users`);
    await page.getByLabel("E-mail").fill(tern.operator.email);
    await page.getByLabel("Password", { exact: true }).fill("not the password");
    await page.getByRole("button", { name: "Sign in" }).click();
    expect(await isShown(page.getByText("do not match an account"))).toBe(true);
    await page.getByLabel("Password", { exact: true }).fill(tern.operator.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    expect(await isShown(page.getByRole("heading", { name: "Users", level: 1 }))).toBe(true);
    expect(new URL(page.url()).pathname).toBe("/users");
  });

  it("shows a user: profile, segment, live run, and the timeline with reasons", async () => {
    await page.getByRole("link", { name: "Ada Lovelace" }).click();
    expect(await isShown(page.getByRole("heading", { name: "Ada Lovelace", level: 1 }))).toBe(true);
    expect(await isShown(page.getByRole("link", { name: "newcomers" }))).toBe(true);
    expect(await isShown(page.getByRole("region", { name: "Live runs" }).getByText(/hello at pause/))).toBe(true);
    const timeline = page.getByRole("tabpanel");
    expect(await isShown(timeline.getByText("Entered journey “hello”"))).toBe(true);
    expect(await isShown(timeline.getByText("Entered segment “newcomers”"))).toBe(true);
    expect(await isShown(timeline.getByText(/^because /).first())).toBe(true);
    expect(await isShown(timeline.getByText("Signed Up", { exact: true }))).toBe(true);
  });

  it("finds the user by the beginning of the e-mail address", async () => {
    await page.goto(`${dashboard.url}/users`);
    await page.getByRole("searchbox").fill("ada@");
    expect(await isShown(page.getByRole("link", { name: "Ada Lovelace" }))).toBe(true);
    await page.getByRole("searchbox").fill("nobody");
    expect(await isShown(page.getByText("Nobody found for “nobody”"))).toBe(true);
  });

  it("shows the journey with the counts of its steps", async () => {
    await page.getByRole("link", { name: "Journeys", exact: true }).click();
    await page.getByRole("link", { name: "Say hello" }).click();
    await expect.poll(() => page.getByRole("listitem", { name: /^Greet/ }).innerText(), { timeout: 10_000 }).toMatch(/1\s*sent/);
    await expect
      .poll(() => page.getByRole("listitem", { name: /^Pause/ }).innerText(), { timeout: 10_000 })
      .toMatch(/1 here[\s\S]*1\s*entered/);
  });

  it("pauses and resumes the journey", async () => {
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Pause" }).click();
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Resume" }).click();
    expect(await isShown(page.getByRole("button", { name: "Pause" }))).toBe(true);
  });

  it("shows the members of a segment", async () => {
    await page.getByRole("link", { name: "Segments", exact: true }).click();
    await page.getByRole("link", { name: "Newcomers" }).click();
    expect(await isShown(page.getByRole("table", { name: "Members" }).getByRole("link", { name: "Ada Lovelace" }))).toBe(true);
  });

  it("opens a message without running its script", async () => {
    await page.getByRole("link", { name: "Messages", exact: true }).click();
    await page.getByRole("link", { name: "Welcome, Ada" }).click();
    const frame = page.frameLocator("iframe[title='Message body']");
    expect(await isShown(frame.getByRole("heading", { name: "Welcome, Ada" }))).toBe(true);
    expect(await page.evaluate("window.hacked")).toBeUndefined();
    expect(await frame.locator("body").getAttribute("data-ran")).toBeNull();
    await page.getByRole("tab", { name: "Plain text" }).click();
    expect(await isShown(page.getByText("Good that you are here."))).toBe(true);
  });

  it("finds a dead letter, says why, and sends it again", async () => {
    let status = 400;
    const sink = await startSink(() => ({ status, body: JSON.stringify(status === 200 ? { id: "x" } : { message: "no such thing" }) }));
    const settings = { apiKey: "re_1", from: "shop@example.com" };
    await tern.api("PUT", "/api/providers/mail", { channel: "email", type: "resend", settings, baseUrl: sink.url });
    const content = { subject: "A receipt", html: "<p>Thank you</p>" };
    const call = { user: { id: "ada" }, channel: "email", provider: "mail", content, to: "ada@example.com" };
    const { id } = (await tern.api("POST", "/api/messages", call)) as { id: string }; // the API's contract, tested there
    await waitFor(async () => ((await tern.api("GET", `/api/messages/${id}`)) as { status: string }).status === "failed"); // the same
    await page.goto(`${dashboard.url}/messages?status=dead`);
    await page.getByRole("link", { name: "A receipt" }).click();
    expect(await isShown(page.getByText(/^400 .*no such thing/).first())).toBe(true);
    expect(await page.getByRole("region", { name: "Details" }).innerText()).toMatch(/Sent by\s*A call of the API/);
    status = 200;
    await page.getByRole("button", { name: "Replay" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Send again" }).click();
    expect(await isShown(page.getByText(/^Sent by mail, attempt \d$/))).toBe(true);
    expect(await page.getByRole("button", { name: "Replay" }).count()).toBe(0);
    expect(sink.calls.map(({ headers }) => headers["idempotency-key"])).toEqual([id, id]);
    await sink.close();
  });

  it("shows a template as it would be sent to a user, and what keeps it from being sent to nobody", async () => {
    await page.getByRole("link", { name: "Templates", exact: true }).click();
    await page.getByRole("link", { name: "Hello" }).click();
    const findings = page.getByRole("region", { name: "Findings" });
    expect(await isShown(findings.getByText("missing variable user.firstName in subject, line 1"))).toBe(true);
    expect(await isShown(findings.getByText(/has no unsubscribe_url/))).toBe(true);
    await page.getByPlaceholder("Nobody in particular").fill("ada");
    const frame = page.frameLocator("iframe[title='Message body']");
    expect(await isShown(frame.getByRole("heading", { name: "Welcome, Ada" }))).toBe(true);
    expect(await page.evaluate("window.hacked")).toBeUndefined();
  });

  it("shows an event seconds after it was sent", async () => {
    await page.getByRole("link", { name: "Live events" }).click();
    expect(await isShown(page.getByText("Signed Up").first())).toBe(true);
    await tern.track("track", { userId: "ada", event: "Rang The Bell" });
    expect(await isShown(page.getByText("Rang The Bell", { exact: true }))).toBe(true);
  });

  it("shows the keys by their beginnings only", async () => {
    await page.getByRole("link", { name: "Settings" }).click();
    const keys = page.getByRole("table", { name: "Keys" });
    expect(await isShown(keys.getByText(tern.writeKey.slice(0, 6)))).toBe(true);
    expect(await page.content()).not.toContain(tern.writeKey);
    expect(await page.content()).not.toContain(tern.apiKey);
  });

  it("signs out for good", async () => {
    await page.getByRole("button", { name: "Account" }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    expect(await isShown(page.getByRole("heading", { name: "Sign in to Tern" }))).toBe(true);
    await page.goto(`${dashboard.url}/users`);
    expect(await isShown(page.getByRole("heading", { name: "Sign in to Tern" }))).toBe(true);
    expect(errors).toEqual([]);
  });
});
