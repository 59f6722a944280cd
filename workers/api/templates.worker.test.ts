import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { bindings, newWorkspace, type TestWorkspace } from "./client.test-support.ts";
import { content, email, footer, layout, mjml } from "./templates.test-support.ts";

const fetched = vi.fn<typeof fetch>();
let sentBody = "";
beforeEach(() => {
  // Read where it was made: a request belongs to who made it.
  fetched.mockReset().mockImplementation(async (...request) => {
    sentBody = await new Request(...request).text();
    return Response.json({ id: "p1" });
  });
  vi.spyOn(globalThis, "fetch").mockImplementation(fetched);
});
afterEach(() => vi.restoreAllMocks());

const storedOf = async ({ id }: TestWorkspace, key: string) => {
  const row = await bindings.DB.prepare("SELECT body FROM definitions WHERE workspace = ? AND kind = 'template' AND key = ?")
    .bind(id, key)
    .first<{ body: string }>();
  return JSON.parse(row?.body ?? "{}") as { readonly compiled?: Record<string, { html: string }>; readonly uses?: unknown };
};

describe("MJML is compiled when a template is saved, not when it is sent", () => {
  it("and is kept beside the source, which is what is answered", async () => {
    const workspace = await newWorkspace();
    const put = email({ mjml: mjml("<mj-text>{{ user.firstName }}</mj-text>") });
    const saved = await workspace.api("PUT /api/templates/t", put);
    expect(saved.status).toBe(201);
    expect(saved.body).toMatchObject({ locales: put.locales });
    const read = await workspace.api("GET /api/templates/t");
    expect(read.body.compiled).toBeUndefined();
    expect(read.body.locales).toEqual(put.locales);
    expect((await storedOf(workspace, "t")).compiled?.["en"]?.html).toContain("{{ user.firstName }}");
    // What was read can be put back, and is then the same.
    const again = await workspace.api("PUT /api/templates/t", read.body);
    expect(again).toMatchObject({ status: 200 });
    expect(again.headers.get("etag")).toBe(saved.headers.get("etag"));
    const { body } = await workspace.api("GET /api/definitions");
    expect(body.templates[0].compiled).toBeUndefined();
  });

  it("and what it makes is bounded together: a template has to fit one row", async () => {
    const workspace = await newWorkspace();
    const blocks = Array.from({ length: 100 }, (_, n) => ({ type: "text", text: `line ${n}` }));
    const tags = Array.from({ length: 20 }, (_, n) => `en-${String.fromCharCode(65 + n)}A`);
    const locales = Object.fromEntries(["en", ...tags].map((tag) => [tag, { subject: "s", blocks }]));
    expect(await workspace.api("PUT /api/templates/t", { channel: "email", name: "T", defaultLocale: "en", locales })).toMatchObject({
      status: 400,
      body: { code: "bad-definition", errors: [{ path: "locales", message: expect.stringMatching(/of 1900000 at most/) }] },
    });
  });

  it("and its errors name the line", async () => {
    const workspace = await newWorkspace();
    const refused = await workspace.api("PUT /api/templates/t", email({ mjml: mjml("<mj-foo />") }));
    expect(refused).toMatchObject({
      status: 400,
      body: { code: "bad-definition", errors: [{ path: "locales.en.mjml", message: expect.stringMatching(/^line 2: .*mj-foo/) }] },
    });
  });
});

describe("a list of large templates", () => {
  it("comes in pages that a Worker can hold, and all of it in the end", async () => {
    const workspace = await newWorkspace();
    const large = "x".repeat(450_000);
    const locales = { en: { subject: "s", html: large }, de: { subject: "s", html: large } };
    const keys = Array.from({ length: 12 }, (_, n) => `t-${String(n).padStart(2, "0")}`);
    for (const key of keys)
      expect((await workspace.api(`PUT /api/templates/${key}`, { channel: "email", name: key, defaultLocale: "en", locales })).status).toBe(
        201,
      );
    const pages: string[][] = [];
    for (let cursor = ""; pages.length < 10;) {
      const { body } = await workspace.api(`GET /api/templates?limit=200${cursor === "" ? "" : `&cursor=${cursor}`}`);
      pages.push((body.items as { key: string }[]).map(({ key }) => key));
      if (body.next === null) break;
      cursor = String(body.next);
    }
    expect(pages.length).toBeGreaterThan(1);
    expect(pages.flat()).toEqual(keys);
    const { body } = await workspace.api("GET /api/definitions");
    expect((body.templates as { key: string }[]).map(({ key }) => key)).toEqual(keys);
  });
});

