import { describe, expect, it } from "vitest";
import { Fault } from "../fault.ts";
import type { RenderScope } from "../message/message.ts";
import { lintTemplate, usesOf } from "./lint.ts";
import { renderTemplate } from "./render.ts";
import { templateSchema, type TemplateDefinition } from "./template.ts";
import type { Json } from "../json.ts";
import { checkUses } from "./uses.ts";
import { checkData } from "./variables.ts";

const scope: RenderScope = {
  user: { name: "Ada <b>", locale: "de", timezone: "Asia/Tokyo" },
  trigger: { properties: { items: [{ name: "A" }, { name: "B" }] } },
  variables: {},
  digest: { events: [], count: 0 },
  run: {},
  message: {},
  workspace: { name: "Shop", timezone: "Europe/Berlin" },
};
const now = Date.parse("2026-03-05T22:30:00Z");

const complete = (template: TemplateDefinition): TemplateDefinition => ({ ...template, uses: usesOf(template) });
const piece = (kind: "partial" | "layout", key: string, locales: Record<string, unknown>, more: object = {}): TemplateDefinition =>
  complete({
    ...templateSchema.parse({ key, kind, channel: "email", name: key, defaultLocale: Object.keys(locales)[0], locales }),
    ...more,
  });
const partial = (key: string, html: string, more: object = {}): TemplateDefinition => piece("partial", key, { en: { html, ...more } });
const email = (content: object, more: object = {}): TemplateDefinition =>
  complete(
    templateSchema.parse({
      key: "t",
      channel: "email",
      name: "T",
      defaultLocale: "en",
      locales: { en: { subject: "s", html: "h", ...content } },
      ...more,
    }),
  );

const render = (template: TemplateDefinition, pieces: readonly TemplateDefinition[], given: Partial<RenderScope> = {}, locale = "en") => {
  const rendering = renderTemplate(template, locale, { ...scope, ...given }, { now, pieces: new Map(pieces.map((one) => [one.key, one])) });
  if (!rendering.ok) return { html: `! ${rendering.reason}`, text: "", subject: "" };
  if (rendering.content.channel !== "email") throw new Error("expected an email");
  return rendering.content;
};
const htmlOf = (html: string, pieces: readonly TemplateDefinition[], given?: Partial<RenderScope>): string =>
  render(email({ html }), pieces, given).html;

describe("partials", () => {
  it("stand where they are named, over all that the template sees and what the tag gives them", () => {
    expect(
      htmlOf('{% for item in trigger.properties.items %}{% partial "row", thing: item, n: forloop.index %}{% endfor %}', [
        partial("row", "<li>{{ n }} {{ thing.name }} {{ user.name }} {{ item.name }}</li>"),
      ]),
    ).toBe("<li>1 A Ada &lt;b&gt; A</li><li>2 B Ada &lt;b&gt; B</li>");
  });

  it("leave nothing of what they were given behind", () => {
    expect(htmlOf('{% partial "a", x: 1 %}{{ x | default: "none" }}', [partial("a", "{{ x }}")])).toBe("1none");
  });

  it("come in the template's locale, else in their own default", () => {
    const both = piece("partial", "p", { en: { html: "Bye" }, de: { html: "Servus" } });
    const template = email(
      { html: '{% partial "p" %}' },
      { locales: { en: { subject: "s", html: '{% partial "p" %}' }, de: { subject: "s", html: '{% partial "p" %}' } } },
    );
    expect(render(template, [both], {}, "de-AT").html).toBe("Servus");
    expect(render(template, [piece("partial", "p", { fr: { html: "Salut" } })], {}, "de").html).toBe("Salut");
  });

  it("print their text where text is printed, else their HTML made into text", () => {
    const template = email({ subject: '{% partial "a" %}', text: '{% partial "a" %}|{% partial "b" %}' });
    expect(
      render(template, [partial("a", "<b>A</b>", { text: "T {{ user.name }}" }), partial("b", "<p>B &amp; {{ user.name }}</p>")]),
    ).toMatchObject({ subject: "T Ada <b>", text: "T Ada <b>|B & Ada <b>" });
  });

  it("bring the styles they need into the head, once", () => {
    const styled = piece("partial", "p", { en: { mjml: "x" } }, { compiled: { en: { html: "<i>p</i>", head: "<style>.p{}</style>" } } });
    expect(htmlOf('<html><head></head><body>{% partial "p" %}{% partial "p" %}</body></html>', [styled])).toBe(
      "<html><head><style>.p{}</style></head><body><i>p</i><i>p</i></body></html>",
    );
  });

  it("say which of them misses a variable", () => {
    expect(htmlOf('{% partial "p" %}', [partial("p", "\n{{ user.nope }}")])).toBe('! missing variable user.nope in partial "p", line 2');
  });

  it("are bounded in depth, and one that is not there is named", () => {
    expect(htmlOf('{% partial "p" %}', [partial("p", '{% partial "p" %}')])).toMatch(/nested deeper than 5/);
    expect(htmlOf('{% partial "q" %}', [])).toBe('! there is no partial "q"');
    expect(htmlOf('{% partial "l" %}', [piece("layout", "l", { en: { html: "{{ content }}" } })])).toBe('! there is no partial "l"');
  });

  it("count towards the limits of the message", () => {
    expect(htmlOf('{% for i in (1..20000) %}{% partial "p" %}{% endfor %}', [partial("p", "0123456789".repeat(5))])).toMatch(
      /larger than 512 KB/,
    );
  });

  it("cannot be sent by themselves", () => {
    expect(render(partial("p", "x"), []).html).toMatch(/^! "p" is a partial/);
  });
});

