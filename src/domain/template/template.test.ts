import { describe, expect, it } from "vitest";
import { lintTemplate } from "./lint.ts";
import { templateSchema } from "./template.ts";

const email = {
  key: "welcome",
  channel: "email",
  name: "Welcome",
  defaultLocale: "en",
  locales: { en: { subject: "Hi", html: "<p>Hi</p>" } },
};
const problems = (input: unknown): string => {
  const result = templateSchema.safeParse(input);
  return result.success ? "" : result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("\n");
};

describe("templateSchema", () => {
  it("takes a template of each channel", () => {
    expect(problems(email)).toBe("");
    expect(problems({ ...email, channel: "sms", locales: { en: { body: "Hi" } } })).toBe("");
    expect(problems({ ...email, channel: "webhook", locales: { en: { url: "https://example.com" } } })).toBe("");
  });

  it("fills in what a webhook leaves out", () => {
    const parsed = templateSchema.parse({ ...email, channel: "webhook", locales: { en: { url: "https://example.com" } } });
    expect(parsed.locales["en"]).toEqual({ url: "https://example.com", method: "POST", headers: {}, body: "" });
  });

  it.each([
    ["an unknown key", { ...email, colour: "red" }, /colour/],
    [
      "two bodies",
      { ...email, locales: { en: { subject: "Hi", html: "x", mjml: "<mjml/>" } } },
      /locales\.en\.mjml: has one body, not html and mjml/,
    ],
    ["no body", { ...email, locales: { en: { subject: "Hi" } } }, /locales\.en: needs a body/],
    [
      "a theme without blocks",
      { ...email, locales: { en: { subject: "Hi", html: "x", theme: {} } } },
      /locales\.en\.theme: a theme is for blocks/,
    ],
    [
      "a block nobody knows",
      { ...email, locales: { en: { subject: "Hi", blocks: [{ type: "marquee" }] } } },
      /locales\.en\.blocks\.0\.type/,
    ],
    [
      "a colour that is none",
      { ...email, locales: { en: { subject: "Hi", blocks: [{ type: "divider", color: "reddish" }] } } },
      /a colour is written/,
    ],
    [
      "columns whose widths do not add up",
      {
        ...email,
        locales: {
          en: {
            subject: "Hi",
            blocks: [
              {
                type: "columns",
                columns: [
                  { width: 50, blocks: [] },
                  { width: 40, blocks: [] },
                ],
              },
            ],
          },
        },
      },
      /100 percent/,
    ],
    ["a partial of another channel", { ...email, kind: "partial", channel: "sms", locales: { en: { text: "x" } } }, /channel/],
    ["a partial with a subject", { ...email, kind: "partial" }, /subject/],
    ["a kind nobody knows", { ...email, kind: "fragment" }, /kind/],
    ["a variable of no type", { ...email, variables: { x: { type: "text" } } }, /variables\.x\.type/],
    [
      "a default of another type",
      { ...email, variables: { x: { type: "number", default: "1" } } },
      /variables\.x\.default: has to be a number/,
    ],
    [
      "a required variable with a default",
      { ...email, variables: { x: { type: "number", default: 1, required: true } } },
      /variables\.x\.required/,
    ],
    ["what only we write", { ...email, compiled: {} }, /compiled/],
    ["a channel without contents", { ...email, channel: "in-app" }, /channel: .*email.*sms.*webhook/],
    ["another channel's content", { ...email, channel: "sms" }, /locales\.en/],
    ["a default locale without content", { ...email, defaultLocale: "de" }, /^defaultLocale: the default locale has no content/],
    [
      "a locale that Intl does not know the form of",
      { ...email, locales: { ...email.locales, "en-a1": email.locales.en } },
      /language tag/,
    ],
    ["a language twice", { ...email, locales: { ...email.locales, EN: email.locales.en } }, /locales\.EN: this language is there twice/],
    [
      "languages without end",
      {
        ...email,
        locales: {
          en: email.locales.en,
          ...Object.fromEntries(
            Array.from({ length: 100 }, (_, n) => [`x${String.fromCharCode(97 + (n % 26))}-${100 + n}`, email.locales.en]),
          ),
        },
      },
      /locales: at most 100 languages/,
    ],
    ["a locale that is no language tag", { ...email, locales: { ...email.locales, "e n": email.locales.en } }, /language tag/],
    ["a key with capitals", { ...email, key: "Welcome" }, /^key: .*lower-case/],
    [
      "a header that the message sets itself",
      { ...email, locales: { en: { ...email.locales.en, headers: { Bcc: "x@example.com" } } } },
      /set by the message itself/,
    ],
    [
      "a header name with a line break",
      { ...email, locales: { en: { ...email.locales.en, headers: { "X-A\r\nBcc": "x" } } } },
      /header name/,
    ],
    ["no subject", { ...email, locales: { en: { html: "x" } } }, /locales\.en\.subject/],
  ])("refuses %s and says where", (_, input, message) => {
    expect(problems(input)).toMatch(message);
  });
});

