import { describe, expect, it } from "vitest";
import { adviseMail, adviseTemplate, offersWayOut } from "./advise.ts";
import { usesOf } from "./lint.ts";
import { templateSchema, type TemplateDefinition } from "./template.ts";

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
        html: `<a href="{{ user.url | default: "http://x>y" }}"><img alt="{{ user.a | default: ">" }}" src="x"></a><a href="https://a.example/{% if user.a > 1 %}b{% endif %}">x</a>${out}`,
      }),
    ).toEqual([]);
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
});