describe("partials and layouts", () => {
  it("a change of a partial is live at once", async () => {
    const workspace = await newWorkspace();
    await workspace.api("PUT /api/templates/footer", footer("<p>one</p>"));
    await workspace.api("PUT /api/templates/frame", layout("<main>{{ content }}</main>"));
    expect(
      (await workspace.api("PUT /api/templates/t", email({ html: 'x{% partial "footer" %}', layout: "frame", subject: "s" }))).status,
    ).toBe(201);
    expect(content(await workspace.api("POST /api/templates/t/preview", {})).html).toBe("<main>x<p>one</p></main>");
    await workspace.api("PUT /api/templates/footer", footer("<p>two</p>"));
    expect(content(await workspace.api("POST /api/templates/t/preview", {})).html).toBe("<main>x<p>two</p></main>");
  });

  it("what is not there, holds itself or is still used is refused", async () => {
    const workspace = await newWorkspace();
    const put = (key: string, body: object) => workspace.api(`PUT /api/templates/${key}`, body);
    expect(await put("t", email({ html: '{% partial "footer" %}' }))).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('uses the partial "footer"') },
    });
    expect(await put("footer", footer('{% partial "footer" %}'))).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining("hold one another") },
    });
    expect((await put("footer", footer("f"))).status).toBe(201);
    expect((await put("t", email({ html: '{% partial "footer" %}' }))).status).toBe(201);
    expect(await workspace.api("DELETE /api/templates/footer")).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('the template "t"') },
    });
    expect(await put("footer", layout("{{ content }}"))).toMatchObject({ status: 400 });
    expect(await put("frame", layout("nothing"))).toMatchObject({ status: 400, body: { errors: [{ path: "locales.en.html" }] } });
  });

  it("cannot change the channel of a template that a journey sends", async () => {
    const workspace = await newWorkspace();
    await workspace.api("PUT /api/templates/t", email({ html: "x", subject: "s" }));
    await workspace.api("PUT /api/journeys/j", {
      name: "J",
      trigger: { type: "event", event: "E" },
      frequency: { type: "once" },
      start: "mail",
      steps: { mail: { type: "send", channel: "email", template: "t", next: "done" }, done: { type: "exit" } },
    });
    expect((await workspace.api("POST /api/journeys/j/publish", {})).status).toBe(200);
    expect(
      await workspace.api("PUT /api/templates/t", { channel: "sms", name: "T", defaultLocale: "en", locales: { en: { body: "x" } } }),
    ).toMatchObject({ status: 409, body: { detail: expect.stringContaining('the journey "j"') } });
    expect((await workspace.api("GET /api/templates/t")).body).toMatchObject({ channel: "email" });
  });

  it("cannot be sent by a journey", async () => {
    const workspace = await newWorkspace();
    await workspace.api("PUT /api/templates/footer", footer("f"));
    const journey = {
      name: "J",
      trigger: { type: "event", event: "E" },
      start: "mail",
      frequency: { type: "every-time" },
      steps: { mail: { type: "send", channel: "email", template: "footer", next: "done" }, done: { type: "exit" } },
    };
    const saved = await workspace.api("PUT /api/journeys/j", journey);
    const published = await workspace.api("POST /api/journeys/j/publish", {});
    expect(JSON.stringify([saved.body, published.body])).toContain('there is no template \\"footer\\"');
    expect(published.status).not.toBe(200);
  });
});

describe("POST /api/templates/{key}/test", () => {
  it("sends one message to the address, marked as a test, and counts it nowhere", async () => {
    const workspace = await newWorkspace();
    await workspace.api("PUT /api/providers/mail", {
      channel: "email",
      type: "resend",
      settings: { apiKey: "re_secret_key", from: "shop@example.com" },
      default: true,
    });
    await workspace.api("PUT /api/templates/t", email({ subject: "Hi", html: "<p>{{ data.x }}</p>", cc: ["boss@example.com"] }));
    const sent = await workspace.api("POST /api/templates/t/test", { to: "me@example.com", data: { x: "there" } });
    expect(sent).toMatchObject({ status: 200, body: { provider: "mail", outcome: "accepted", providerMessageId: "p1" } });
    const request: unknown = JSON.parse(sentBody);
    expect(request).toMatchObject({ to: expect.anything(), subject: "[Test] Hi", html: "<p>there</p>", headers: { "X-Test": "true" } });
    expect(JSON.stringify(request)).not.toContain("boss@example.com");
    expect((await workspace.api("GET /api/messages")).body.items).toEqual([]);
  });

  it("refuses what cannot be rendered, and providers that are not there", async () => {
    const workspace = await newWorkspace();
    await workspace.api("PUT /api/templates/t", email({ html: "x" }));
    expect(await workspace.api("POST /api/templates/t/test", { to: "me@example.com" })).toMatchObject({
      status: 400,
      body: { errors: [{ message: expect.stringContaining("missing variable user.firstName") }] },
    });
    expect(await workspace.api("POST /api/templates/t/test", { to: "me@example.com", provider: "nope" })).toMatchObject({
      status: 400,
      body: { errors: [{ path: "provider" }] },
    });
    expect(fetched).not.toHaveBeenCalled();
  });
});

describe("a transactional call", () => {
  const send = (workspace: TestWorkspace, more: object) =>
    workspace.api("POST /api/messages", { user: { id: "ada" }, channel: "email", to: "ada@example.com", ...more });

  it("brings content in MJML or blocks, compiled before it is answered", async () => {
    const workspace = await newWorkspace();
    expect(await send(workspace, { content: { subject: "s", blocks: [{ type: "text", text: "Hi" }] } })).toMatchObject({ status: 202 });
    expect(await send(workspace, { content: { subject: "s", mjml: mjml("<mj-foo />") } })).toMatchObject({
      status: 400,
      body: { errors: [{ path: "content.mjml", message: expect.stringMatching(/^line 2/) }] },
    });
    expect(await send(workspace, { content: { subject: "s", html: '{% partial "nope" %}' } })).toMatchObject({ status: 400 });
  });

  it("is refused where its data is not what the template declares, and for what cannot be sent by itself", async () => {
    const workspace = await newWorkspace();
    await workspace.api(
      "PUT /api/templates/t",
      email({ subject: "s", html: "{{ data.total }}" }, { variables: { total: { type: "number", required: true } } }),
    );
    await workspace.api("PUT /api/templates/footer", footer("f"));
    expect(await send(workspace, { template: "t", data: { total: "5" } })).toMatchObject({
      status: 400,
      body: { errors: [{ path: "data.total", message: "has to be a number" }] },
    });
    expect(await send(workspace, { template: "t", data: { total: 5 } })).toMatchObject({ status: 202 });
    expect(await send(workspace, { template: "footer" })).toMatchObject({ status: 400, body: { errors: [{ path: "template" }] } });
  });
});
