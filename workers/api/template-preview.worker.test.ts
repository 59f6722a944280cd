import { describe, expect, it } from "vitest";
import { identify, user } from "../../test/support/workspace.ts";
import { newWorkspace } from "./client.test-support.ts";
import { content, email, footer, layout } from "./templates.test-support.ts";

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
