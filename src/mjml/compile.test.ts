import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { liquidPieces } from "../domain/template/liquid-pieces.ts";
import { compileMjml } from "./compile.ts";

const body = (inner: string, head = ""): string => `<mjml>${head}<mj-body>\n${inner}\n</mj-body></mjml>`;
const html = async (source: string, form: "document" | "fragment" = "document"): Promise<string> => {
  const result = await compileMjml(source, form);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.compiled.html;
};
const problems = async (source: string, form: "document" | "fragment" = "document") => {
  const result = await compileMjml(source, form);
  return result.ok ? [] : result.problems;
};
const column = (inner: string): string => `<mj-section><mj-column>${inner}</mj-column></mj-section>`;

describe("Liquid survives the compilation of MJML", () => {
  it("in text, with its quotes and angle brackets", async () => {
    expect(
      await html(body(column(`<mj-text>Hi {{ user.name | default: "<b>you</b>" }} & {% if a > 1 %}x{% endif %}</mj-text>`))),
    ).toContain(`Hi {{ user.name | default: "<b>you</b>" }} & {% if a > 1 %}x{% endif %}<`);
  });

  it("in attributes, with the quotes that surround the attribute too", async () => {
    const made = await html(
      body(column(`<mj-button href="{{ url | default: "https://a.example" }}?x={{ b | url_encode }}">Go</mj-button>`)),
    );
    expect(made).toContain(`href="{{ url | default: "https://a.example" }}?x={{ b | url_encode }}"`);
  });

  it("where a colour is expected", async () => {
    expect(
      await html(body(`<mj-section background-color="{{ c }}"><mj-column><mj-text color="{{ d }}">x</mj-text></mj-column></mj-section>`)),
    ).toMatch(/background:\{\{ c \}\}[\s\S]*color:\{\{ d \}\}/);
  });

  it("between elements: conditions and loops around sections, columns and what is in them", async () => {
    const made = await html(
      body(`{% if user.vip %}
        ${column("<mj-text>A</mj-text>")}
      {% endif %}
      <mj-section>{% for i in list %}<mj-column>{% unless x %}<mj-text>{{ i }}</mj-text>{% endunless %}</mj-column>{% endfor %}</mj-section>`),
    );
    const order = [
      "{% if user.vip %}",
      ">A<",
      "{% endif %}",
      "{% for i in list %}",
      "{% unless x %}",
      "{{ i }}",
      "{% endunless %}",
      "{% endfor %}",
    ];
    const places = order.map((piece) => made.indexOf(piece));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it("in the head: title, preview and styles", async () => {
    const made = await html(
      body(
        column("<mj-text>x</mj-text>"),
        "<mj-head><mj-title>{{ t }}</mj-title><mj-preview>{{ p }}</mj-preview><mj-style>.a{color:{{ c }}}</mj-style></mj-head>",
      ),
    );
    expect(made).toContain("<title>{{ t }}</title>");
    expect(made).toContain("{{ p }}</div>");
    expect(made).toContain(".a{color:{{ c }}}");
  });

  it("in raw, and in comments of Liquid", async () => {
    const text = "{% raw %}{{ not.this }} <mj-text>{% endraw %}{% comment %}<mj-foo>{% endcomment %}";
    expect(await html(body(column(`<mj-text>${text}</mj-text>`)))).toContain(text);
  });

  it("and a source that has our words in it already", async () => {
    expect(await html(body(column("<mj-text>liquid0q0x {{ a }}</mj-text>")))).toContain("liquid0q0x {{ a }}");
  });
});

describe("problems of MJML name the line", () => {
  it.each([
    ["an unknown element", body("<mj-section>\n<mj-foo></mj-foo>\n</mj-section>"), 3, /mj-foo doesn't exist/],
    ["an unknown attribute", body(column('<mj-text colour="red">x</mj-text>')), 2, /colour/],
    ["a wrong value", body(column('<mj-text color="reddish">x</mj-text>')), 2, /invalid value/],
    ["an element in the wrong place", body("<mj-text>x</mj-text>"), 2, /cannot be used inside/],
    [
      "Liquid where MJML reckons",
      body('\n<mj-section><mj-column width="{{ w }}px"></mj-column></mj-section>'),
      3,
      /width cannot be Liquid/,
    ],
    ["Liquid in a tag", body("<mj-section>\n<mj-column {{ attributes }}></mj-column></mj-section>"), 3, /inside of an attribute's value/],
    [
      "Liquid where no text can stand",
      body(column("<mj-carousel>\n{% if x %}<mj-carousel-image src='a'/>{% endif %}</mj-carousel>")),
      3,
      /so Liquid, cannot/,
    ],
    ["an include", body('\n<mj-include path="/etc/passwd" />'), 3, /use a partial/],
  ])("%s", async (_, source, line, message) => {
    const [first] = await problems(source);
    expect(first).toMatchObject({ line, message: expect.stringMatching(message) });
  });

  it("and say what form is wanted, whatever stands before it", async () => {
    expect(await problems(`<?xml version="1.0"?>\n<!-- a --><!-- b -->${body("")}`)).toEqual([]);
    expect(await problems(column("<mj-text>x</mj-text>"))).toMatchObject([{ line: 1, message: "has to begin with <mjml>" }]);
    expect(await problems(body(""), "fragment")).toMatchObject([
      { line: 1, message: expect.stringContaining("sections and wrappers only") },
    ]);
  });
});

describe("whatever is written", () => {
  it("comes out as Liquid as it went in", async () => {
    const piece = fc.constantFrom(
      "{{ a }}",
      "{{ a | default: '}}' }}",
      '{{ "%}" }}',
      "{%- if a -%}",
      "{% endif %}",
      "{{a}}{{b}}",
      "{% raw %}{{ x {% endraw %}",
    );
    const text = fc.constantFrom("x", " ", "\n", "<b>y</b>", "&amp;", "1 < 2", "{", "}", "%");
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(piece, text), { maxLength: 12 }), async (parts) => {
        const source = parts.join("");
        const made = await html(body(column(`<mj-raw>${source}</mj-raw>`)));
        expect(liquidPieces(made).map(({ text: found }) => found)).toEqual(liquidPieces(source).map(({ text: found }) => found));
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    ["what is nested too deeply", body("<mj-x>".repeat(4_000) + "</mj-x>".repeat(4_000)), "MJML cannot read it: it is nested too deeply"],
    [
      "a carousel without end",
      body(column(`<mj-carousel>${"<mj-carousel-image src='a'/>".repeat(51)}</mj-carousel>`)),
      "has more than 50 images in carousels",
    ],
    [
      "styles to be inlined without end",
      body(
        column(`<mj-text>${"<b>x</b>".repeat(2_000)}</mj-text>`),
        `<mj-head><mj-style inline="inline">${"div * * * b { color: red }\n".repeat(500)}</mj-style></mj-head>`,
      ),
      "has more styles to be inlined than so many elements may have; leave inline out",
    ],
  ])("is refused where it would take too long: %s", async (_, source, message) => {
    const started = performance.now();
    expect(await problems(source)).toMatchObject([{ message }]);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it("is told of in few words", async () => {
    const [first] = await problems(body(column(`<mj-text padding="${"1px ".repeat(50_000)}">x</mj-text>`)));
    expect(first?.message.length).toBeLessThan(400);
  });

  it("changes nothing for others, whatever it calls its classes", async () => {
    await problems(
      body(
        column('<mj-text mj-class="__proto__">x</mj-text>'),
        '<mj-head><mj-attributes><mj-class name="__proto__" color="red" /></mj-attributes></mj-head>',
      ),
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect("color" in {}).toBe(false);
  });

  it("takes no longer than its length allows", async () => {
    const started = performance.now();
    await compileMjml(`${"<!-- -->".repeat(5_000)}x`, "document");
    await compileMjml(`<mjml>${"<mj-text {{ a }}".repeat(10_000)}`, "document");
    await compileMjml(body("{% if x %}".repeat(10_000)), "document");
    await compileMjml("{{ '".repeat(50_000), "fragment");
    expect(performance.now() - started).toBeLessThan(8_000);
  });
});

describe("what is made", () => {
  it("loads no fonts from anywhere", async () => {
    expect(await html(body(column("<mj-text>x</mj-text>")))).not.toContain("googleapis");
  });

  it("is the same every time", async () => {
    const source = body(
      column(
        "<mj-text>{{ a }}</mj-text><mj-navbar hamburger='hamburger'><mj-navbar-link href='/a'>A</mj-navbar-link></mj-navbar><mj-carousel><mj-carousel-image src='{{ b }}'/></mj-carousel>",
      ),
    );
    expect(await html(source)).toBe(await html(source));
  });

  it("of a fragment is what stands in the body, and the styles for it", async () => {
    const result = await compileMjml("<mj-section><mj-column width='50%'><mj-text>{{ a }}</mj-text></mj-column></mj-section>", "fragment");
    if (!result.ok) throw new Error(JSON.stringify(result.problems));
    expect(result.compiled.html).not.toMatch(/<html|<body|<head/);
    expect(result.compiled.html).toContain("{{ a }}");
    expect(result.compiled.head).toContain(".mj-column-per-50");
    expect(result.compiled.head).not.toContain("#outlook");
  });

  it("inlines the styles that say so", async () => {
    const made = await html(
      body(
        column("<mj-text css-class='a'>{{ x }}</mj-text>"),
        "<mj-head><mj-style inline='inline'>.a div { color: #123456 !important }</mj-style></mj-head>",
      ),
    );
    expect(made).toMatch(/style="[^"]*color: ?#123456/);
  });
});
