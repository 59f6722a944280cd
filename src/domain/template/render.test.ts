import { describe, expect, it } from "vitest";
import type { RenderScope } from "../message/message.ts";
import { chooseLocale, renderTemplate } from "./render.ts";
import { templateSchema, type TemplateDefinition } from "./template.ts";

const now = Date.parse("2026-03-05T09:30:00Z");
const scope: RenderScope = {
  user: { name: "Ada <b>", city: "Köln", nothing: null, tags: ["a", "b"], quote: 'say "hi"\n', evil: "x\r\nBcc: all@example.com" },
  trigger: {
    properties: {
      items: [
        { sku: "A1", price: 10 },
        { sku: "B2", price: 2.5 },
      ],
    },
  },
  variables: {},
  digest: { events: [], count: 0 },
  run: { id: "r1" },
  message: { id: "m1" },
  workspace: { name: "Shop" },
};

const emailOf = (content: Record<string, unknown>, more: Record<string, unknown> = {}): TemplateDefinition =>
  templateSchema.parse({
    key: "t",
    channel: "email",
    name: "T",
    defaultLocale: "en",
    locales: { en: { subject: "s", html: "h", ...content } },
    ...more,
  });
const smsOf = (body: string, more: Record<string, unknown> = {}): TemplateDefinition =>
  templateSchema.parse({ key: "t", channel: "sms", name: "T", defaultLocale: "en", locales: { en: { body } }, ...more });

const render = (template: TemplateDefinition, locale = "en", given = scope) => renderTemplate(template, locale, given, { now });
const bodyOf = (liquid: string, more: Record<string, unknown> = {}): string => {
  const rendering = render(smsOf(liquid, more));
  return rendering.ok && rendering.content.channel === "sms" ? rendering.content.body : `! ${rendering.ok ? "" : rendering.reason}`;
};

