import { describe, expect, it } from "vitest";
import type { TemplateDefinition, TemplatePiece } from "../domain/template/template.ts";
import { linkNames, OTHER_LINK } from "./template-links.ts";

const template = (html: string, more: Partial<TemplateDefinition> = {}): TemplateDefinition =>
  ({
    key: "news",
    channel: "email",
    name: "News",
    defaultLocale: "en",
    locales: { en: { subject: "s", html } },
    ...more,
  }) as TemplateDefinition; // a whole email template
const namesOf = (html: string) => linkNames({ template: template(html), locale: undefined, pieces: new Map() });

describe("under which link an address is counted", () => {
  it("as the template writes it, however many addresses Liquid makes of it", () => {
    const name = namesOf(
      `<a href="https://shop.example/?a=1&amp;b=2">A</a> <a href='https://shop.example/p/{{ product.id | default: "x>y" }}?ref={{ user.id }}'>P</a>
       <a href="https://shop.example/p/{{ product.id }}/review">R</a> <a href="{{ product.url }}">U</a> <a href="{{ unsubscribe_url }}">stop</a>`,
    );
    expect(name("https://shop.example/?a=1&b=2")).toBe("https://shop.example/?a=1&b=2");
    expect(name("https://shop.example/p/17?ref=ada")).toBe('https://shop.example/p/{{ product.id | default: "x>y" }}?ref={{ user.id }}');
    expect(name("https://shop.example/p/18?ref=bob")).toBe('https://shop.example/p/{{ product.id | default: "x>y" }}?ref={{ user.id }}');
    expect(name("https://shop.example/p/18/review")).toBe("https://shop.example/p/{{ product.id }}/review");
    expect(name("https://elsewhere.example/")).toBe("{{ product.url }}");
  });

  it("one that the template does not write is counted with the others of that kind", () => {
    const name = namesOf('<a href="https://shop.example/">A</a>{{ data.html }}');
    expect(name("https://shop.example/b")).toBe(OTHER_LINK);
    expect(namesOf("")("https://shop.example/")).toBe(OTHER_LINK);
  });

  it("tags choose between texts: what stands around them decides", () => {
    const name = namesOf('<a href="https://shop.example/{% if user.vip %}vip{% else %}all{% endif %}/sale">A</a>');
    const written = "https://shop.example/{% if user.vip %}vip{% else %}all{% endif %}/sale";
    expect([name("https://shop.example/vip/sale"), name("https://shop.example/all/sale")]).toEqual([written, written]);
  });

  it("in the user's language, with the links of layouts and partials, also of partials within partials", () => {
    const piece = (key: string, html: string, partials: readonly string[] = []) =>
      ({ ...template(html), key, kind: key === "frame" ? "layout" : "partial", uses: { partials, layouts: [] } }) as TemplatePiece;
    const pieces = new Map<string, TemplateDefinition>([
      ["frame", piece("frame", '<a href="https://frame.example/">F</a>')],
      ["outer", piece("outer", "", ["inner"])],
      ["inner", piece("inner", '<a href="https://inner.example/{{ x }}">I</a>')],
    ]);
    const de = { subject: "s", html: '<a href="https://shop.example/de">A</a>' };
    const source = template('<a href="https://shop.example/en">A</a>', {
      locales: { en: { subject: "s", html: "" }, de },
      uses: { partials: ["outer"], layouts: ["frame"] },
    });
    const name = linkNames({ template: source, locale: "de-AT", pieces });
    expect(["https://shop.example/de", "https://shop.example/en", "https://frame.example/", "https://inner.example/7"].map(name)).toEqual([
      "https://shop.example/de",
      OTHER_LINK,
      "https://frame.example/",
      "https://inner.example/{{ x }}",
    ]);
  });

  it("tells at most 200 links of a message apart, and costs what its address is long", () => {
    const many = namesOf(Array.from({ length: 300 }, (_none, index) => `<a href="https://shop.example/${index}">`).join(""));
    const names = new Set(Array.from({ length: 300 }, (_none, index) => many(`https://shop.example/${index}`)));
    expect(names.size).toBe(201);
    const began = performance.now();
    const hostile = namesOf(`<a href="https://x.example/${"{{ a }}a".repeat(30)}">`);
    for (let times = 0; times < 1_000; times++) hostile(`https://x.example/${"a".repeat(1_900)}b`);
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});
