import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RenderScope } from "../message/message.ts";
import { lintTemplate } from "./lint.ts";
import { renderTemplate } from "./render.ts";
import { templateSchema, type TemplateDefinition } from "./template.ts";

const scopeOf = (user: object): RenderScope => ({
  user: user as RenderScope["user"], // JSON, written below
  trigger: null,
  variables: {},
  digest: { events: [], count: 0 },
  run: {},
  message: {},
  workspace: {},
});
const mailOf = (html: string): TemplateDefinition =>
  templateSchema.parse({ key: "t", channel: "email", name: "T", defaultLocale: "en", locales: { en: { subject: "s", text: "t", html } } });
const print = (html: string, user: object = {}): string => {
  const rendering = renderTemplate(mailOf(html), "en", scopeOf(user), { now: Date.parse("2026-03-05T09:30:00Z") });
  return rendering.ok && rendering.content.channel === "email" ? rendering.content.html : `! ${rendering.ok ? "" : rendering.reason}`;
};

const numbers = Array.from({ length: 5_000 }, (_, n) => n);
const rows = Array.from({ length: 1_000 }, (_, n) => ({ a: 1, b: n }));

describe("what is done between two steps is counted too: a step may have any number of filters, operators and elements", () => {
  it.each([
    ["chains of filters", `{% for i in (1..40000) %}{{ 1${" | plus: 1".repeat(900)} }}{% endfor %}`],
    [
      "an expression for each element",
      '{% for i in (1..4000) %}{% assign y = user.rows | where_exp: "r", "r.a == 1 and r.b == 2" %}{% endfor %}',
    ],
    ["the same without reading anything", '{% for i in (1..4000) %}{% assign y = user.rows | has_exp: "r", "false" %}{% endfor %}'],
    ["comparing lists", "{% for i in (1..40000) %}{% if user.numbers == user.same %}{% endif %}{% endfor %}"],
    ["comparing lists within lists", "{% for i in (1..40000) %}{% if user.nested == user.nestedToo %}{% endif %}{% endfor %}"],
    ["comparing lists by case", "{% for i in (1..20000) %}{% case user.numbers %}{% when user.same %}x{% endcase %}{% endfor %}"],
    ["looking for a text in a long one", '{% for i in (1..40000) %}{% if user.long contains "zz" %}{% endif %}{% endfor %}'],
    ["sorting", '{% for i in (1..4000) %}{% assign y = user.rows | sort: "b" %}{% endfor %}'],
    ["conditions", `{% for i in (1..40000) %}{% if true${" and true".repeat(900)} %}{% endif %}{% endfor %}`],
    ["paths", `{% for i in (1..40000) %}{% if user${".a".repeat(1_000)} %}{% endif %}{% endfor %}`],
  ])("%s", (_, liquid) => {
    const started = performance.now();
    const user = { rows, numbers, same: [...numbers], nested: [numbers], nestedToo: [[...numbers]], long: "a".repeat(500_000) };
    expect(print(liquid, user)).toMatch(/more than (?:1000000 operations|50000 steps|4000000 characters)/);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it("and an ordinary long mail is far from it", () => {
    const item =
      '<li>{{ r.b | number }} {{ r.b | money: "EUR" }} {% if r.a == 1 and r.b > 5 %}{{ r.name | default: "x" | upcase }}{% endif %}</li>';
    expect(print(`{% assign some = user.rows | where: "a", 1 | sort: "b" %}{% for r in some %}${item}{% endfor %}`, { rows })).toMatch(
      /€999\.00/,
    );
  });

  it("a single piece is bounded in length, when it is saved", () => {
    const template = mailOf(`ok\n{{ 1${" | plus: 1".repeat(1_200)} }}`);
    expect(lintTemplate(template)).toEqual([{ path: "locales.en.html", message: expect.stringMatching(/line 2: .*10000 characters/) }]);
  });

  it("and what is nested too deeply is refused when it is saved", () => {
    const template = mailOf("{% if true %}".repeat(5_000) + "{% endif %}".repeat(5_000));
    expect(lintTemplate(template)).toEqual([{ path: "locales.en.html", message: expect.stringContaining("nested too deeply") }]);
  });
});

describe("values are escaped in HTML once", () => {
  it.each([
    ["escape, which other engines need", "{{ user.a | escape }}", "&lt;b&gt;&amp;\n"],
    ["escape_once", '{{ "&lt;x>" | escape_once }}', "&lt;x&gt;"],
    ["line breaks as markup", "{{ user.a | newline_to_br }}", "&lt;b&gt;&amp;<br />\n"],
    ["both", "{{ user.a | escape | newline_to_br }}", "&lt;b&gt;&amp;<br />\n"],
    [
      "what comes after is escaped again, rather than not at all",
      '{{ user.a | escape | append: "<i>" }}',
      "&amp;lt;b&amp;gt;&amp;amp;\n&lt;i&gt;",
    ],
    ["a captured value", "{% capture x %}{{ user.a }}{% endcapture %}{{ x | raw }}", "&lt;b&gt;&amp;\n"],
    ["an attribute", '<a title="{{ user.q }}">', '<a title="&#34; onmouseover=&#34;alert(1)">'],
  ])("%s", (_, liquid, printed) => {
    expect(print(liquid, { a: "<b>&\n", q: '" onmouseover="alert(1)' })).toBe(printed);
  });

  it("whatever they are: nothing in a text or a quoted attribute becomes markup, Liquid or another value", () => {
    const value = fc.oneof(
      fc.string(),
      fc.constantFrom(
        "<script>",
        "</p>",
        '" onclick="x',
        "' x='",
        "{{ user.b }}",
        "{% raw %}",
        "-->",
        "]]>",
        "&amp;",
        "\u2028",
        "</title><b>",
      ),
      fc.string({ unit: "binary" }),
    );
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 4 }), (parts) => {
        const a = parts.join("");
        const html = print(`<p title="{{ user.a }}" class='{{ user.a }}'>{{ user.a }}</p>`, { a: `x${a}`, b: "secret" });
        const [, quoted = "", single = "", text = ""] = /^<p title="([^"<>]*)" class='([^'<>]*)'>([^<>]*)<\/p>$/.exec(html) ?? [];
        const printed = (escaped: string): string =>
          escaped.replace(
            /&(amp|lt|gt|#34|#39);/g,
            (_, name: string) => ({ amp: "&", lt: "<", gt: ">", "#34": '"', "#39": "'" })[name] ?? "?",
          );
        expect([quoted, single, text].map(printed)).toEqual(Array.from({ length: 3 }, () => `x${a}`));
      }),
      { numRuns: 300 },
    );
  });

  it("and Liquid in a user's data is text", () => {
    const evil = "{{ user.secret }}{% for i in (1..9) %}x{% endfor %}";
    expect(print("{{ user.a }}", { a: evil, secret: "s" })).toBe(evil);
  });
});

