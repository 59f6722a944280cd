import { describe, expect, it } from "vitest";
import type { RenderScope } from "../domain/message/message.ts";
import { renderTemplate } from "../domain/template/render.ts";
import { templateSchema, type TemplateDefinition } from "../domain/template/template.ts";
import { completeTemplate } from "./complete-template.ts";

const scope: RenderScope = {
  user: { name: "Ada" },
  trigger: null,
  variables: {},
  digest: { events: [], count: 0 },
  run: {},
  message: {},
  workspace: { name: "Shop" },
  data: { items: [{ name: "A" }] },
  links: { unsubscribe_url: "https://t.example/u" },
};
const definition = (input: object): TemplateDefinition =>
  templateSchema.parse({ key: "t", name: "T", channel: "email", defaultLocale: "en", ...input });
const complete = async (input: object): Promise<TemplateDefinition> => {
  const completion = await completeTemplate(definition(input));
  if (!completion.ok) throw new Error(JSON.stringify(completion.problems));
  return completion.template;
};
const problemsOf = async (content: object) => {
  const completion = await completeTemplate(definition({ locales: { en: { subject: "s", ...content } } }));
  return completion.ok ? [] : completion.problems;
};
const render = async (content: object, locale = "en", pieces: readonly TemplateDefinition[] = []) => {
  const template = await complete({ defaultLocale: locale, locales: { [locale]: { subject: "s", ...content } } });
  return renderTemplate(template, locale, scope, { now: 0, pieces: new Map(pieces.map((one) => [one.key, one])) });
};
const htmlOf = async (content: object, locale?: string, pieces?: readonly TemplateDefinition[]): Promise<string> => {
  const rendering = await render(content, locale, pieces);
  if (!rendering.ok || rendering.content.channel !== "email") throw new Error(rendering.ok ? "expected an email" : rendering.reason);
  return rendering.content.html;
};
const layout = (more: object = {}) =>
  complete({ key: "l", kind: "layout", locales: { en: { blocks: [{ type: "content" }, { type: "footer", text: "Ltd" }], ...more } } });