describe("layouts", () => {
  const layout = piece("layout", "l", {
    en: { html: "<main>{{ content }}</main>{{ workspace.name }}", text: "{{ content }}\n-- {{ workspace.name }}" },
  });

  it("stand around the body, which is not escaped again", () => {
    expect(render(email({ html: "<p>{{ user.name }}</p>", layout: "l" }), [layout])).toMatchObject({
      html: "<main><p>Ada &lt;b&gt;</p></main>Shop",
      text: "Ada <b>\n\nShop",
    });
  });

  it("print it once: neither not at all nor twice", () => {
    const said = (html: string, text?: string) => lintTemplate(piece("layout", "l", { en: { html, text } })).map(({ path }) => path);
    expect(said("{{ content }}", "{{- content -}}")).toEqual([]);
    expect(said("<p></p>")).toEqual(["locales.en.html"]);
    expect(said("{{ content }}{{content}}")).toEqual(["locales.en.html"]);
    expect(said("{{ content }}", "none")).toEqual(["locales.en.text"]);
  });

  it("have text of their own for text of its own", () => {
    expect(render(email({ text: "Hi {{ user.name }}", layout: "l" }), [layout]).text).toBe("Hi Ada <b>\n-- Shop");
  });
});

describe("what templates are put together of is checked when they are saved", () => {
  const check = (...templates: readonly TemplateDefinition[]): string => {
    try {
      checkUses(new Map(templates.map((template) => [template.key, template])));
      return "";
    } catch (problem) {
      return problem instanceof Fault ? problem.message : String(problem);
    }
  };

  it("takes what is there", () => {
    expect(check(email({ html: '{% partial "a" %}{% partial "b" %}' }), partial("a", '{% partial "b" %}'), partial("b", "x"))).toBe("");
  });

  it.each([
    ["a partial that is not there", [email({ html: '{% partial "a" %}' })], /"t" uses the partial "a", which is not there/],
    ["a layout that is not there", [email({ layout: "l" })], /"t" uses the layout "l"/],
    ["a partial as layout", [email({ layout: "a" }), partial("a", "x")], /uses the layout "a"/],
    [
      "a circle",
      [partial("a", '{% partial "b" %}'), partial("b", '{% partial "a" %}')],
      /hold one another: a, b, a|hold one another: b, a, b/,
    ],
    ["one that names itself", [partial("a", '{% partial "a" %}')], /hold one another: a, a/],
    [
      "too many in one another",
      ["a", "b", "c", "d", "e", "f"]
        .map((key, i, all) => partial(key, all[i + 1] === undefined ? "x" : `{% partial "${all[i + 1]}" %}`))
        .concat(email({ html: '{% partial "a" %}' })),
      /nested deeper than 5/,
    ],
  ])("refuses %s", (_, templates, message) => {
    expect(check(...templates)).toMatch(message);
  });
});

describe("declared variables", () => {
  it("fill what the data lacks by their defaults", () => {
    const template = email(
      { html: "{{ data.name }} {{ data.count }}" },
      { variables: { name: { type: "string", default: "you" }, count: { type: "number" } } },
    );
    expect(render(template, [], { data: { count: 2 } }).html).toBe("you 2");
    expect(render(template, [], { data: { count: 2, name: "Ada" } }).html).toBe("Ada 2");
    expect(render(template, []).html).toMatch(/missing variable data.count/);
  });
});

