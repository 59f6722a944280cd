/** Made-up templates, and what they are rendered to. */
import type { TemplatePreview, TemplateView } from "../../src/api/template-views.ts";
import { ago } from "./fixture-clock.ts";

const times = (n: number) => ({ createdAt: ago(n * 60), updatedAt: ago(n * 7) });

export const receipt: TemplateView = {
  key: "order-receipt",
  name: "Order receipt",
  description: "Sent by a call: POST /api/messages",
  channel: "email",
  defaultLocale: "en",
  variables: {
    order: { type: "string", required: true },
    total: { type: "number", required: true },
    currency: { type: "string", default: "EUR" },
  },
  locales: {
    en: { subject: "Your order {{ data.order }}", html: "<p>Thank you, {{ user.firstName }}</p>" },
    de: { subject: "Deine Bestellung {{ data.order }}", html: "<p>Danke, {{ user.firstName }}</p>" },
  },
  ...times(1),
};

export const templates: readonly TemplateView[] = [
  receipt,
  {
    key: "shop",
    kind: "layout",
    name: "Shop mails",
    channel: "email",
    defaultLocale: "en",
    locales: { en: { html: "{{ content }}" } },
    ...times(2),
  },
  {
    key: "shipped",
    name: "Shipped",
    channel: "sms",
    defaultLocale: "en",
    locales: { en: { body: "On its way’s last mile" } },
    ...times(3),
  },
  {
    key: "a-template-with-a-key-that-is-as-long-as-keys-may-ever-be-indeed",
    name: "A name that goes on for a while, as names given in a hurry do",
    channel: "push",
    defaultLocale: "en",
    locales: { en: { title: "t", body: "b" } },
    ...times(4),
  },
];

const mailOf = (title: string): string =>
  `<!doctype html><html lang="en"><head><style>.page{background:#f4f4f5;color:#18181b;padding:24px}@media (prefers-color-scheme: dark){.page{background:#0f0f12;color:#f4f4f5}}</style></head><body style="margin:0"><div class="page"><h1>${title}</h1><p>Linen shirt, €129.50</p><script>window.top.hacked = true</script><img src="https://tracker.example.com/p.png" alt="" onerror="window.top.hacked = true"></div></body></html>`;

/** Answers like the API's preview. */
export const previewOf = (path: string, body: string): { readonly status: number; readonly body: unknown } | undefined => {
  const call = JSON.parse(body || "{}") as { readonly user?: { readonly id: string }; readonly locale?: string };
  const about = { warnings: [], errors: [], locale: call.locale ?? "en" };
  if (path === "/templates/shipped/preview") {
    const preview: TemplatePreview = {
      ...about,
      channel: "sms",
      content: { channel: "sms", body: "On its way’s last mile" },
      sizes: { bytes: 60, segments: 1, encoding: "UCS-2" },
    };
    return { status: 200, body: preview };
  }
  if (!/^\/templates\/[a-z-]+\/preview$/.test(path)) return undefined;
  if (call.user?.id === "nobody")
    return { status: 404, body: { title: "Not found", status: 404, code: "not-found", detail: "There is no such user" } };
  const isGerman = call.locale === "de";
  const name = call.user === undefined ? "" : ", Ada";
  const preview: TemplatePreview = {
    ...about,
    channel: "email",
    errors: call.user === undefined ? ["missing variable user.firstName in html, line 1"] : [],
    warnings: [
      { path: "locales.en.html", message: "line 3: a link is not encrypted (http): http://shop.example" },
      { path: "locales.de.html", message: "has no unsubscribe_url and no preferences_url: only transactional mail may be without" },
    ],
    content: {
      channel: "email",
      subject: isGerman ? "Deine Bestellung A-1" : "Your order A-1",
      html: mailOf(isGerman ? `Danke${name}` : `Thank you${name}`),
      text: "Thank you\n\nLinen shirt, €129.50",
      preheader: "2 items, €134.50",
    },
    sizes: { bytes: 4_000, html: 3_000, text: 400 },
  };
  return { status: 200, body: preview };
};
