import * as z from "zod";
import { utf8Length } from "../../src/api/ingest/utf8-length.ts";
import type { MessageContent } from "../../src/domain/message/message.ts";
import { smsSegments } from "../../src/domain/message/sms-segments.ts";
import { adviseRendered } from "../../src/domain/template/advise-rendered.ts";
import { adviseTemplate } from "../../src/domain/template/advise.ts";
import { chooseLocale, renderTemplate } from "../../src/domain/template/render.ts";
import { readLive } from "../publish.ts";
import { answer, route, type Route } from "./route.ts";
import { candidateFields, candidateFor, scopeFor } from "./template-candidate.ts";
import { warningSchema } from "./templates.ts";

export const previewSchema = z.object({
  channel: z.string(),
  locale: z.string().describe("which of the template's languages it is in"),
  content: z
    .looseObject({ channel: z.string() })
    .nullable()
    .describe("as a provider would be given it; null: not even with missing variables left out"),
  errors: z
    .array(z.string())
    .describe("what would keep the message from being sent; `content` is rendered with missing variables left out then"),
  warnings: z.array(warningSchema).describe("what should be changed; nothing keeps the message from being sent"),
  sizes: z
    .object({
      bytes: z.int(),
      html: z.int().optional(),
      text: z.int().optional(),
      segments: z.int().optional().describe("of a text: in how many parts it travels, each of which costs"),
      encoding: z.enum(["GSM-7", "UCS-2"]).optional(),
    })
    .nullable()
    .describe("bytes of the content, UTF-8"),
});

export const templatePreview: readonly Route[] = [
  route(
    {
      method: "post",
      path: "/api/templates/{key}/preview",
      summary:
        "Renders a template, or content that is not saved, over a user or data: what would be sent, with warnings and sizes. Nothing is sent",
      scope: "read",
      body: z.strictObject(candidateFields).prefault({}),
      answers: { 200: previewSchema },
    },
    async ({ env, workspace, params, body }) => {
      const live = await readLive(env, workspace);
      const candidate = await candidateFor(live, params["key"] ?? "", body);
      const { shown, pieces, template } = candidate;
      const scope = await scopeFor(env, live, candidate, body);
      const locale = candidate.locale ?? localeOf(scope.user);
      const moment = { now: Date.now(), pieces };
      const strict = renderTemplate(shown, locale, scope, moment);
      const rendering = strict.ok ? strict : renderTemplate({ ...shown, lenient: true }, locale, scope, moment);
      const content = rendering.ok ? rendering.content : null;
      return answer({
        channel: shown.channel,
        locale: chooseLocale(shown, locale),
        content,
        errors: strict.ok ? [] : [strict.reason],
        warnings: [...adviseTemplate(template, pieces), ...warningsOf(content)],
        sizes: content === null ? null : sizesOf(content),
      });
    },
  ),
];

/** As at a claim: the user's locale, else language. */
export const localeOf = ({ locale, language }: { readonly locale?: unknown; readonly language?: unknown }): string | undefined =>
  typeof locale === "string" ? locale : typeof language === "string" ? language : undefined;

const warningsOf = (content: MessageContent | null): readonly z.output<typeof warningSchema>[] =>
  content === null ? [] : adviseRendered(content).map(({ path, message }) => ({ path: `content.${path}`, message }));

const sizesOf = (content: MessageContent) => ({
  bytes: utf8Length(JSON.stringify(content)),
  ...(content.channel === "email" && { html: utf8Length(content.html), text: utf8Length(content.text) }),
  ...(content.channel === "sms" && segmentsOf(content.body)),
});

const segmentsOf = (body: string) => {
  const { segments, encoding } = smsSegments(body);
  return { segments, encoding };
};
