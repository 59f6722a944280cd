import type { RenderScope } from "../../src/domain/message/message.ts";
import { renderTemplate } from "../../src/domain/template/render.ts";
import { templateSchema, type TemplateDefinition } from "../../src/domain/template/template.ts";
import { completeTemplate } from "../../src/mjml/complete-template.ts";
import type { Bench, Result, Row } from "../row.ts";

const scope: RenderScope = {
  user: { firstName: "Ada", timezone: "Europe/Berlin" },
  trigger: { properties: { items: Array.from({ length: 20 }, (_, index) => ({ name: `Article ${index}`, price: index + 0.5 })) } },
  variables: {},
  digest: { events: [], count: 0 },
  run: {},
  message: {},
  workspace: { name: "Shop", timezone: "UTC" },
  links: { unsubscribe_url: "https://t.example/u" },
};

const small = { html: "<p>Hello {{ user.firstName | default: 'you' }}, from {{ workspace.name }}.</p>" };
/** 20 rows of a list and 60 KB of text. */
const large = {
  html: `<html><body>${"<p>A paragraph that is the same for all, some hundred characters long, as newsletters have them.</p>".repeat(600)}<ul>{% for item in trigger.properties.items %}<li>{{ item.name }}: {{ item.price | money: "EUR" }}</li>{% endfor %}</ul></body></html>`,
};
const blocks = {
  blocks: [
    { type: "heading", text: "Hello {{ user.firstName }}" },
    { type: "text", text: "A paragraph of text with [a link](https://shop.example)." },
    { type: "products", items: "trigger.properties.items", title: "{{ item.name }}", price: '{{ item.price | money: "EUR" }}' },
    { type: "button", text: "Go", href: "https://shop.example" },
    { type: "footer" },
  ],
};

const templateOf = async (body: object): Promise<TemplateDefinition> => {
  const parsed = templateSchema.parse({
    key: "t",
    channel: "email",
    name: "T",
    defaultLocale: "en",
    locales: { en: { subject: "Hi {{ user.firstName }}", ...body } },
  });
  const completion = await completeTemplate(parsed);
  if (!completion.ok) throw new Error(JSON.stringify(completion.problems));
  return completion.template;
};

const rendered = async (label: string, body: object, { scale }: Bench): Promise<Result> => {
  const template = await templateOf(body);
  let bytes = 0;
  const render = (): void => {
    const rendering = renderTemplate(template, "en", scope, { now: 0 });
    if (!rendering.ok || rendering.content.channel !== "email") throw new Error(rendering.ok ? "expected an email" : rendering.reason);
    bytes = rendering.content.html.length;
  };
  const forMs = 1_000 * Math.max(scale, 0.1);
  for (const warmUntil = performance.now() + forMs; performance.now() < warmUntil;) render(); // parsed, and compiled by the engine
  const from = performance.now();
  let count = 0;
  for (; performance.now() - from < forMs; count++) render();
  const perSecond = (count * 1_000) / (performance.now() - from);
  return {
    label: `Render an email with its text, one core: ${label}`,
    value: `${Math.round(perSecond).toLocaleString("en")} a second, ${(bytes / 1024).toFixed(1)} KB of HTML each`,
    data: { perSecond, bytes },
  };
};

/** Of saving, not of sending: what each message would cost were it compiled then. */
const compiled = async ({ scale }: Bench): Promise<Result> => {
  await templateOf(blocks); // loads the library
  const rounds = Math.max(3, Math.round(30 * scale));
  const from = performance.now();
  for (let n = 0; n < rounds; n++) await templateOf(blocks);
  const milliseconds = (performance.now() - from) / rounds;
  return { label: "Compile blocks to HTML when a template is saved", value: `${milliseconds.toFixed(1)} ms`, data: { milliseconds } };
};

/** What templates cost. */
export const renderRow: Row = {
  name: "render",
  run: async (bench) => [
    await rendered("small", small, bench),
    await rendered("60 KB, 20 rounds of a loop", large, bench),
    await rendered("compiled from blocks, 20 rounds", blocks, bench),
    await compiled(bench),
  ],
};
