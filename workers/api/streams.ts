import * as z from "zod";
import { instant as isoInstant, listOf } from "../../src/api/management.ts";
import { refusedAddress } from "../../src/channels/outbound-address.ts";
import type { CatalogDocument } from "../../src/domain/catalog/catalog.ts";
import { Fault } from "../../src/domain/fault.ts";
import { type StreamDefinition, streamSchema } from "../../src/domain/stream/stream.ts";
import { readDefinition } from "../../src/storage/control/definitions.ts";
import { deliveryStatuses } from "../../src/storage/object/stream/delivery.ts";
import type { Replay, StreamState } from "../../src/storage/object/stream-store.ts";
import type { Env } from "../env.ts";
import { callEndpoint, readAttempt } from "../stream/attempt.ts";
import { streamObject } from "../stream-object.ts";
import { openStream, readStream, storeStream } from "../stream/stream-definition.ts";
import { definitionRoutes, type LiveKind } from "./definition-routes.ts";
import { fromCursor, paging, toCursor } from "./paging.ts";
import { instant, instantOrNull } from "./present.ts";
import { badInput } from "./problem.ts";
import { maxStreams } from "../stream/troubles.ts";
import { withDefinition, withoutDefinition } from "../publish.ts";
import { answer, type Call, route, type Route } from "./route.ts";

const stateSchema = z
  .object({
    waiting: z.int().describe("items that are still to be delivered"),
    dropped: z.int().describe("items that had to go before they were delivered"),
    droppedAt: isoInstant.nullable(),
    givenUp: z.int().describe("items that were tried for three days and can still be replayed"),
    givenUpAt: isoInstant.nullable(),
    failures: z.int().describe("attempts in a row that failed"),
    failingSince: isoInstant.nullable(),
    nextAttemptAt: isoInstant.nullable(),
    lastDeliveredAt: isoInstant.nullable(),
    disabled: z.string().nullable().describe("why nothing is sent, until it is put again"),
  })
  .meta({ readOnly: true });

const presentState = ({
  droppedAt,
  givenUpAt,
  failingSince,
  nextAttemptAt,
  lastDeliveredAt,
  ...state
}: StreamState): z.output<typeof stateSchema> => ({
  ...state,
  droppedAt: instantOrNull(droppedAt),
  givenUpAt: instantOrNull(givenUpAt),
  failingSince: instantOrNull(failingSince),
  nextAttemptAt: instantOrNull(nextAttemptAt),
  lastDeliveredAt: instantOrNull(lastDeliveredAt),
});

/**
 * Secrets and headers left out keep the values they have, so that a definition that was read can be put back. Headers not when
 * the address changes: whoever may write definitions could otherwise have a stored credential sent to an address of theirs.
 */
const complete = async (env: Env, workspace: string, put: unknown, key: string): Promise<unknown> => {
  if (typeof put !== "object" || put === null) return put;
  const row = await readDefinition(env.DB, workspace, "stream", key);
  if (row === undefined) return put;
  const before = await openStream(env, workspace, row).catch(() => undefined);
  // No secret of ours opens it any more: whoever puts it anew has to give all of it.
  if (before === undefined) return put;
  const keepsHeaders = "url" in put && put.url === before.url && before.headers !== undefined && !("headers" in put);
  return { ...put, ...(!("secrets" in put) && { secrets: before.secrets }), ...(keepsHeaders && { headers: before.headers }) };
};

/** @throws Fault bad-definition for an address that may not be called */
const store = async (
  env: Env,
  workspace: string,
  stream: StreamDefinition,
): Promise<{ readonly body: string; readonly sealed: string }> => {
  const refused = refusedAddress(stream.url, env.ALLOW_LOOPBACK === "true");
  if (refused !== undefined) throw badInput("url", refused, "bad-definition");
  return storeStream(env, workspace, stream);
};

const publish = (live: CatalogDocument, { key, events, include }: StreamDefinition): CatalogDocument => {
  const next = withDefinition(live.streams ?? [], { key, events, include });
  if (next.length > maxStreams) throw new Fault("conflict", `A workspace may have ${maxStreams} streams`);
  return { ...live, streams: next };
};

const kind: LiveKind<StreamDefinition> = {
  kind: "stream",
  path: "/api/streams",
  title: "stream",
  schema: streamSchema,
  fields: { secretsSet: z.int().meta({ readOnly: true }), headersSet: z.array(z.string()).meta({ readOnly: true }), state: stateSchema },
  store,
  complete,
  known: async (env, workspace, keys) =>
    new Map(
      await Promise.all(keys.map(async (key) => [key, { state: presentState(await streamObject(env, workspace, key).state()) }] as const)),
    ),
  publish,
  withdraw: (live, key) => ({ ...live, streams: withoutDefinition(live.streams ?? [], key) }),
  usedBy: () => [],
  published: async ({ env, workspace, params, request }) => {
    const object = streamObject(env, workspace, params["key"] ?? "");
    await (request.method === "DELETE" ? object.forget() : object.changed());
  },
};