describe("fields", () => {
  it("that some elements lack are no missing variables where a list is filtered by them", () => {
    expect(print('{{ user.list | where: "vip", true | map: "n" | join: "," }}', { list: [{ n: 1, vip: true }, { n: 2 }] })).toBe("1");
  });
  it("called like a count are the fields where there are such", () => {
    expect(print("{{ user.size }} {{ user.list.size }}", { size: "L", list: [1, 2] })).toBe("L 2");
  });
});

describe("dates", () => {
  it.each([
    ["milliseconds", 1_700_000_000_000],
    ["milliseconds as text", "1700000000000"],
    ["seconds", 1_700_000_000],
    ["ISO text", "2023-11-14T22:13:20Z"],
  ])("are read as conditions read them: %s", (_, at) => {
    expect(print('{{ user.at | date: "%Y-%m-%d %H:%M:%S" }}', { at })).toBe("2023-11-14 22:13:20");
  });
  it("have the instant of rendering for now in expressions too", () => {
    expect(print(`{{ user.list | where_exp: "i", "i.y == 1" | map: "n" | first | append: "" }}`, { list: [{ n: "a", y: 1 }] })).toBe("a");
  });
});

describe("plural", () => {
  const inLocale = (locale: string, liquid: string): string => {
    const template = templateSchema.parse({
      key: "t",
      channel: "sms",
      name: "T",
      defaultLocale: locale,
      locales: { [locale]: { body: liquid } },
    });
    const rendering = renderTemplate(template, locale, scopeOf({}), { now: 0 });
    return rendering.ok && rendering.content.channel === "sms" ? rendering.content.body : `! ${rendering.ok ? "" : rendering.reason}`;
  };
  const polish = (count: string): string =>
    inLocale("pl", `{{ ${count} | plural: one: "# produkt", few: "# produkty", other: "# produktów" }}`);
  it.each([
    ["en", '{{ 1 | plural: one: "# item", other: "# items" }}', "1 item"],
    ["en", '{{ 1200 | plural: one: "# item", other: "# items" }}', "1,200 items"],
    ["en", '{{ "1" | plural: one: "# item", other: "# items" }}', "1 item"],
    ["en", '{{ 0 | plural: zero: "nothing", one: "# item", other: "# items" }}', "nothing"],
    ["fr", '{{ 0 | plural: one: "# article", other: "# articles" }}', "0 article"],
    ["de", '{{ 1234.5 | plural: one: "# Stück", other: "# Stück" }}', "1.234,5 Stück"],
    ["en", '{{ 1 | plural: one: "# item" }}', "! body, line 1: plural needs forms by name"],
    ["en", '{{ 1 | plural: "# item" }}', "! body, line 1: plural needs forms by name"],
    ["en", '{{ 1 | plural: single: "#", other: "#" }}', "! body, line 1: plural needs forms by name"],
    ["en", '{{ "many" | plural: other: "#" }}', '! body, line 1: plural takes a number, not "many"'],
  ])("%s: %s", (locale, liquid, printed) => {
    expect(inLocale(locale, liquid)).toContain(printed);
  });
  it("has the forms of languages that have more than two", () => {
    expect(["1", "2", "5", "22", "112"].map(polish)).toEqual(["1 produkt", "2 produkty", "5 produktów", "22 produkty", "112 produktów"]);
  });
});

describe("values for WhatsApp's places", () => {
  it("have no line breaks and no more than four spaces in a row, which it refuses", () => {
    const template = templateSchema.parse({
      key: "t",
      channel: "whatsapp",
      name: "T",
      defaultLocale: "en",
      locales: { en: { template: { name: "n", language: "en", parameters: ["{{ user.a }}"] } } },
    });
    expect(renderTemplate(template, "en", scopeOf({ a: "one\r\n\ttwo         three" }), { now: 0 })).toMatchObject({
      content: { template: { parameters: ["one two    three"] } },
    });
  });
});