describe("lintTemplate", () => {
  const lint = (content: Record<string, unknown>) =>
    lintTemplate(templateSchema.parse({ ...email, locales: { en: { ...email.locales.en, ...content } } }));

  it("has nothing to say about Liquid that parses", () => {
    expect(
      lint({
        subject: "{{ user.name | default: 'friend' }}",
        html: "{% for item in trigger.properties.items %}{{ item.sku }}{% endfor %}",
      }),
    ).toEqual([]);
  });

  it.each([
    ["an output that is not closed", { subject: "Hi {{ user.name" }, "locales.en.subject", /line 1: .*not closed/],
    ["a block that is not closed, with its line", { html: "<p>\n\n{% if user.vip %}\n</p>" }, "locales.en.html", /line 3: .*not closed/],
    ["an unknown tag", { html: "{% module 'x' %}" }, "locales.en.html", /tag "module" not found/],
    ["an unknown filter", { html: "a\n{{ 1 | monney }}" }, "locales.en.html", /line 2: undefined filter: monney/],
    ["an empty subject", { subject: " " }, "locales.en.subject", /empty/],
    ["a partial without its key in quotes", { html: "{% partial footer %}" }, "locales.en.html", /line 1: .*key in quotes/],
    ["a line of MJML", { html: undefined, mjml: "<mjml>\n{{ x | nope }}</mjml>" }, "locales.en.mjml", /line 2: undefined filter: nope/],
    [
      "a block",
      {
        html: undefined,
        blocks: [
          { type: "text", text: "a" },
          { type: "text", text: "{{ x | nope }}" },
        ],
      },
      "locales.en.blocks[1].text",
      /undefined filter/,
    ],
    [
      "a block's condition",
      {
        html: undefined,
        blocks: [
          { type: "spacer", height: 1, if: "a == " },
          { type: "spacer", height: 1, if: "(" },
        ],
      },
      "locales.en.blocks[1].if",
      /./,
    ],
    ["a tag that reads files", { html: "{% include 'secrets' %}" }, "locales.en.html", /tag "include" not found/],
    ["a random filter", { html: "{{ list | sample }}" }, "locales.en.html", /undefined filter: sample/],
    ["a condition without a value", { text: "{% if %}x{% endif %}" }, "locales.en.text", /line 1/],
    ["a header's value", { headers: { "X-Ref": "{{" } }, "locales.en.headers.X-Ref", /line 1/],
    ["one of several copies", { cc: ["a@example.com", "{{"] }, "locales.en.cc.1", /line 1/],
  ])("names %s", (_, content, path, message) => {
    const found = lint(content);
    expect(found.map((problem) => problem.path)).toEqual([path]);
    expect(found[0]?.message).toMatch(message);
  });
});
