import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { identify, user } from "../../test/support/workspace.ts";
import { bindings, newWorkspace, type TestWorkspace } from "./client.test-support.ts";

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

const email = (content: object, more: object = {}) => ({
  channel: "email",
  name: "T",
  defaultLocale: "en",
  locales: { en: { subject: "Hi {{ user.firstName }}", ...content } },
  ...more,
});
const mjml = (inner: string) => `<mjml><mj-body>\n<mj-section><mj-column>${inner}</mj-column></mj-section></mj-body></mjml>`;
const footer = (html: string, more: object = {}) => ({
  kind: "partial",
  channel: "email",
  name: "F",
  defaultLocale: "en",
  locales: { en: { html } },
  ...more,
});
const layout = (html: string) => ({ kind: "layout", channel: "email", name: "L", defaultLocale: "en", locales: { en: { html } } });
const content = (answer: {
  readonly body: { readonly content: { readonly html: string; readonly subject: string; readonly text: string } };
}) => answer.body.content;

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

describe("POST /api/templates/{key}/preview", () => {
  it("renders over a user, in the user's language", async () => {
    const workspace = await newWorkspace();
    await user(workspace.id, "u:ada").apply({
      catalog: 1,
      events: [identify("ada", { firstName: "Ada", locale: "de-AT", email: "ada@example.com" })],
    });
    await workspace.api("PUT /api/templates/t", {
      ...email({ html: "<p>Hello</p>" }),
      locales: {
        en: { subject: "Hello", html: "<p>Hello</p>" },
        de: { subject: "Servus {{ user.firstName }}", html: "<p>{{ user.id }}</p>" },
      },
    });
    const shown = await workspace.api("POST /api/templates/t/preview", { user: { id: "ada" } });
    expect(shown).toMatchObject({
      status: 200,
      body: {
        channel: "email",
        errors: [],
        content: { subject: "Servus Ada", html: "<p>ada</p>", text: "ada" },
        sizes: { html: 10, text: 3 },
      },
    });
    expect(content(await workspace.api("POST /api/templates/t/preview", { user: { id: "ada" }, locale: "en" })).subject).toBe("Hello");
    expect((await workspace.api("POST /api/templates/t/preview", { user: { id: "nobody" } })).status).toBe(404);
    expect((await workspace.api("POST /api/templates/nope/preview", {})).status).toBe(404);
    const misread = await workspace.api("POST /api/templates/t/preview", { user: "ada" });
    expect([misread.body.code, misread.body.detail]).toEqual(["bad-input", "user: has to be an object"]);
  });

  it("renders over a user who is made up, in their language, and over what is changed in one who is not", async () => {
    const workspace = await newWorkspace();
    await user(workspace.id, "u:ada").apply({ catalog: 1, events: [identify("ada", { firstName: "Ada", plan: "free" })] });
    const text = "{{ user.firstName }} {{ user.plan | default: 'none' }}";
    await workspace.api("PUT /api/templates/t", {
      ...email({}),
      locales: { en: { subject: "en", html: text }, de: { subject: "de", html: text } },
    });
    const preview = (body: object) => workspace.api("POST /api/templates/t/preview", body);
    expect(await preview({ attributes: { firstName: "Bob", locale: "de-CH" } })).toMatchObject({
      body: { locale: "de", content: { subject: "de", html: "Bob none" } },
    });
    expect(await preview({ user: { id: "ada" }, attributes: { plan: "pro" } })).toMatchObject({ body: { content: { html: "Ada pro" } } });
  });

  it("renders over an event, what a digest collected, and a call's data in both of its places", async () => {
    const workspace = await newWorkspace();
    const preview = async (html: string, body: object) =>
      content(await workspace.api("POST /api/templates/t/preview", { content: { subject: "s", html }, ...body })).html;
    expect(await preview("{{ trigger.event }} {{ trigger.properties.n }}", { trigger: { event: "E", properties: { n: 1 } } })).toBe("E 1");
    expect(await preview("{{ digest.count }} {{ digest.events[1].n }}", { digest: { events: [{ n: 1 }, { n: 2 }] } })).toBe("2 2");
    expect(await preview("{{ data.n }} {{ trigger.properties.n }}", { data: { n: 3 } })).toBe("3 3");
    expect(
      await workspace.api("POST /api/templates/t/preview", { digest: { events: Array.from({ length: 101 }, () => ({})) } }),
    ).toMatchObject({ status: 400, body: { errors: [{ path: "digest.events" }] } });
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

  it("says what would keep the message from being sent, and shows it all the same", async () => {
    const workspace = await newWorkspace();
    await workspace.api("PUT /api/templates/t", email({ html: "<p>{{ user.firstName }}!</p>" }));
    expect(await workspace.api("POST /api/templates/t/preview", {})).toMatchObject({
      body: { errors: [expect.stringContaining("missing variable user.firstName")], content: { html: "<p>!</p>" } },
    });
  });

  it("checks the data against what the template declares", async () => {
    const workspace = await newWorkspace();
    await workspace.api(
      "PUT /api/templates/t",
      email(
        { subject: "s", html: "{{ data.total }} {{ data.name }}" },
        { variables: { total: { type: "number", required: true }, name: { type: "string", default: "you" } } },
      ),
    );
    expect(await workspace.api("POST /api/templates/t/preview", { data: { total: "5" } })).toMatchObject({
      status: 400,
      body: { errors: [{ path: "data.total", message: "has to be a number" }] },
    });
    expect(await workspace.api("POST /api/templates/t/preview", {})).toMatchObject({
      status: 400,
      body: { errors: [{ path: "data.total" }] },
    });
    expect(content(await workspace.api("POST /api/templates/t/preview", { data: { total: 5 } })).html).toBe("5 you");
  });

  it("takes content that is not saved, and saves nothing", async () => {
    const workspace = await newWorkspace();
    const shown = await workspace.api("POST /api/templates/new/preview", {
      content: { subject: "s", blocks: [{ type: "heading", text: "Hi *there*" }, { type: "footer" }] },
    });
    expect(shown.status).toBe(200);
    expect(content(shown).html).toContain("<em>there</em>");
    expect(content(shown).text).toContain("Unsubscribe (https://example.com/unsubscribe)");
    expect((await workspace.api("GET /api/templates/new")).status).toBe(404);
    expect(
      await workspace.api("POST /api/templates/new/preview", { content: { subject: "s", blocks: [{ type: "image", src: "x" }] } }),
    ).toMatchObject({ status: 400, body: { errors: [{ path: "content.blocks[0].alt" }] } });
    expect(content(await workspace.api("POST /api/templates/x/preview", { channel: "sms", content: { body: "Hi" } }))).toMatchObject({
      body: "Hi",
    });
  });

  it("shows partials and layouts by themselves", async () => {
    const workspace = await newWorkspace();
    await workspace.api("PUT /api/templates/footer", footer("<p>bye</p>"));
    await workspace.api("PUT /api/templates/frame", layout("<main>{{ content }}</main>"));
    expect(content(await workspace.api("POST /api/templates/footer/preview", {})).html).toContain("<p>bye</p>");
    expect(content(await workspace.api("POST /api/templates/frame/preview", {})).html).toContain("<main><p>");
  });
});

describe("warnings come with PUT and with previews", () => {
  const warningsOf = async (body: object): Promise<readonly string[]> => {
    const workspace = await newWorkspace();
    const answer = await workspace.api("PUT /api/templates/t", body);
    expect(answer.status).toBe(201);
    return (answer.body.warnings as readonly { path: string; message: string }[]).map(({ path, message }) => `${path}: ${message}`);
  };
  const fine = '<a href="{{ unsubscribe_url }}">x</a>';

  it("has nothing to say about a good one", async () => {
    expect(
      await warningsOf(
        email({ html: `${fine}<a href="https://a.example/?q={{ user.id | url_encode }}"><img src="https://a.example/i.png" alt=""></a>` }),
      ),
    ).toEqual([]);
  });

  it.each([
    ["no way to unsubscribe", { html: "<p>Hi</p>" }, /^locales\.en\.html: has no unsubscribe_url/],
    ["what Gmail cuts off", { html: `${fine}${"<p>0123456789</p>".repeat(7_000)}` }, /Gmail cuts mails off at 102 KB/],
    ["a link over http", { html: `${fine}<a href="http://a.example">x</a>` }, /not encrypted \(http\): http:\/\/a\.example/],
    ["a relative link", { html: `${fine}<a href="/cart">x</a>` }, /relative.*\/cart/],
    ["a link to nowhere", { html: `${fine}<a href="#">x</a>` }, /leads nowhere/],
    ["a broken link", { html: `${fine}<a href="https://a example/">x</a>` }, /is no address/],
    ["a script as link", { html: `${fine}<a href="javascript:x()">x</a>` }, /scheme/],
    ["an image without alt", { html: `${fine}<img src="https://a.example/i.png">` }, /i\.png has no alt/],
    ["a long preheader", { html: fine, preheader: "x".repeat(151) }, /^locales\.en\.preheader: is longer than 150/],
    ["a name nothing gives a value to", { html: `${fine}{{ usr.name }}` }, /nothing is called usr/],
  ])("names %s", async (_, body, message) => {
    expect(await warningsOf(email(body))).toEqual([expect.stringMatching(message)]);
  });

  it("names data that is not declared", async () => {
    expect(await warningsOf(email({ html: `${fine}{{ data.nmae }}` }, { variables: { name: { type: "string" } } }))).toEqual([
      expect.stringMatching(/data\.nmae is not among/),
    ]);
  });

  it("finds the way to unsubscribe in what a template is put together of", async () => {
    const workspace = await newWorkspace();
    await workspace.api("PUT /api/templates/footer", footer(fine));
    expect((await workspace.api("PUT /api/templates/t", email({ html: '{% partial "footer" %}' }))).body.warnings).toEqual([]);
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
