import { utf8Length } from "../../../src/api/ingest/utf8-length.ts";
import { problemsOf } from "../../../src/api/problems.ts";
import type { CatalogDocument } from "../../../src/domain/catalog/catalog.ts";
import { Fault, type InputProblem } from "../../../src/domain/fault.ts";
import type { MessagePayload } from "../../../src/domain/message/message.ts";
import { isPiece } from "../../../src/domain/template/pieces.ts";
import { type TemplateDefinition, templateSchema } from "../../../src/domain/template/template.ts";
import { checkUses } from "../../../src/domain/template/uses.ts";
import { checkData } from "../../../src/domain/template/variables.ts";
import { completeTemplate } from "../../../src/mjml/complete-template.ts";
import { badInput, refusal } from "../problem.ts";
import type { SendCall } from "./send-call.ts";

/** How far ahead a message may be held. */
const longestMs = 366 * 86_400_000;
/** A row of the object holds 2 MB. */
const maxPayloadBytes = 1_900_000;

/** Refuses what could not be sent by the definitions that are live. @throws Fault bad-input naming the field, too-large */
export const checkCall = async (call: SendCall, live: CatalogDocument, now: number): Promise<void> => {
  const { channel, template: key, provider, topic } = call;
  if (call.sendAt !== undefined && Date.parse(call.sendAt) > now + longestMs) throw badInput("sendAt", "at most a year ahead");
  if (provider !== undefined && !live.providers.some((one) => one.key === provider && one.channel === channel))
    throw badInput("provider", `there is no provider "${provider}" for ${channel}`);
  if (!live.providers.some((one) => one.channel === channel)) throw badInput("channel", `the workspace has no provider for ${channel}`);
  if (topic !== undefined && !(live.topics ?? []).some((one) => one.key === topic)) throw badInput("topic", `there is no topic "${topic}"`);
  const template = key === undefined ? await contentOf(call) : live.templates.find((one) => one.key === key);
  if (template === undefined) throw badInput("template", `there is no template "${key}"`);
  if (template.channel !== channel) throw badInput("template", `the template "${key}" is for ${template.channel}`);
  if (isPiece(template)) throw badInput("template", `"${key}" is a ${template.kind}: it is sent as part of other templates`);
  if (key === undefined) checkUses(new Map([...live.templates, template].map((one) => [one.key, one])));
  const wrong = checkData(template.variables, call.data);
  if (wrong.length > 0) throw refusal("bad-input", wrong);
  const payload = await payloadOf(call);
  if (payload !== undefined && utf8Length(JSON.stringify(payload)) > maxPayloadBytes)
    throw new Fault("too-large", `Content, data and files of a message may hold ${maxPayloadBytes} bytes together`);
};

/** What the call brings along beside its fields; undefined = nothing. */
export const payloadOf = async (call: SendCall): Promise<MessagePayload | undefined> => {
  const content = call.content === undefined ? undefined : await contentOf(call);
  const { data, attachments } = call;
  if (content === undefined && data === undefined && attachments === undefined) return undefined;
  const brought = {
    ...(content !== undefined && { content }),
    ...(data !== undefined && { data }),
    ...(attachments !== undefined && { attachments }),
  };
  return { ...brought, characters: JSON.stringify(brought).length };
};

/** Of calls at hand: compiling is the dearest part of one. */
const contents = new WeakMap<SendCall, Promise<TemplateDefinition>>();

/** Content of a call as the template it would be, compiled, once per call. @throws Fault bad-input */
const contentOf = (call: SendCall): Promise<TemplateDefinition> => {
  const made = contents.get(call) ?? compile(call);
  contents.set(call, made);
  return made;
};

const compile = async ({ channel, content, locale = "en" }: SendCall): Promise<TemplateDefinition> => {
  const tag = locale.replaceAll("_", "-");
  const parsed = templateSchema.safeParse({ key: "inline", channel, name: "Inline", locales: { [tag]: content }, defaultLocale: tag });
  if (!parsed.success) throw refusal("bad-input", problemsOf(parsed.error).map(inContent));
  const completion = await completeTemplate(parsed.data);
  if (!completion.ok) throw refusal("bad-input", completion.problems.map(inContent));
  return completion.template;
};

/** Places of the template are places of `content`. */
const inContent = ({ path, message }: InputProblem): InputProblem => ({
  path: path.replace(/^locales(?:\.[\w-]+|\["[\w-]+"\])/, "content"),
  message,
});
