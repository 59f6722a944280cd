import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBrowser } from "../browser/open-browser.ts";
import { type ClientTarget, startTarget } from "./worker.ts";

const entryName = "virtual:page";

/** @segment/analytics-next as an application would bundle it, put on the window. */
const bundleClient = async (): Promise<string> => {
  const result = await build({
    configFile: false,
    logLevel: "silent",
    build: { write: false, minify: false, target: "es2022", rolldownOptions: { input: entryName, output: { codeSplitting: false } } },
    plugins: [
      {
        name: "page",
        resolveId: (id) => (id === entryName ? `\0${entryName}` : undefined),
        load: (id) =>
          id === `\0${entryName}`
            ? `import { AnalyticsBrowser } from "@segment/analytics-next"; window.AnalyticsBrowser = AnalyticsBrowser;`
            : undefined,
      },
    ],
  });
  const outputs = Array.isArray(result) ? result : [result];
  const chunk = outputs.flatMap((one) => ("output" in one ? one.output : [])).find((one) => one.type === "chunk");
  if (chunk === undefined) throw new Error("expected one chunk from the bundler");
  return chunk.code;
};

const pageServer = async (script: string): Promise<Server> => {
  const html = `<!doctype html><title>Shop</title><script type="module" src="/client.js"></script>`;
  const server = createServer((request, response) => {
    const isScript = request.url === "/client.js";
    response.writeHead(200, { "content-type": isScript ? "text/javascript" : "text/html" }).end(isScript ? script : html);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
};

describe("@segment/analytics-next, unmodified, in Chromium, from a page on another origin", () => {
  let target: ClientTarget;
  let server: Server;
  let browser: Browser;
  let pageUrl: string;
  beforeAll(async () => {
    const [started, script] = await Promise.all([startTarget(), bundleClient()]);
    target = started;
    server = await pageServer(script);
    pageUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/shop?utm_source=mail`; // listens on TCP, see above
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
    await target?.stop();
  });

  const open = async (): Promise<{ readonly page: Page; readonly problems: string[] }> => {
    const page = await (await browser.newContext()).newPage();
    const problems: string[] = [];
    page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("requestfailed", (request) => problems.push(`${request.method()} ${request.url()} ${request.failure()?.errorText ?? ""}`));
    await page.goto(pageUrl);
    await page.waitForFunction("window.AnalyticsBrowser");
    return { page, problems };
  };

  it("loads its settings from us and delivers every kind of call, one by one", async () => {
    const { page, problems } = await open();
    await page.evaluate(`(async () => {
      const analytics = window.AnalyticsBrowser.load({ writeKey: ${JSON.stringify(target.writeKey)}, cdnURL: ${JSON.stringify(target.url)} });
      await analytics.page("Docs", "Home");
      await analytics.track("Before login", { n: 1 });
      await analytics.identify("b1", { email: "b1@example.com" });
      await analytics.track("Order Completed", { total: 42 });
      await analytics.group("g1", { name: "Acme" });
      await analytics.screen("Main");
      await analytics.alias("b1", "b-old");
    })()`);
    const mine = (await target.logged((all) => all.length >= 7)).filter((event) => event.context?.["timezone"] !== undefined);
    expect(problems).toEqual([]);
    expect(mine.map((event) => event.type).toSorted()).toEqual(["alias", "group", "identify", "page", "screen", "track", "track"]);
    const home = mine.find((event) => event.type === "page");
    expect(home).toMatchObject({ name: "Home", category: "Docs", context: { page: { path: "/shop" }, campaign: { source: "mail" } } });
    expect(home).not.toHaveProperty("userId");
    expect(home?.anonymousId).toBeTypeOf("string");
    expect(mine.find((event) => event.event === "Order Completed")).toMatchObject({
      userId: "b1",
      anonymousId: home?.anonymousId,
      properties: { total: 42 },
    });
    expect(mine.find((event) => event.type === "identify")).toMatchObject({ userId: "b1", traits: { email: "b1@example.com" } });
    expect(mine.find((event) => event.type === "alias")).toMatchObject({ userId: "b1", previousId: "b-old" });
  });

  it("delivers batches, without asking for settings, and what is left when the page closes", async () => {
    const { page, problems } = await open();
    await page.evaluate(`(async () => {
      const settings = { integrations: { "Segment.io": { apiKey: ${JSON.stringify(target.writeKey)} } } };
      const delivery = { strategy: "batching", config: { size: 3, timeout: 60000 } };
      const [analytics] = await window.AnalyticsBrowser.load({ writeKey: ${JSON.stringify(target.writeKey)}, cdnSettings: settings }, {
        integrations: { "Segment.io": { apiHost: ${JSON.stringify(`${new URL(target.url).host}/v1`)}, protocol: "http", deliveryStrategy: delivery } },
      });
      for (let i = 0; i < 4; i++) void analytics.track("Batched", { i });
      await new Promise((resolve) => setTimeout(resolve, 300));
    })()`);
    const batched = (all: readonly { readonly event?: string }[]) => all.filter((event) => event.event === "Batched");
    expect(batched(await target.logged((all) => batched(all).length >= 3))).toHaveLength(3);
    expect(problems).toEqual([]); // afterwards the browser may call the page's last request aborted, as nobody reads its answer
    await page.goto("about:blank");
    const events = batched(await target.logged((all) => batched(all).length >= 4)) as readonly {
      readonly properties?: { readonly i?: number };
    }[];
    expect(new Set(events.map((event) => event.properties?.i))).toEqual(new Set([0, 1, 2, 3]));
  });
});
