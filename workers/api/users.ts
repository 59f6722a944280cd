import * as z from "zod";
import { eventSchema, listOf, runListItemSchema, timelineItemSchema, userSchema, userSummarySchema } from "../../src/api/management.ts";
import { messageSummarySchema } from "../../src/api/message-view.ts";
import type { ObjectAnswer } from "../../src/api/queue.ts";
import type { UserView } from "../../src/api/user-rpc.ts";
import { isComplaint } from "../../src/domain/consent/suppression.ts";
import { Fault } from "../../src/domain/fault.ts";
import type { JsonObject } from "../../src/domain/json.ts";
import { listMembers, listUsers, searchUsers } from "../../src/storage/shard/directory.ts";
import { shardsOf } from "../../src/storage/shard/shards.ts";
import { userObject } from "../user-stub.ts";
import type { Stimulus } from "../../src/domain/user/stimulus.ts";
import { addressee, whose } from "./addressee.ts";
import { attributesSchema } from "./attributes-input.ts";
import { mergedPage } from "./merged-page.ts";
import { fromCursor, paging } from "./paging.ts";
import { presentEvent, presentMessage, presentRunItem, presentTimelineItem, presentUser, presentUserRow } from "./present.ts";
import { badInput } from "./problem.ts";
import { unlistStop } from "../hooks/keep-stops.ts";
import { complained } from "./complained.ts";
import { answer, route, type Route } from "./route.ts";
import { type Addressee, stimulate } from "../tell-user.ts";

const path = "/api/users/{id}";
const whoseQuery = z.strictObject(whose);
const pageQuery = z.strictObject({ ...paging, ...whose });

/** Channels that can be suppressed; "*" is all of them. */
const channel = z.enum(["*", "email", "sms", "push", "in-app", "whatsapp", "slack", "webhook"]).default("*");
const label = z.string().min(1).max(200);
const token = z
  .string()
  .min(1)
  .max(2_000)
  .refine((text) => text !== "__proto__", "is no token");

/** Attributes as paths: what stands at the top is a name, whatever its characters. */
const byPath = (attributes: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`["${name.replace(/["\\]/g, "\\$&")}"]`, value] as const));

const objectOf = ({ env, workspace, user }: Addressee) => userObject(env, workspace, user);

const viewOf = async (to: Addressee): Promise<UserView> => {
  const view = await objectOf(to).view();
  if (view === undefined) throw new Fault("not-found", `There is no user "${to.user.slice(2)}"`);
  return view;
};

const page = ({ query }: { readonly query: z.output<typeof pageQuery> }) => ({
  limit: query.limit,
  ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
});

const profile = async (to: Addressee): Promise<Response> => answer(presentUser(await viewOf(to)));

/** @throws Fault too-large where attributes did not fit beside those the user has; what did fit is kept */
const refuseWhatDidNotFit = ({ facts }: ObjectAnswer, since: number): void => {
  for (const fact of facts?.facts ?? [])
    if (fact.kind === "refused" && fact.what === "attributes" && fact.at >= since)
      throw new Fault("too-large", `Not kept: ${fact.names.join(", ")}: ${fact.reason}`);
};

