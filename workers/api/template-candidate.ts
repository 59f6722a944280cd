import * as z from "zod";
import { problemsOf } from "../../src/api/problems.ts";
import type { CatalogDocument } from "../../src/domain/catalog/catalog.ts";
import { Fault, type InputProblem } from "../../src/domain/fault.ts";
import type { JsonObject } from "../../src/domain/json.ts";
import type { RenderScope } from "../../src/domain/message/message.ts";
import { isPiece, type Pieces } from "../../src/domain/template/pieces.ts";
import { type MessageTemplate, type TemplateDefinition, templateSchema } from "../../src/domain/template/template.ts";
import { checkUses } from "../../src/domain/template/uses.ts";
import { checkData } from "../../src/domain/template/variables.ts";
import type { Env } from "../env.ts";
import { userObject } from "../user-stub.ts";
import { refusal } from "./problem.ts";
import { sendCallSchema } from "./send/send-call.ts";
import { findUser } from "./send/whom.ts";
import { built } from "./templates.ts";

/** What previews and tests render: the saved template, or content that is not saved, over a user and data. */
export const candidateFields = {
  user: sendCallSchema.shape.user.optional().describe("whose attributes the template sees; left out: nobody's"),
  attributes: z.record(z.string(), z.json()).optional().describe("of a made-up user, or over what the user has"),
  data: z.record(z.string(), z.json()).optional().describe("`data` in the template, and `trigger.properties` where no `trigger` is given"),
  trigger: z.record(z.string(), z.json()).optional().describe("the event that started the run: {event, properties}"),
  digest: z
    .strictObject({ events: z.array(z.record(z.string(), z.json())).max(100) })
    .optional()
    .describe("what a digest step collected"),
  variables: z.record(z.string(), z.json()).optional().describe("as kept by webhook steps"),
  locale: sendCallSchema.shape.locale,
  content: z.record(z.string(), z.unknown()).optional().describe("a locale's content that is not saved, in the place of the saved one"),
  channel: sendCallSchema.shape.channel.optional().describe("of `content`, where no template of the key is saved"),
};

const candidateSchema = z.object(candidateFields);
export type CandidateCall = z.output<typeof candidateSchema>;

export interface Candidate {
  readonly template: TemplateDefinition;
  /** What is rendered: the template, or a mail with nothing but the partial or layout in it. */
  readonly shown: MessageTemplate;
  readonly pieces: Pieces;
  readonly locale: string | undefined;
}

/** The template of the key with the call's content in it, built as if it were saved. @throws Fault not-found, bad-definition */
export const candidateFor = async (live: CatalogDocument, key: string, call: CandidateCall): Promise<Candidate> => {
  const saved = live.templates.find((template) => template.key === key);
  const template = call.content === undefined ? saved : await built(withContent(key, saved, call));
  if (template === undefined)
    throw new Fault("not-found", `There is no template "${key}"; to render one that is not saved, give its content`);
  const pieces = new Map([...live.templates, template].map((one) => [one.key, one]));
  checkUses(pieces);
  return { template, shown: isPiece(template) ? await around(template) : template, pieces, locale: call.locale };
};

const withContent = (
  key: string,
  saved: TemplateDefinition | undefined,
  { content, channel, locale }: CandidateCall,
): TemplateDefinition => {
  const tag = locale?.replaceAll("_", "-") ?? saved?.defaultLocale ?? "en";
  const {
    compiled: _compiled,
    uses: _uses,
    ...own
  } = saved ?? { key, name: key, channel: channel ?? "email", defaultLocale: tag, locales: {} };
  const parsed = templateSchema.safeParse({ ...own, locales: { ...own.locales, [tag]: content } });
  if (!parsed.success) throw refusal("bad-definition", problemsOf(parsed.error).map(inContent));
  return parsed.data;
};

/** Places of the locale are places of `content`. */
const inContent = ({ path, message }: InputProblem): InputProblem => ({
  path: path.replace(/^locales(?:\.[\w-]+|\["[\w-]+"\])/, "content"),
  message,
});

const around = async (piece: TemplateDefinition): Promise<MessageTemplate> => {
  const html = piece.kind === "layout" ? "<p>&hellip;</p>" : `<html><head></head><body>{% partial "${piece.key}" %}</body></html>`;
  const content = { subject: piece.name, html, ...(piece.kind === "layout" && { layout: piece.key }) };
  const locales = Object.fromEntries(Object.keys(piece.locales).map((locale) => [locale, content]));
  const shown = await built(
    templateSchema.parse({ key: piece.key, channel: "email", name: piece.name, defaultLocale: piece.defaultLocale, locales }),
  );
  if (isPiece(shown)) throw new Error("expected a mail around a piece to be a mail");
  return shown;
};

/** Addresses that stand in for those of a message: nothing is behind them. */
const links = {
  unsubscribe_url: "https://example.com/unsubscribe",
  preferences_url: "https://example.com/preferences",
  view_in_browser_url: "https://example.com/view",
  confirm_url: "https://example.com/confirm",
};

/** What the template sees. @throws Fault bad-input where the data is not what the template declares, not-found for a user nobody knows */
export const scopeFor = async (env: Env, live: CatalogDocument, { shown }: Candidate, call: CandidateCall): Promise<RenderScope> => {
  const data = call.data as JsonObject | undefined; // JSON by the schema
  const problems = checkData(shown.variables, data);
  if (problems.length > 0) throw refusal("bad-input", problems);
  return {
    user: {
      ...(call.user !== undefined && (await attributesOf(env, live.workspace, call.user))),
      ...(call.attributes as JsonObject | undefined), // JSON by the schema
    },
    trigger: (call.trigger ?? (data === undefined ? null : { properties: data })) as RenderScope["trigger"], // JSON by the schema
    run: { id: "preview", journey: "preview", version: 1, key: "", enteredAt: new Date().toISOString() },
    variables: call.variables ?? {},
    digest: { events: call.digest?.events ?? [], count: call.digest?.events.length ?? 0 },
    message: { id: "preview", channel: shown.channel, template: shown.key },
    workspace: { name: live.name, timezone: live.timezone },
    ...(data !== undefined && { data }),
    links,
  };
};

const attributesOf = async (env: Env, workspace: string, named: NonNullable<CandidateCall["user"]>): Promise<JsonObject> => {
  const user = await findUser(env, workspace, named);
  const view = await userObject(env, workspace, user).view();
  if (view === undefined) throw new Fault("not-found", "There is no such user");
  return { ...view.attributes, id: view.user.slice(2), tags: [...view.tags] };
};
