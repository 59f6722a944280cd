import { describe, expect, it } from "vitest";
import { completeTemplate } from "../../mjml/complete-template.ts";
import { adviseMail, adviseTemplate } from "./advise.ts";
import { usesOf } from "./lint.ts";
import { templateSchema, type TemplateDefinition } from "./template.ts";
import { offersWayOut } from "./way-out.ts";

const template = (content: object, more: object = {}): TemplateDefinition => {
  const parsed = templateSchema.parse({
    key: "t",
    channel: "email",
    name: "T",
    defaultLocale: "en",
    locales: { en: { subject: "s", ...content } },
    ...more,
  });
  return { ...parsed, uses: usesOf(parsed) };
};
const said = (content: object, more: object = {}): readonly string[] =>
  adviseTemplate(template(content, more), new Map()).map(({ path, message }) => `${path}: ${message}`);
const out = "{{ unsubscribe_url }}";

describe("names that nothing gives a value to", () => {
  it.each([
    [
      "what loops, captures and assignments give",
      "{% for a in user.list %}{{ a.b }}{{ forloop.index }}{% endfor %}{% assign x = 1 %}{{ x }}{% capture y %}z{% endcapture %}{{ y }}",
      [],
    ],
    [
      "what templates are given",
      "{{ user.a }}{{ trigger.b }}{{ run.c }}{{ variables.d }}{{ digest.count }}{{ message.id }}{{ workspace.name }}{{ data.x }}{{ preferences_url }}",
      [],
    ],
    ["a condition on what is not there", "{% if custmer.vip %}x{% endif %}", ["custmer"]],
    ["an argument", "{{ 1 | plus: two }}", ["two"]],
  ])("%s", (_, html, names) => {
    expect(said({ html: html + out }).map((line) => /nothing is called (\w+)/.exec(line)?.[1])).toEqual(names);
  });

  it("are looked for in every piece, of other channels too", () => {
    expect(said({ subject: "{{ usr }}", html: out, text: "{{ usr }}" })).toHaveLength(2);
    const sms = templateSchema.parse({ key: "s", channel: "sms", name: "S", defaultLocale: "en", locales: { en: { body: "{{ usr }}" } } });
    expect(adviseTemplate(sms, new Map())).toMatchObject([{ path: "locales.en.body" }]);
  });

  it("are not looked for in partials, which are given what their tags say", () => {
    const partial = templateSchema.parse({
      key: "p",
      kind: "partial",
      channel: "email",
      name: "P",
      defaultLocale: "en",
      locales: { en: { html: "{{ thing }}" } },
    });
    expect(adviseTemplate(partial, new Map())).toEqual([]);
  });
});