const deliverySchema = z.object({
  id: z.string().describe("webhook-id, the same for each attempt and replay"),
  status: z.enum(deliveryStatuses),
  items: z.int(),
  attempts: z.int(),
  code: z.int().nullable().describe("status of the newest answer; null: there was none"),
  detail: z.string().nullable(),
  createdAt: isoInstant,
  attemptedAt: isoInstant.nullable(),
});

/** Longest list of deliveries in one replay. */
const maxReplayed = 1_000;

const deliveryIds = z
  .array(z.string().regex(/^msg_[a-z0-9]+_\d{1,15}$/, "is no id of a delivery"))
  .min(1)
  .max(maxReplayed);

const replaySchema = z.union([
  z
    .strictObject({ from: z.iso.datetime({ offset: true }), to: z.iso.datetime({ offset: true }) })
    .refine(({ from, to }) => Date.parse(from) <= Date.parse(to), { path: ["to"], error: "lies before from" }),
  z.strictObject({ deliveries: deliveryIds }),
]);

const streamOf = async ({ env, workspace, params }: Call<unknown, unknown>): Promise<ReturnType<typeof streamObject>> => {
  const key = params["key"] ?? "";
  if ((await readDefinition(env.DB, workspace, "stream", key)) === undefined) throw new Fault("not-found", `There is no stream "${key}"`);
  return streamObject(env, workspace, key);
};

const replayOf = (body: z.output<typeof replaySchema>): Replay =>
  "deliveries" in body ? body : { from: Date.parse(body.from), to: Date.parse(body.to) };

export const streams: readonly Route[] = [
  ...definitionRoutes(kind),
  route(
    {
      method: "get",
      path: "/api/streams/{key}/deliveries",
      summary: "What was delivered, is waiting or was given up, newest first, for 7 days",
      scope: "read",
      query: z.strictObject({ ...paging, status: z.enum(deliveryStatuses).optional() }),
      answers: { 200: listOf(deliverySchema) },
    },
    async (call) => {
      const { limit, cursor, status } = call.query;
      const [before = Number.MAX_SAFE_INTEGER] = fromCursor(cursor, z.tuple([z.int()])) ?? [];
      const rows = await (await streamOf(call)).deliveries({ before, limit: limit + 1, ...(status !== undefined && { status }) });
      const items = rows.slice(0, limit);
      const last = items.at(-1);
      return answer({
        items: items.map(({ n: _n, madeAt, lastAt, ...row }) => ({
          ...row,
          createdAt: instant(madeAt),
          attemptedAt: instantOrNull(lastAt),
        })),
        next: rows.length > limit && last !== undefined ? toCursor([last.n]) : null,
      });
    },
  ),
  route(
    {
      method: "post",
      path: "/api/streams/{key}/replay",
      summary: "Sends deliveries again, oldest first, under the ids they had: those made from … to, or those named",
      scope: "write",
      body: replaySchema,
      answers: {
        202: z.object({
          deliveries: z.int().describe("how many will be sent again"),
          more: z.boolean().describe("the interval has others: ask again once these are told"),
        }),
      },
    },
    async (call) => answer(await (await streamOf(call)).replay(replayOf(call.body)), { status: 202 }),
  ),
  route(
    {
      method: "post",
      path: "/api/streams/{key}/skip",
      summary: "Gives up pending deliveries that the endpoint will never take, so that what follows is tried at once; they can be replayed",
      scope: "write",
      body: z.strictObject({ deliveries: deliveryIds }),
      answers: { 200: z.object({ deliveries: z.int().describe("how many were given up") }) },
    },
    async (call) => answer({ deliveries: await (await streamOf(call)).skip(call.body.deliveries) }),
  ),
  route(
    {
      method: "post",
      path: "/api/streams/{key}/test",
      summary: "Calls the endpoint once with no items, signed as always, and says how that ended; nothing else follows from it",
      scope: "write",
      body: z.strictObject({}).optional(),
      answers: {
        200: z.object({
          ok: z.boolean().describe("answered 2xx"),
          code: z.int().nullable().describe("status of the answer; null: there was none"),
          detail: z.string().nullable(),
          milliseconds: z.int(),
        }),
      },
    },
    async ({ env, workspace, params }) => {
      const key = params["key"] ?? "";
      const found = await readStream(env, workspace, key);
      if (found === undefined) throw new Fault("not-found", `There is no stream "${key}"`);
      const begunAt = Date.now();
      // No delivery's id begins like this.
      const id = `test_${crypto.randomUUID().replaceAll("-", "")}`;
      const body = JSON.stringify({ type: "test", timestamp: instant(begunAt), data: [] });
      const attempted = readAttempt(await callEndpoint(env, found.stream, { id, body }));
      return answer({ ...attempted, milliseconds: Date.now() - begunAt });
    },
  ),
];
