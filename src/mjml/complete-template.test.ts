import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { RenderScope } from "../domain/message/message.ts";
import { renderTemplate } from "../domain/template/render.ts";
import { templateSchema, type TemplateDefinition } from "../domain/template/template.ts";
import { completeScript } from "./complete-script.ts";
import { completeTemplate } from "./complete-template.ts";

const scope: RenderScope = {
  user: { firstName: "<Ada>", vip: true },
  trigger: null,
  variables: {},
  digest: { events: [], count: 0 },
  run: {},
  message: {},
  workspace: { name: "Shop" },
  data: { items: [{ name: "A & B", price: 5 }] },
  links: { unsubscribe_url: "https://t.example/u?a=1&b=2", preferences_url: "https://t.example/p" },
};

const complete = async (input: object): Promise<TemplateDefinition> => {
  const completion = await completeTemplate(templateSchema.parse({ name: "T", channel: "email", defaultLocale: "en", ...input }));
  if (!completion.ok) throw new Error(JSON.stringify(completion.problems));
  return completion.template;
};
const mail = async (content: object, pieces: readonly TemplateDefinition[] = [], given: Partial<RenderScope> = {}): Promise<string> => {
  const template = await complete({ key: "t", locales: { en: { subject: "s", ...content } } });
  const rendering = renderTemplate(
    template,
    "en",
    { ...scope, ...given },
    { now: 0, pieces: new Map(pieces.map((one) => [one.key, one])) },
  );
  if (!rendering.ok || rendering.content.channel !== "email") throw new Error(rendering.ok ? "expected an email" : rendering.reason);
  return rendering.content.html;
};
const body = (html: string): string => html.slice(html.indexOf("<body"));