export const users: readonly Route[] = [
  route(
    {
      method: "get",
      path: "/api/users",
      summary: "Lists users; search: the beginning of an id or e-mail address",
      scope: "read",
      query: z.strictObject({ ...paging, search: z.string().max(255).optional(), segment: z.string().max(64).optional() }),
      answers: { 200: listOf(userSummarySchema) },
    },
    async ({ env, workspace, query }) => {
      const { segment, search = "", limit } = query;
      if (segment !== undefined && search !== "") throw badInput("search", "search within a segment is not built yet");
      const [after = ""] = fromCursor(query.cursor, z.tuple([z.string()])) ?? [];
      const wanted = { workspace, after, limit: limit + 1 };
      const rows = await Promise.all(
        shardsOf(env).map((db) =>
          segment !== undefined
            ? listMembers(db, { ...wanted, segment })
            : search === ""
              ? listUsers(db, wanted)
              : searchUsers(db, { ...wanted, search }),
        ),
      );
      return answer(mergedPage(rows, { limit, order: "ascending", keyOf: (row) => [row.user], present: presentUserRow }));
    },
  ),
  route(
    {
      method: "get",
      path,
      summary: "One user: attributes, tags, segments, runs",
      scope: "read",
      query: whoseQuery,
      answers: { 200: userSchema },
    },
    (call) => profile(addressee(call)),
  ),
  route(
    {
      method: "patch",
      path,
      summary: "Changes attributes, tags, subscriptions and devices; a user who was never seen comes into being",
      scope: "write",
      query: whoseQuery,
      body: z.strictObject({
        attributes: attributesSchema.optional().describe('merged with those there are; null or "" removes one'),
        tags: z.strictObject({ add: z.array(label).max(100).default([]), remove: z.array(label).max(100).default([]) }).optional(),
        subscriptions: z
          .array(
            z
              .strictObject({
                topic: label.optional(),
                channel: channel.unwrap().exclude(["*"]).optional(),
                state: z.enum(["opted-in", "opted-out"]),
              })
              .refine(({ topic, channel: by }) => topic !== undefined || by !== undefined, "names a topic, a channel or both"),
          )
          .max(100)
          .optional(),
        devices: z
          .strictObject({
            add: z
              .array(z.strictObject({ token, platform: z.enum(["android", "ios", "web", "other"]) }))
              .max(50)
              .default([]),
            remove: z.array(token).max(50).default([]),
          })
          .optional()
          .describe("places to push to, by token"),
      }),
      answers: { 200: userSchema },
    },
    async (call) => {
      const to = addressee(call);
      const { attributes, tags, subscriptions = [], devices } = call.body;
      const now = Date.now();
      const id = (): string => crypto.randomUUID();
      const changes: readonly Stimulus[] = [
        ...(attributes === undefined ? [] : [{ type: "attributes" as const, id: id(), set: byPath(attributes as JsonObject) }]), // out of a JSON body
        ...(tags === undefined ? [] : [{ type: "tags" as const, id: id(), ...tags }]),
        ...subscriptions.map(({ topic, channel: by, state }) => ({
          type: "subscription" as const,
          id: id(),
          ...(topic === undefined ? {} : { topic }),
          ...(by === undefined ? {} : { channel: by }),
          state,
          proof: { source: "api" as const },
        })),
        ...(devices === undefined ? [] : [{ type: "devices" as const, id: id(), ...devices }]),
      ];
      // Also of no change at all: whoever is patched is a user from now on.
      const answered = await stimulate(to, changes.length > 0 ? changes : [{ type: "tags", id: id(), add: [], remove: [] }]);
      refuseWhatDidNotFit(answered, now);
      return profile(to);
    },
  ),
  route(
    {
      method: "get",
      path: `${path}/timeline`,
      summary: "Everything that happened to the user, newest first, with reasons",
      scope: "read",
      query: pageQuery,
      answers: { 200: listOf(timelineItemSchema) },
    },
    async (call) => {
      const { items, next } = await objectOf(addressee(call)).timeline(page(call));
      return answer({ items: items.map(presentTimelineItem), next });
    },
  ),
  route(
    {
      method: "get",
      path: `${path}/events`,
      summary: "The user's events, newest first",
      scope: "read",
      query: pageQuery,
      answers: { 200: listOf(eventSchema) },
    },
    async (call) => {
      const { items, next } = await objectOf(addressee(call)).events(page(call));
      return answer({ items: items.map(presentEvent), next });
    },
  ),
  route(
    {
      method: "get",
      path: `${path}/messages`,
      summary: "Messages to the user, newest first",
      scope: "read",
      query: pageQuery,
      answers: { 200: listOf(messageSummarySchema) },
    },
    async (call) => {
      const to = addressee(call);
      const { items, next } = await objectOf(to).messages(page(call));
      return answer({ items: items.map((message) => presentMessage(to.user, message)), next });
    },
  ),
  route(
    {
      method: "get",
      path: `${path}/runs`,
      summary: "The user's runs: live ones, then those that ended, newest first",
      scope: "read",
      query: pageQuery,
      answers: { 200: listOf(runListItemSchema) },
    },
    async (call) => {
      const { items, next } = await objectOf(addressee(call)).runs(page(call));
      return answer({ items: items.map(presentRunItem), next });
    },
  ),
  route(
    {
      method: "post",
      path: `${path}/suppress`,
      summary: "Nothing is sent to the user any more, on one channel or at all",
      scope: "write",
      query: whoseQuery,
      body: z.strictObject({ channel, reason: z.string().min(1).max(500).default("by the API") }).prefault({}),
      answers: { 200: userSchema },
    },
    async (call) => {
      const to = addressee(call);
      await stimulate(to, [{ type: "suppress", ...call.body, proof: { source: "api" } }]);
      return profile(to);
    },
  ),
  route(
    {
      method: "post",
      path: `${path}/unsuppress`,
      summary: "Takes a suppression back; one because somebody complained only with evenComplaint",
      scope: "write",
      query: whoseQuery,
      body: z.strictObject({ channel, evenComplaint: z.boolean().default(false) }).prefault({}),
      answers: { 200: userSchema },
    },
    async (call) => {
      const to = addressee(call);
      const before = await objectOf(to).view();
      const { channel: wanted, evenComplaint } = call.body;
      const isMeant = (name: string): boolean => name === wanted || name.startsWith(`${wanted}:`);
      const complaint = Object.entries(before?.suppressions ?? {}).find(([name, { reason }]) => isMeant(name) && isComplaint(reason));
      if (complaint !== undefined && !evenComplaint) throw complained(complaint[0]);
      // First: a user without the suppression whose number is still on the list would look as if all were well.
      if (wanted === "sms" || wanted === "whatsapp")
        await unlistStop(call.env, call.workspace, { channel: wanted, phone: before?.attributes["phone"] });
      await stimulate(to, [{ type: "unsuppress", ...call.body, proof: { source: "api" } }]);
      return profile(to);
    },
  ),
];
