import * as z from "zod";
import { suppressionSchema } from "../../src/api/consent.ts";
import { listOf } from "../../src/api/management.ts";
import { comparableAddress } from "../../src/domain/consent/comparable-address.ts";
import { isComplaint } from "../../src/domain/consent/suppression.ts";
import { Fault } from "../../src/domain/fault.ts";
import type { Channel } from "../../src/domain/message/message.ts";
import type { UserKey } from "../../src/domain/user/user-key.ts";
import {
  listAddresses,
  listedReason,
  listSuppressions,
  type SuppressionCursor,
  type SuppressionRow,
  unlistAddress,
  usersSuppressedAt,
} from "../../src/storage/shard/suppressions.ts";
import { shardsOf } from "../../src/storage/shard/shards.ts";
import type { Env } from "../env.ts";
import { complained } from "./complained.ts";
import { csvResponse, writeCsvRow } from "./csv.ts";
import { mergedPage } from "./merged-page.ts";
import { fromCursor, paging } from "./paging.ts";
import { instant } from "./present.ts";
import { lookUpFromNowOn } from "../look-up.ts";
import { answer, noContent, route, type Route } from "./route.ts";
import { address, channel, importAnswer, importSchema, maxImportBytes, readImport } from "./suppression-import.ts";
import { stimulateMany } from "../tell-user.ts";

const present = (row: SuppressionRow): z.output<typeof suppressionSchema> => ({
  channel: row.channel,
  address: row.address === "" ? null : row.address,
  user: row.user === "" ? null : row.user.slice(2),
  anonymous: row.user.startsWith("a:"),
  reason: row.reason,
  source: row.source,
  createdAt: instant(row.created_at),
});

const position = z.tuple([z.string(), z.string(), z.string()]);

interface Wanted {
  readonly workspace: string;
  readonly channel?: string | undefined;
  readonly search: string;
}

const pageOf = async (env: Env, wanted: Wanted, page: { readonly after: SuppressionCursor; readonly limit: number }) => {
  const rows = await Promise.all(shardsOf(env).map((db) => listSuppressions(db, wanted, { ...page, limit: page.limit + 1 })));
  return mergedPage(rows, {
    limit: page.limit,
    order: "ascending",
    keyOf: (row) => [row.channel, row.address, row.user],
    present: (row) => row,
  });
};

const first: SuppressionCursor = { channel: "", address: "", user: "" };

const cursorOf = (cursor: string | undefined): SuppressionCursor => {
  const [by = "", at = "", user = ""] = fromCursor(cursor, position) ?? [];
  return { channel: by, address: at, user };
};

const csvHead = ["channel", "address", "user", "reason", "source", "createdAt"] as const;

/** The whole list as CSV, written as it is read. */
async function* exported(env: Env, workspace: string): AsyncGenerator<string> {
  yield writeCsvRow(csvHead);
  let after: SuppressionCursor | undefined = first;
  while (after !== undefined) {
    const { items, next }: { items: readonly SuppressionRow[]; next: string | null } = await pageOf(
      env,
      { workspace, search: "" },
      { after, limit: 1_000 },
    );
    const lines = items.map((row) => {
      const { channel: by, address: at, user, reason: why, source, createdAt } = present(row);
      return writeCsvRow([by, at ?? "", user ?? "", why, source, createdAt]);
    });
    yield lines.join("");
    const last = items.at(-1);
    after = next === null || last === undefined ? undefined : { channel: last.channel, address: last.address, user: last.user };
  }
}

export const suppressions: readonly Route[] = [
  route(
    {
      method: "get",
      path: "/api/suppressions",
      summary: "Who and what nothing is sent to, by channel and address; search: the beginning of an address or of a user's id",
      scope: "read",
      query: z.strictObject({ ...paging, channel: z.string().max(20).optional(), search: z.string().max(320).default("") }),
      answers: { 200: listOf(suppressionSchema) },
    },
    async ({ env, workspace, query }) => {
      const page = await pageOf(
        env,
        { workspace, channel: query.channel, search: query.search },
        { after: cursorOf(query.cursor), limit: query.limit },
      );
      return answer({ items: page.items.map(present), next: page.next });
    },
  ),
  route(
    { method: "get", path: "/api/suppressions/export", summary: "All suppressions as CSV", scope: "read", answers: { 200: z.string() } },
    ({ env, workspace, ctx }) => Promise.resolve(csvResponse("suppressions.csv", exported(env, workspace), ctx)),
  ),
  route(
    {
      method: "post",
      path: "/api/suppressions",
      summary:
        "Puts addresses on the list, whoever has them or will: nothing is sent to them from the answer on. As items, CSV (channel,address,reason) or JSON lines",
      scope: "write",
      body: importSchema,
      maxBodyBytes: maxImportBytes,
      answers: { 200: importAnswer },
    },
    async ({ env, workspace, body }) => {
      const { addresses, answer: counts } = readImport(body);
      await lookUpFromNowOn(env, workspace);
      await listAddresses(env, workspace, addresses, Date.now());
      return answer(counts);
    },
  ),
  route(
    {
      method: "delete",
      path: "/api/suppressions",
      summary:
        "Takes an address off the list, and lifts its suppression for the users who have it. A whole channel of a user: POST /api/users/{id}/unsuppress",
      scope: "write",
      query: z.strictObject({ channel: channel.default("email"), address, evenComplaint: z.enum(["true", "false"]).default("false") }),
      answers: { 204: undefined },
    },
    async ({ env, workspace, query }) => {
      const one = { channel: query.channel, address: comparableAddress(query.channel, query.address) };
      const users = (await Promise.all(shardsOf(env).map((db) => usersSuppressedAt(db, workspace, one)))).flat();
      const listed = await listedReason(env, workspace, one.channel, one.address);
      const evenComplaint = query.evenComplaint === "true";
      if (!evenComplaint && [listed, ...users.map(({ reason: why }) => why)].some(isComplaint)) throw complained(query.address);
      const wasListed = await unlistAddress(env, workspace, one);
      if (!wasListed && users.length === 0) throw new Fault("not-found", `"${query.address}" is not suppressed`);
      await stimulateMany(
        { env, workspace },
        users.map((row) => ({
          user: row.user as UserKey, // written by the projection of that user's facts
          stimuli: [{ type: "unsuppress", channel: row.channel as Channel, address: row.address, evenComplaint, proof: { source: "api" } }],
        })),
      );
      return noContent();
    },
  ),
];