describe("what has to be compiled", () => {
  it.each([
    ["MJML", { html: undefined, mjml: "<mjml></mjml>" }, "mjml: it was not compiled when the template was saved"],
    ["blocks", { html: undefined, blocks: [{ type: "divider" }] }, "blocks: it was not compiled when the template was saved"],
  ])("is never compiled when it is sent: %s", (_, content, reason) => {
    expect(render(email(content), []).html).toBe(`! ${reason}`);
  });
});

describe("data is of the type that a template says", () => {
  const right: Record<string, readonly unknown[]> = {
    string: ["", "x"],
    number: [0, -1.5],
    boolean: [true, false],
    date: ["2026-02-28", "2024-02-29T10:00:00Z", "2026-03-05T09:30:00.5+01:00"],
    array: [[], [1]],
    object: [{}, { a: 1 }],
  };
  const wrong: readonly unknown[] = ["2026-02-30", "2025-02-29T00:00:00Z", "2026-13-01", "yesterday", 5, true, [], {}];
  it.each(Object.keys(right))("%s", (type) => {
    const check = (value: unknown) => checkData({ x: { type: type as "string", required: true } }, { x: value as Json }); // of the names above
    for (const value of right[type] ?? []) expect(check(value)).toEqual([]);
    const same = (value: unknown): boolean =>
      type === "array"
        ? Array.isArray(value)
        : type === "object"
          ? !Array.isArray(value) && typeof value === "object"
          : typeof value === type;
    for (const value of wrong.filter((one) => !same(one))) expect(check(value)).toMatchObject([{ path: "data.x" }]);
    expect(check(null)).toMatchObject([{ path: "data.x", message: expect.stringMatching(/^is required/) }]);
  });
});

describe("filters", () => {
  it.each([
    ['{{ 1234.5 | money: "EUR" }}', "€1,234.50"],
    ['{{ "1234.5" | money: "EUR", "de" }}', "1.234,50 €"],
    ['{{ 1000 | money: "jpy" }}', "¥1,000"],
    ["{{ 1234567.891 | number }}", "1,234,567.891"],
    ["{{ 2 | number: 2 }}", "2.00"],
    ['{{ 1234.5 | number: 1, "de" }}', "1.234,5"],
    ['{{ "2026-03-05T22:30:00Z" | date: "%d.%m.%Y %H:%M", "Europe/Berlin" }}', "05.03.2026 23:30"],
    ['{{ "now" | date: "%d.%m. %H:%M", "user" }}', "06.03. 07:30"],
    ['{{ 1 | money: "EURO" }}', "! html, line 1: money needs a currency"],
    ['{{ "a" | money: "EUR" }}', '! html, line 1: money takes a number, not "a"'],
    ["{{ 1 | number: -1 }}", "! html, line 1: number takes how many decimals"],
    ['{{ "now" | date: "%H", "Europe/Brelin" }}', '! html, line 1: "Europe/Brelin" is no zone'],
    ['{{ user.nope | money: "EUR" }}', "! missing variable user.nope"],
  ])("%s", (html, expected) => {
    expect(htmlOf(html, []).replaceAll("\u00a0", " ")).toContain(expected);
  });

  it("writes numbers as the template's locale does", () => {
    const template = email(
      {},
      { defaultLocale: "de", locales: { de: { subject: "s", html: '{{ 1234.5 | money: "EUR" }} {{ 0.5 | number }}' } } },
    );
    expect(render(template, []).html.replaceAll("\u00a0", " ")).toBe("1.234,50 € 0,5");
  });

  it("takes the workspace's zone where the user has none", () => {
    expect(htmlOf('{{ "now" | date: "%H:%M", "user" }}', [], { user: {} })).toBe("23:30");
  });
});

describe("links as tags", () => {
  it("print what the variables print", () => {
    const links = { unsubscribe_url: "https://t.example/?a=1&b=2" };
    expect(htmlOf("{% unsubscribe_url %}", [], { links })).toBe("https://t.example/?a=1&amp;b=2");
    expect(htmlOf("{% preferences_url %}", [], { links })).toMatch(/missing variable preferences_url/);
  });
});