describe("renderTemplate", () => {
  it("renders user, trigger, run, message and workspace", () => {
    expect(bodyOf("{{ user.city }} {{ trigger.properties.items[1].sku }} {{ run.id }} {{ message.id }} {{ workspace.name }}")).toBe(
      "Köln B2 r1 m1 Shop",
    );
  });

  it("prints the addresses made for the message by their names", () => {
    const links = { unsubscribe_url: "https://t.example/u?a=1&b=2", preferences_url: "https://t.example/p" };
    const rendering = render(
      emailOf({ html: '<a href="{{ unsubscribe_url }}">x</a> {{ links.preferences_url }}', text: "{{ unsubscribe_url }}" }),
      "en",
      { ...scope, links },
    );
    expect(rendering).toMatchObject({
      content: { html: '<a href="https://t.example/u?a=1&amp;b=2">x</a> https://t.example/p', text: "https://t.example/u?a=1&b=2" },
    });
    expect(render(emailOf({ html: "{{ view_in_browser_url }}" }), "en", { ...scope, links })).toMatchObject({
      ok: false,
      reason: expect.stringContaining("missing variable view_in_browser_url"),
    });
  });

  it("escapes values in HTML and nowhere else", () => {
    const rendering = render(emailOf({ subject: "{{ user.name }}", html: "<p>{{ user.name }}</p>", text: "{{ user.name }}" }));
    expect(rendering).toMatchObject({ ok: true, content: { subject: "Ada <b>", html: "<p>Ada &lt;b&gt;</p>", text: "Ada <b>" } });
  });

  describe("a value cannot mention everybody in a Slack channel, nor pass for a link", () => {
    const user = { name: "<!channel> & <https://evil.example|your bank>" };
    const safe = "&lt;!channel&gt; &amp; &lt;https://evil.example|your bank&gt;";
    const slackOf = (content: object, pieces: readonly TemplateDefinition[] = []) =>
      renderTemplate(
        templateSchema.parse({ key: "t", channel: "slack", name: "T", defaultLocale: "en", locales: { en: content } }),
        "en",
        { ...scope, user },
        { now, pieces: new Map(pieces.map((piece) => [piece.key, piece])) },
      );

    it("in the text, while the template's own markup stays", () => {
      expect(slackOf({ text: "<!here> *{{ user.name }}* {{ user.name | raw }}" })).toMatchObject({
        content: { text: `<!here> *${safe}* ${user.name}` },
      });
    });

    it("in blocks of markup; what Slack shows as it is stays as it is", () => {
      const blocks = [
        { type: "section", text: { type: "mrkdwn", text: "{{ user.name }}" }, fields: [{ type: "mrkdwn", text: "{{ user.name }}" }] },
        { type: "header", text: { type: "plain_text", text: "{{ user.name }}" } },
      ];
      expect(slackOf({ text: "x", blocks })).toMatchObject({
        content: {
          blocks: [
            { type: "section", text: { type: "mrkdwn", text: safe }, fields: [{ type: "mrkdwn", text: safe }] },
            { type: "header", text: { type: "plain_text", text: user.name } },
          ],
        },
      });
    });

    it.each([
      ["with a text of its own", { html: "<b>x</b>", text: "{{ user.name }}" }],
      ["made of its HTML", { html: "<b>{{ user.name }}</b>" }],
    ])("in a partial %s", (_, content) => {
      const partial = templateSchema.parse({
        key: "p",
        kind: "partial",
        channel: "email",
        name: "P",
        defaultLocale: "en",
        locales: { en: content },
      });
      expect(slackOf({ text: '{% partial "p" %}' }, [partial])).toMatchObject({ content: { text: safe } });
    });
  });

  it("leaves HTML as it is where the template says raw", () => {
    expect(render(emailOf({ html: "{{ user.name | raw }}" }))).toMatchObject({ content: { html: "Ada <b>" } });
  });

  it("lets no value add a header", () => {
    const rendering = render(
      emailOf({ subject: "{{ user.evil }}", replyTo: "{{ user.evil }}", cc: ["{{ user.evil }}"], headers: { "X-Ref": "{{ user.evil }}" } }),
    );
    expect(rendering).toMatchObject({
      content: {
        subject: "x Bcc: all@example.com",
        replyTo: "x Bcc: all@example.com",
        cc: ["x Bcc: all@example.com"],
        headers: { "X-Ref": "x Bcc: all@example.com" },
      },
    });
  });

  it("writes JSON with the json filter", () => {
    const webhook = templateSchema.parse({
      key: "t",
      channel: "webhook",
      name: "T",
      defaultLocale: "en",
      locales: {
        en: {
          url: "https://example.com/{{ user.city | url_encode }}",
          headers: { "X-A": "{{ user.evil }}" },
          body: '{"q": {{ user.quote | json }}, "items": {{ trigger.properties.items | json }}}',
        },
      },
    });
    const rendering = render(webhook);
    expect(rendering).toMatchObject({ content: { url: "https://example.com/K%C3%B6ln", headers: { "X-A": "x Bcc: all@example.com" } } });
    if (!rendering.ok || rendering.content.channel !== "webhook") throw new Error("expected a webhook");
    expect(JSON.parse(rendering.content.body)).toEqual({
      q: 'say "hi"\n',
      items: [
        { sku: "A1", price: 10 },
        { sku: "B2", price: 2.5 },
      ],
    });
  });

  it("makes the text from the HTML when it is left out", () => {
    expect(render(emailOf({ html: '<h1>Hi {{ user.name }}</h1><p>See <a href="https://example.com">us</a></p>' }))).toMatchObject({
      content: { text: "Hi Ada <b>\n\nSee us (https://example.com)" },
    });
  });

  it("puts the preheader first in the body, unseen", () => {
    const rendering = render(emailOf({ preheader: "{{ user.name }}!", html: "<html><body class='x'><p>Hi</p></body></html>" }));
    expect(rendering).toMatchObject({
      content: {
        preheader: "Ada <b>!",
        text: "Hi",
        html: expect.stringMatching(/<body class='x'><div style="display:none;[^"]*">Ada &lt;b&gt;!(?:&#847;&zwnj;&nbsp;)+<\/div><p>/),
      },
    });
  });

  describe("a missing variable without default fails the message with a clear reason", () => {
    it.each([
      ["{{ user.first_name }}", "missing variable user.first_name in body, line 1"],
      ["a\n{{ user.address.city }}", "missing variable user.address.city in body, line 2"],
      ["{{ user.nothing }}", "missing variable user.nothing in body, line 1"],
      ["{{ nobody.name }}", "missing variable nobody.name in body, line 1"],
      ["{{ trigger.properties.items[5].sku }}", "missing variable trigger.properties.items[5].sku in body, line 1"],
      ["{% for x in user.list %}{{ x }}{% endfor %}", "missing variable user.list in body, line 1"],
      ["{{ unsubscribe_url }}", "missing variable unsubscribe_url in body, line 1"],
      ["{{ user.constructor.name }}", "missing variable user.constructor.name in body, line 1"],
      ["{{ user.__proto__ }}", "missing variable user.__proto__ in body, line 1"],
    ])("%s", (liquid, reason) => {
      expect(render(smsOf(liquid))).toEqual({ ok: false, reason });
    });

    it("also when there was no trigger at all", () => {
      expect(render(smsOf("{{ trigger.properties.x }}"), "en", { ...scope, trigger: null })).toMatchObject({
        ok: false,
        reason: expect.stringContaining("missing variable trigger.properties.x"),
      });
    });

    it("but not with a default, nor inside a condition, nor in a lenient template", () => {
      expect(bodyOf("{{ user.first_name | default: 'friend' }}")).toBe("friend");
      expect(bodyOf("{% if user.first_name %}a{% else %}b{% endif %}{% unless user.nothing %}c{% endunless %}")).toBe("bc");
      expect(bodyOf("Hi {{ user.first_name }}!", { lenient: true })).toBe("Hi !");
    });
  });

  describe("limits are counted, because a Worker's clock stands still while it computes", () => {
    it.each([
      ["rounds of loops", "{% for a in (1..1000) %}{% for b in (1..1000) %}x{% endfor %}{% endfor %}", /more than 50000 steps/],
      ["empty loops", "{% for a in (1..100000) %}{% endfor %}", /more than 50000 steps/],
      ["the size of a range", "{% for a in (1..999999999) %}{% break %}{% endfor %}", /characters of memory/],
      [
        "what capture holds",
        `{% capture x %}0123456789{% endcapture %}${"{% capture x %}{{ x }}{{ x }}{% endcapture %}".repeat(40)}`,
        /characters of memory/,
      ],
      ["what filters make", `{% assign x = "0123456789" %}${"{% assign x = x | append: x %}".repeat(40)}`, /characters of memory/],
      ["replacing", `{% assign x = "aaaaaaaaaa" %}${"{% assign x = x | replace: 'a', 'aaaaaaaaaa' %}".repeat(12)}`, /characters of memory/],
      ["the size of the message", `{% for a in (1..20000) %}${"0123456789".repeat(3)}{% endfor %}`, /larger than 512 KB/],
      ["its size in bytes, not characters", `{% for a in (1..19000) %}${"€".repeat(10)}{% endfor %}`, /larger than 512 KB/],
    ])("%s", (_, liquid, reason) => {
      const rendering = render(smsOf(liquid));
      expect(rendering).toMatchObject({ ok: false, reason: expect.stringMatching(reason) });
    });

    it("over all pieces of a message together", () => {
      const half = `{% for a in (1..10000) %}${"0123456789".repeat(3)}{% endfor %}`;
      expect(render(emailOf({ html: half, text: "t" }))).toMatchObject({ ok: true });
      expect(render(emailOf({ html: half, text: half }))).toMatchObject({ ok: false, reason: expect.stringMatching(/larger than 512 KB/) });
    });
  });

  it("takes the instant it is given for now, and names months in the template's locale", () => {
    expect(bodyOf("{{ 'now' | date: '%Y-%m-%d %H:%M' }}")).toBe("2026-03-05 09:30");
    expect(bodyOf("{{ 'today' | date: '%H:%M', 'Europe/Berlin' }}")).toBe("10:30");
    const german = templateSchema.parse({
      key: "t",
      channel: "sms",
      name: "T",
      defaultLocale: "de",
      locales: { de: { body: "{{ 'now' | date: '%-d. %B' }}" } },
    });
    expect(render(german, "de")).toMatchObject({ content: { body: "5. März" } });
  });

  it("renders the same bytes again", () => {
    const template = emailOf({
      subject: "{% increment n %}{{ user.city }}",
      html: "{% increment n %}{% cycle 'a', 'b' %}{% assign z = 1 %}",
    });
    expect(render(template)).toEqual(render(template));
    expect(render(template)).toEqual(render(structuredClone(template)));
  });

  it("changes nothing in what it is given", () => {
    const before = structuredClone(scope);
    bodyOf("{% assign user = 1 %}{% increment run %}{{ run }}");
    expect(scope).toEqual(before);
  });

  it("prints lists joined and objects as JSON", () => {
    expect(bodyOf("{{ user.tags }} {{ user.tags | join: ', ' }} {{ trigger.properties.items[0] }}")).toBe(
      'ab a, b {"sku":"A1","price":10}',
    );
  });
});

describe("chooseLocale", () => {
  const template = templateSchema.parse({
    key: "t",
    channel: "sms",
    name: "T",
    defaultLocale: "en",
    locales: { en: { body: "e" }, de: { body: "d" }, "pt-BR": { body: "p" }, "zh-Hant": { body: "z" } },
  });
  it.each([
    ["de", "de"],
    ["de-AT", "de"],
    ["de_AT", "de"],
    ["PT-br", "pt-BR"],
    ["pt-PT", "en"],
    ["fr", "en"],
    ["zh-Hant-TW", "zh-Hant"],
    ["zh_hant_HK", "zh-Hant"],
    ["zh-Hans", "en"],
    ["-".repeat(100_000), "en"],
    ["", "en"],
    [undefined, "en"],
  ])("%s -> %s", (wanted, chosen) => {
    expect(chooseLocale(template, wanted)).toBe(chosen);
  });
});