describe("blocks", () => {
  it.each([
    [
      "heading",
      { type: "heading", text: "Hi {{ user.firstName }} & *all*", level: 2, color: "#123456" },
      ["<h2", "Hi &lt;Ada&gt; &amp; <em>all</em>", "#123456"],
    ],
    [
      "text",
      { type: "text", text: "One **two**\nthree\n\n- a\n- b <i>" },
      ["<strong>two</strong><br>three</p>", "<li", "b &lt;i&gt;</li>"],
    ],
    [
      "links in text",
      { type: "text", text: '[a "b"](https://a.example/?x={{ user.firstName | url_encode }}&y=1)' },
      ['href="https://a.example/?x=%3CAda%3E&amp;y=1"', "a &quot;b&quot;</a>"],
    ],
    [
      "image",
      { type: "image", src: "https://a.example/i.png", alt: 'It\'s "it"', href: "https://a.example", width: 200 },
      ['alt="It\'s &quot;it&quot;"', 'width="200"', 'href="https://a.example"'],
    ],
    [
      "button",
      { type: "button", text: "Go {{ user.firstName }}", href: "https://a.example/{{ user.firstName | url_encode }}", fill: "#ff0000" },
      ["Go &lt;Ada&gt;", 'href="https://a.example/%3CAda%3E"', "#ff0000"],
    ],
    ["divider", { type: "divider", color: "#abcdef", thickness: 3 }, ["solid 3px #abcdef"]],
    ["spacer", { type: "spacer", height: 33 }, ["height:33px"]],
    [
      "social",
      {
        type: "social",
        links: [
          { name: "Us", href: "https://a.example" },
          { name: "Them", href: "https://b.example", icon: "https://b.example/i.png" },
        ],
      },
      [">Us</a>", 'alt="Them"'],
    ],
    [
      "products",
      {
        type: "products",
        items: "data.items",
        title: "{{ item.name }}",
        price: '{{ item.price | money: "EUR" }}',
        href: "https://a.example/{{ forloop.index }}",
      },
      ["<strong>A &amp; B</strong>", "€5.00", "https://a.example/1"],
    ],
    ["html", { type: "html", html: "<p class='mine'>{{ user.firstName }}</p>" }, ["<p class='mine'>&lt;Ada&gt;</p>"]],
    [
      "footer",
      { type: "footer", text: "Ltd", unsubscribe: "Abmelden", preferences: "Prefs" },
      ['href="https://t.example/u?a=1&amp;b=2"', "Abmelden", 'href="https://t.example/p"', "Prefs"],
    ],
    [
      "columns",
      {
        type: "columns",
        columns: [
          { width: 30, blocks: [{ type: "text", text: "left" }] },
          { width: 70, blocks: [{ type: "text", text: "right" }] },
        ],
      },
      ["mj-column-per-30", "left", "mj-column-per-70", "right"],
    ],
  ])("%s", async (_, block, expected) => {
    const html = body(await mail({ blocks: [block] }));
    for (const text of expected) expect(html).toContain(text);
    expect(html).not.toContain("{{");
  });

  it("are there only where their condition holds, in columns too", async () => {
    const text = (word: string, condition: string) => ({ type: "text", text: word, if: condition });
    const html = body(
      await mail({
        blocks: [
          text("yes-a", "user.vip"),
          text("no-a", "user.nope"),
          { type: "columns", columns: [{ blocks: [text("yes-b", "user.vip")] }, { blocks: [text("no-b", "user.vip == false")] }] },
        ],
      }),
    );
    expect(html).toMatch(/yes-a[\s\S]*yes-b/);
    expect(html).not.toMatch(/no-/);
  });

  it("of products say what is to be said when there are none", async () => {
    const block = { type: "products", items: "data.items", title: "{{ item.name }}", empty: "Nothing yet" };
    expect(await mail({ blocks: [block] })).not.toContain("Nothing yet");
    expect(await mail({ blocks: [block] }, [], { data: { items: [] } })).toContain("Nothing yet");
    expect(await mail({ blocks: [block] }, [], { data: {} })).toContain("Nothing yet");
  });

  it("take their colours from the theme, light and dark", async () => {
    const html = await mail({
      blocks: [{ type: "button", text: "Go", href: "https://a.example" }],
      theme: { primary: "#00ff00", dark: { primary: "#0000ff" }, width: 500 },
    });
    expect(html).toContain("background:#00ff00");
    expect(html).toMatch(/prefers-color-scheme: dark[\s\S]*#0000ff/);
    expect(html).toContain("max-width:500px");
    expect(html).toContain('lang="en"');
  });

  it("cannot have the layout's block outside of layouts", async () => {
    await expect(mail({ blocks: [{ type: "content" }] })).rejects.toThrow("stands in layouts only");
  });
});

describe("what a template is put together of", () => {
  it("a layout of blocks around MJML with a partial of MJML: one mail, with the styles of all of them", async () => {
    const section = (text: string, width: string) =>
      `<mj-section><mj-column width="${width}"><mj-text>${text}</mj-text></mj-column></mj-section>`;
    const layout = await complete({
      key: "l",
      kind: "layout",
      locales: { en: { blocks: [{ type: "heading", text: "Top" }, { type: "content" }, { type: "footer" }] } },
    });
    const partial = await complete({
      key: "p",
      kind: "partial",
      locales: { en: { mjml: section("partial {{ user.firstName }}", "40%") } },
    });
    const html = await mail({ layout: "l", mjml: `${section("own", "70%")}{% partial "p" %}` }, [layout, partial]);
    expect(html.match(/<html/g)).toHaveLength(1);
    expect(html).toMatch(/Top[\s\S]*own[\s\S]*partial &lt;Ada&gt;[\s\S]*Unsubscribe/);
    const head = html.slice(0, html.indexOf("</head>"));
    expect(head).toContain(".mj-column-per-70");
    expect(head).toContain(".mj-column-per-40");
  });

  it("is noted when it is saved", async () => {
    const template = await complete({
      key: "t",
      locales: {
        en: {
          subject: '{% partial "b" %}',
          layout: "l",
          blocks: [
            { type: "partial", key: "a" },
            { type: "text", text: '{% partial "c" %}' },
          ],
        },
      },
    });
    expect(template.uses).toEqual({ partials: ["a", "b", "c"], layouts: ["l"] });
  });

  it("is compiled afresh, whatever is brought along", async () => {
    const first = await complete({ key: "t", locales: { en: { subject: "s", mjml: "<mjml><mj-body></mj-body></mjml>" } } });
    const second = await completeTemplate({ ...first, compiled: { en: { html: "old" } } });
    expect(second).toEqual({ ok: true, template: first });
  });
});

describe("scripts", () => {
  it("have their templates compiled before they are played", async () => {
    const template = templateSchema.parse({
      key: "t",
      channel: "email",
      name: "T",
      defaultLocale: "en",
      locales: { en: { subject: "s", blocks: [{ type: "text", text: "Hi" }] } },
    });
    const script = await completeScript({
      definitions: { templates: [template] },
      script: [{ type: "publish", template }, { type: "track" }],
    });
    expect(script.definitions?.templates[0]?.compiled?.["en"]?.html).toContain("Hi");
    expect(script.script[0]).toMatchObject({ template: { compiled: { en: {} } } });
  });

  it("are refused with the place where one does not compile", async () => {
    const wrong = templateSchema.parse({
      key: "t",
      channel: "email",
      name: "T",
      defaultLocale: "en",
      locales: { en: { subject: "s", mjml: "<mjml>\n<mj-foo/></mjml>" } },
    });
    await expect(completeScript({ definitions: { templates: [wrong] }, script: [] })).rejects.toThrow(
      /^definitions\.templates\[0\]\.locales\.en\.mjml: line 2/,
    );
  });
});

describe("the example's templates", () => {
  const folder = path.resolve(import.meta.dirname, "../../examples/shop/templates");
  it.each(readdirSync(folder))("%s compiles", async (name) => {
    const completion = await completeTemplate(templateSchema.parse(JSON.parse(readFileSync(path.join(folder, name), "utf8"))));
    expect(completion).toMatchObject({ ok: true });
  });
});