describe("markup", () => {
  it("is read with its Liquid, whose quotes and brackets are none of the markup's", () => {
    expect(
      said({
        html: `<a href="{{ user.url | default: "http://x>y" }}"><img alt="{{ user.a | default: ">" }}" src="https://a.example/x"></a><a href="https://a.example/{% if user.a > 1 %}b{% endif %}">x</a>${out}`,
      }),
    ).toEqual([]);
  });

  it.each([
    [
      "a value without quotes around it",
      "<p>\n<b title={{ user.a }}>x</b>",
      "line 2: a value stands in the attribute title without quotes: it may add others",
    ],
    [
      "a value that could end a query",
      '<a href="https://a.example/?q={{ user.a }}">x</a>',
      "line 1: a value stands in an address as it is, without url_encode: {{ user.a }}",
    ],
    ["a script", "\n\n<a href='javascript:alert(1)'>x</a>", "line 3: a link has a scheme that mail readers refuse: javascript:alert(1)"],
    [
      "an image over http",
      '<img alt="" src="http://a.example/i.png">',
      "line 1: an image's address is not encrypted (http): http://a.example/i.png",
    ],
    ["an image without address", '<img alt="" src="">', "line 1: an image has no address"],
    [
      "an image without alt text",
      '<img src="https://a.example/{{ user.a }}.png">',
      'line 1: the image https://a.example/{{ … }}.png has no alt text (alt="" for an ornament)',
    ],
  ])("is told of with its line: %s", (_, html, message) => {
    expect(said({ html: html + out })).toEqual([`locales.en.html: ${message}`]);
  });

  it.each([
    "https://a.example/?q={{ user.a | url_encode }}&r={{ user.b | default: 'x' | url_encode }}",
    "https://a.example/{{ user.a }}",
    "{{ user.url }}?a=1",
    "https://a.example/?back={{ unsubscribe_url }}",
  ])("has nothing wrong in it: %s", (href) => {
    expect(said({ html: `<a href="${href}">x</a>${out}` })).toEqual([]);
  });

  it("takes anchors, mail addresses and telephone numbers for links", () => {
    expect(
      said({ html: `<a href="#top">a</a><a href="mailto:a@example.com">b</a><a href="tel:+491234">c</a><a name="top"></a>${out}` }),
    ).toEqual([]);
  });

  it("is told of once for each kind of fault, at most 50 times", () => {
    expect(said({ html: `${'<a href="/x">x</a>'.repeat(10)}${out}` })).toHaveLength(1);
    expect(adviseMail({ subject: "s", html: Array.from({ length: 200 }, (_, n) => `<a href="/${n}">x</a>`).join("") })).toHaveLength(50);
  });

  it("costs no more than its length", () => {
    const started = performance.now();
    for (const piece of ["<a ", '<a href="', "<img ", "{{ a }}<", "<!--", "<div style='display:none'>"])
      adviseMail({ subject: "s", html: piece.repeat(50_000) });
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe("a webhook's JSON", () => {
  const saidOf = (body: string): readonly string[] => {
    const webhook = { key: "w", channel: "webhook", name: "W", defaultLocale: "en", locales: { en: { url: "https://a.example", body } } };
    return adviseTemplate(templateSchema.parse(webhook), new Map()).map(({ message }) => message);
  };
  it("is told of values that could end the text they stand in", () => {
    expect(saidOf('{\n"a": "{{ user.a }}", "b": {{ user.b | json }}, "c": {{ user.c | plus: 1 }}}')).toEqual([
      "line 2: a value stands in JSON as it is, without the filter json: {{ user.a }}",
    ]);
    expect(saidOf('[{% for i in user.list %}{{ i | upcase | json }},{% endfor %}"{{ user.b | json | upcase }}"]')).toHaveLength(1);
  });
  it("and nothing else is", () => {
    expect(saidOf("name={{ user.a | url_encode }}&b={{ user.b }}")).toEqual([]);
    expect(saidOf("{{ user | json }}")).toEqual([]);
  });
});

describe("blocks", () => {
  it("are told of at the block and the field where it was written", async () => {
    const blocks = [
      { type: "heading", text: "Hi" },
      { type: "button", text: "x", href: "http://a.example/{{ user.id }}" },
      { type: "text", text: "a [b](/c)" },
      { type: "footer" },
    ];
    const completion = await completeTemplate(template({ blocks }));
    if (!completion.ok) throw new Error(JSON.stringify(completion.problems));
    expect(adviseTemplate(completion.template, new Map())).toEqual([
      { path: "locales.en.blocks[1].href", message: "a link is not encrypted (http): http://a.example/{{ … }}" },
      { path: "locales.en.blocks[2].text", message: "a link is relative, which leads nowhere from a mail: /c" },
      { path: "locales.en.blocks[3]", message: "says not who sends the mail: laws of many countries ask for a postal address" },
    ]);
  });
});

describe("a way to unsubscribe", () => {
  it("is found in partials of partials, and circles end", () => {
    const partial = (key: string, html: string): TemplateDefinition => {
      const parsed = templateSchema.parse({
        key,
        kind: "partial",
        channel: "email",
        name: key,
        defaultLocale: "en",
        locales: { en: { html } },
      });
      return { ...parsed, uses: usesOf(parsed) };
    };
    const pieces = (...list: readonly TemplateDefinition[]) => new Map(list.map((one) => [one.key, one]));
    const mail = template({ html: '{% partial "a" %}' });
    expect(offersWayOut(mail, pieces(partial("a", '{% partial "b" %}'), partial("b", out)))).toBe(true);
    expect(offersWayOut(mail, pieces(partial("a", '{% partial "b" %}'), partial("b", '{% partial "a" %}')))).toBe(false);
  });

  it("is looked for in every language, and the mere word is none", () => {
    const locales = { en: { subject: "s", html: out }, de: { subject: "s", html: "<p>You cannot unsubscribe</p>" } };
    expect(said({}, { locales })).toEqual([
      "locales.de.html: has no unsubscribe_url and no preferences_url: only transactional mail may be without",
    ]);
  });

  it.each([
    ["a page of one's own", { html: '<a href="https://shop.example/unsubscribe?u={{ user.id | url_encode }}">x</a>' }],
    ["a header of one's own", { html: "x", headers: { "List-Unsubscribe": "<mailto:out@shop.example>" } }],
    ["the footer block", { blocks: [{ type: "footer", text: "Shop Ltd, 1 Example Street" }] }],
  ])("may be %s", (_, content) => {
    expect(said(content)).toEqual([]);
  });
});
