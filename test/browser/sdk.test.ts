import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import type { Browser, Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTern, type Tern, waitFor } from "../harness.ts";
import { openBrowser, openPage } from "./open-browser.ts";

const bundle = async (): Promise<string> => {
  const result = await build({
    configFile: false,
    logLevel: "error",
    build: { write: false, lib: { entry: path.join(import.meta.dirname, "../../sdk/src/client.ts"), formats: ["es"], fileName: "tern" } },
  });
  const [output] = Array.isArray(result) ? result : [result];
  if (!output || !("output" in output)) throw new Error("expected one build output, got a watcher");
  return output.output[0].code;
};

const serveShop = async (script: string): Promise<Server> => {
  const html = `<!doctype html><title>Shop</title><script type="module">import { createTern } from "/tern.js"; window.createTern = createTern;</script>`;
  const server = createServer((request, response) => {
    const isScript = request.url === "/tern.js";
    response.writeHead(200, { "content-type": isScript ? "text/javascript" : "text/html" }).end(isScript ? script : html);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return server;
};

describe("@tern/sdk in Chromium, from a page on another origin", () => {
  let tern: Tern;
  let shop: Server;
  let browser: Browser;
  let page: Page;
  const methods: string[] = [];

  beforeAll(async () => {
    [tern, shop, browser] = await Promise.all([startTern(), bundle().then(serveShop), openBrowser()]);
    ({ page } = await openPage(browser));
    page.on("request", (request) => request.url().startsWith(tern.url) && methods.push(request.method()));
  });
  afterAll(async () => {
    await browser?.close();
    shop?.close();
    await tern?.stop();
  });

  const open = async (): Promise<void> => {
    await page.goto(`http://127.0.0.1:${(shop.address() as AddressInfo).port}/`); // listening on TCP: an object, not a path
    await page.waitForFunction("window.createTern");
    await page.evaluate(`window.tern = createTern(${JSON.stringify({ writeKey: tern.writeKey, host: tern.url })})`);
  };
  const names = async (user: string): Promise<readonly string[]> => {
    const { items } = (await tern.api("GET", `/api/users/${user}/events`)) as { items: { type: string; event?: string }[] }; // the API's contract, tested there
    return items.map(({ type, event }) => event ?? type);
  };

  it("identifies and tracks without asking for leave first (no preflight)", async () => {
    await open();
    await page.evaluate(
      `tern.page(); tern.identify("bo", { email: "bo@example.com" }); tern.track("Product Added", { price: 30 }); tern.flush()`,
    );
    const events = await waitFor(async () => {
      const found = await names("bo");
      return found.includes("Product Added") && found.includes("page") && found;
    });
    expect([...events].toSorted()).toEqual(["Product Added", "identify", "page"]);
    expect(new Set(methods)).toEqual(new Set(["POST"]));
  });

  it("hands over what is queued when the page goes away, and remembers the user on the next", async () => {
    await open();
    expect(await page.evaluate("tern.userId()")).toBe("bo");
    await page.evaluate(`tern.track("Left Quickly")`);
    await page.goto("about:blank");
    expect(await waitFor(async () => (await names("bo")).includes("Left Quickly"))).toBe(true);
  });

  it("keeps the queue over an outage and a new page, and delivers it once", async () => {
    await open();
    await tern.kill();
    await page.evaluate(`tern.track("In The Dark"); tern.flush()`);
    await page.waitForFunction(`Object.keys(localStorage).some((key) => key.startsWith("tern.queue."))`);
    await tern.restart();
    await open();
    await page.evaluate("tern.flush()");
    await waitFor(async () => (await names("bo")).includes("In The Dark"));
    expect((await names("bo")).filter((name) => name === "In The Dark")).toHaveLength(1);
  });
});
