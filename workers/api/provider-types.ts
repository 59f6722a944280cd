import * as z from "zod";
import { providerKinds } from "../../src/channels/provider-definition.ts";
import { settingsForm } from "../../src/channels/settings-form.ts";
import { messageStatuses } from "../../src/domain/message/message.ts";
import { answer, route, type Route } from "./route.ts";

const field = z.object({
  name: z.string(),
  label: z.string(),
  help: z.string(),
  secret: z.boolean().describe("written and never read back"),
  required: z.boolean(),
  type: z.enum(["text", "number", "boolean", "choice", "list", "object"]),
  choices: z.array(z.string()).optional(),
  default: z.union([z.string(), z.number(), z.boolean()]).optional(),
  example: z.string().optional(),
});

const providerType = z.object({
  type: z.string(),
  title: z.string(),
  channels: z.array(z.string()),
  settings: z.array(field),
  baseUrl: z.string().nullable().describe("where it is called unless the definition says otherwise"),
  suggestedRate: z.object({ count: z.int(), per: z.string() }).nullable(),
  cost: z.string().nullable(),
  reports: z.array(z.enum(messageStatuses)).describe("what it tells of a message after it was accepted"),
  webhook: z.boolean().describe("its reports come to the definition's `webhookUrl`"),
  keyed: z.boolean().describe("it knows a message it was given before: after an unclear answer it is asked again"),
});

/** What can be put as a provider, for whoever shows a form. */
export const providerTypes: readonly Route[] = [
  route(
    {
      method: "get",
      path: "/api/provider-types",
      summary: "Kinds of providers: the form of their settings, rates, costs and what they report",
      scope: "read",
      answers: { 200: z.object({ items: z.array(providerType) }) },
    },
    () =>
      Promise.resolve(
        answer({
          items: [...providerKinds.values()].map((kind) => ({
            type: kind.type,
            title: kind.title,
            channels: [...kind.channels],
            settings: settingsForm(kind),
            baseUrl: (kind.via === "http" ? kind.baseUrl : undefined) ?? null,
            suggestedRate: kind.suggestedRate ?? null,
            cost: kind.cost ?? null,
            reports: [...kind.reports],
            webhook: kind.via === "http" && kind.inbound !== undefined,
            keyed: kind.via === "http" && kind.idempotency !== undefined,
          })),
        }),
      ),
  ),
];