describe("a mail of blocks", () => {
  it("says its language and direction, and has the subject for a title", async () => {
    const html = await htmlOf({ subject: "Tea & <biscuits>", blocks: [{ type: "text", text: "x" }] }, "de");
    expect(html).toContain('<html lang="de" dir="ltr"');
    expect(html).toContain('role="article" lang="de" dir="ltr"');
    expect(html).toContain("<title>Tea &amp; &lt;biscuits&gt;</title>");
  });

  it("runs from right to left in languages that do", async () => {
    const html = await htmlOf(
      {
        blocks: [
          { type: "text", text: "- a" },
          { type: "products", items: "data.items", title: "{{ item.name }}", price: "1" },
        ],
      },
      "ar-EG",
    );
    expect(html).toContain('<html lang="ar-EG" dir="rtl"');
    expect(html).not.toContain("direction:ltr");
    expect(html).toContain("padding:0 20px 0 0");
    expect(html).toMatch(/align="left" style="padding:8px 16px 8px 0;[^"]*text-align:left">1</);
  });

  it("keeps a side that a block names", async () => {
    expect(await htmlOf({ blocks: [{ type: "text", text: "x", align: "left" }] }, "he")).toMatch(/text-align:left;[^"]*"\s*><p/);
  });

  it("has the language of its body in a layout that has it not", async () => {
    const html = await htmlOf({ layout: "l", blocks: [{ type: "text", text: "مرحبا" }] }, "ar", [await layout()]);
    expect(html).toContain('<html lang="ar"');
    expect(html).toContain('role="article" lang="ar"');
    expect(html).toMatch(/direction:rtl[\s\S]*مرحبا/);
  });

  it.each([
    ["de", "Abbestellen"],
    ["pt-BR", "Cancelar subscrição"],
    ["sv", "Unsubscribe"],
  ])("offers a way out in the reader's language: %s", async (locale, label) => {
    expect(await htmlOf({ blocks: [{ type: "footer", text: "Ltd" }] }, locale)).toContain(`${label}</span></a>`);
  });

  it("is no larger than it has to be: Gmail cuts long ones off", async () => {
    const html = await htmlOf({ blocks: Array.from({ length: 30 }, (_, n) => ({ type: "text", text: `line ${n}` })) });
    expect(html).not.toMatch(/\n[ \t]/);
    expect(html.length / 30).toBeLessThan(2_000);
  });

  it("keeps the spaces of preformatted text", async () => {
    expect(await htmlOf({ blocks: [{ type: "html", html: "<pre>a\n    b</pre>" }] })).toContain("<pre>a\n    b</pre>");
  });

  it("has one font, in a layout too: the layout's", async () => {
    const html = await htmlOf({ layout: "l", blocks: [{ type: "text", text: "x" }] }, "en", [
      await layout({ theme: { font: "Georgia, serif" } }),
    ]);
    expect(html).toContain("font-family: Georgia, serif !important");
    expect(html).not.toContain("Ubuntu");
  });

  it("has a font that Outlook knows, and buttons and tables that it draws", async () => {
    const html = await htmlOf({ blocks: [{ type: "button", text: "Go", href: "https://a.example" }] });
    expect(html).toContain("<!--[if mso]><style>* { font-family: Arial, sans-serif !important; }</style><![endif]-->");
    expect(html).toContain("mso-padding-alt");
    expect(html.match(/<table(?![^>]*role="presentation")[^>]*>/g)).toBeNull();
  });

  it("shows own HTML in the colours of the theme", async () => {
    expect(await htmlOf({ blocks: [{ type: "html", html: "<b>x</b>" }] })).toMatch(/class="t-text"[^>]*>[^<]*<div[^>]*color:#18181b/);
  });

  it("has images from edge to edge where that is wanted", async () => {
    const image = { type: "image", src: "https://a.example/i.png", alt: "" };
    expect(await htmlOf({ blocks: [{ ...image, wide: true }] })).toContain('width="600"');
    expect(await htmlOf({ blocks: [image] })).toContain('width="552"');
  });
});

describe("what is wrong is told where it was written", () => {
  it("in a block that does not compile", async () => {
    const blocks = [{ type: "text", text: "fine" }, { type: "html", html: "</mj-text><mj-nope/>" }, { type: "divider" }];
    expect(await problemsOf({ blocks })).toEqual([{ path: "locales.en.blocks[1]", message: expect.any(String) }]);
  });

  it.each([
    [
      "blocks",
      { blocks: [{ type: "divider" }, { type: "text", text: "a\n{{ user.nope }}" }] },
      "missing variable user.nope in blocks[1].text",
    ],
    [
      "a list that is gone through",
      { blocks: [{ type: "products", items: "data.nope", title: "x" }] },
      "missing variable data.nope in blocks[0].items",
    ],
    [
      "blocks in columns",
      {
        blocks: [
          {
            type: "columns",
            columns: [{ blocks: [] }, { blocks: [{ type: "button", text: "x", href: "https://a.example/{{ user.id }}" }] }],
          },
        ],
      },
      "missing variable user.id in blocks[0].columns[1].blocks[0].href",
    ],
    [
      "MJML",
      { mjml: "<mjml><mj-body>\n<mj-section><mj-column>\n<mj-text>{{ user.nope }}</mj-text></mj-column></mj-section></mj-body></mjml>" },
      "missing variable user.nope in mjml, line 3",
    ],
    [
      "a filter in MJML",
      {
        mjml: '<mjml><mj-body>\n<mj-section><mj-column>\n<mj-text>{{ "x" | money: "EUR" }}</mj-text></mj-column></mj-section></mj-body></mjml>',
      },
      'mjml, line 3: money takes a number, not "x"',
    ],
  ])("when %s cannot be rendered", async (_, content, reason) => {
    expect(await render(content)).toEqual({ ok: false, reason });
  });

  it("when a layout or a partial cannot be rendered", async () => {
    const broken = await layout({ blocks: [{ type: "content" }, { type: "footer", text: "{{ workspace.nope }}" }] });
    const mail = { layout: "l", blocks: [{ type: "text", text: "x" }] };
    expect(await render(mail, "en", [broken])).toEqual({
      ok: false,
      reason: 'missing variable workspace.nope in layout "l", blocks[1].text',
    });
    const partial = await complete({
      key: "p",
      kind: "partial",
      locales: { en: { mjml: "<mj-section><mj-column>\n<mj-text>{{ user.nope }}</mj-text></mj-column></mj-section>" } },
    });
    expect(await render({ blocks: [{ type: "partial", key: "p" }] }, "en", [partial])).toEqual({
      ok: false,
      reason: 'missing variable user.nope in partial "p", line 2',
    });
  });
});

describe("MJML of one's own", () => {
  const mjml = (attributes: string) =>
    `<mjml${attributes}><mj-body><mj-section><mj-column><mj-text>{% # it's fine %}x</mj-text></mj-column></mj-section></mj-body></mjml>`;
  it("has the language of its locale where it says none", async () => {
    expect(await htmlOf({ mjml: mjml("") }, "fr")).toContain('<html lang="fr"');
    expect(await htmlOf({ mjml: mjml(' lang="nl"') }, "fr")).toContain('<html lang="nl"');
  });
  it("may have comments with an apostrophe in their Liquid", async () => {
    expect(await htmlOf({ mjml: mjml("") })).toMatch(/>x<\/div>/);
  });
});
