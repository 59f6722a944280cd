import * as z from "zod";
import { listOf } from "../../src/api/management.ts";
import { messageDetailSchema, messageListItemSchema } from "../../src/api/message-view.ts";
import { listMessages } from "../../src/storage/shard/message-list.ts";
import { readOutbox } from "../../src/storage/shard/outbox.ts";
import { shardsOf } from "../../src/storage/shard/shards.ts";
import type { UserKey } from "../../src/domain/user/user-key.ts";
import type { Env } from "../env.ts";
import { userObject } from "../user-stub.ts";
import { givenUp } from "../../src/domain/message/given-up.ts";
import { messageStatuses } from "../../src/domain/message/message.ts";
import { findMessage } from "./find-message.ts";
import { scannedPage } from "./merged-page.ts";
import { fromCursor, paging } from "./paging.ts";
import { instant, instantOrNull, presentFact, presentFollowed, presentMessageRow, presentOrigin } from "./present.ts";
import { answer, route, type Route } from "./route.ts";

/** `dead`: given up for good, the dead letters. */
const status = z.enum([...messageStatuses, "dead"]);

/** What the built-in outbox was given, by message id: those messages can be read with the list. */
const outboxContents = async (env: Env, workspace: string, ids: readonly string[]): Promise<ReadonlyMap<string, unknown>> => {
  const shards = await Promise.all(shardsOf(env).map((db) => readOutbox(db, workspace, ids)));
  return new Map(shards.flat().map(({ id, content }) => [id, JSON.parse(content) as unknown]));
};

export const messages: readonly Route[] = [
  route(
    {
      method: "get",
      path: "/api/messages",
      summary: "Lists messages, newest first, with what the outbox was given; status=dead: those given up, failed and uncertain",
      scope: "read",
      query: z.strictObject({
        ...paging,
        status: status.optional(),
        user: z.string().max(512).optional(),
        anonymous: z.enum(["true", "false"]).optional(),
        journey: z.string().max(64).optional(),
        channel: z.string().max(20).optional(),
        content: z.enum(["true", "false"]).default("true").describe("false: leave contents out, for lists that only name messages"),
      }),
      answers: { 200: listOf(messageListItemSchema) },
    },
    async ({ env, workspace, query }) => {
      const { limit, journey, channel } = query;
      const [before = "\u{10ffff}"] = fromCursor(query.cursor, z.tuple([z.string()])) ?? [];
      const user = query.user === undefined ? undefined : `${query.anonymous === "true" ? "a" : "u"}:${query.user}`;
      const statuses = query.status === "dead" ? (["failed", "uncertain"] as const) : [query.status];
      const shards = await Promise.all(
        shardsOf(env).flatMap((db) =>
          statuses.map((one) => listMessages(db, { workspace, status: one, journey, channel, user }, { before, limit: limit + 1 })),
        ),
      );
      const page = scannedPage(
        shards.map(({ rows, scannedTo }) => ({ rows, scannedTo: scannedTo === null ? null : [scannedTo] })),
        { limit, order: "descending", keyOf: (row) => [row.id], present: presentMessageRow },
      );
      if (query.content === "false") return answer(page);
      const contents = await outboxContents(
        env,
        workspace,
        page.items.map(({ id }) => id),
      );
      return answer({ ...page, items: page.items.map((item) => ({ ...item, content: contents.get(item.id) ?? null })) });
    },
  ),
  route(
    {
      method: "get",
      path: "/api/messages/{id}",
      summary: "One message: its content and everything that happened to it",
      scope: "read",
      answers: { 200: messageDetailSchema },
    },
    async ({ env, workspace, params }) => {
      const row = await findMessage(env, workspace, params["id"] ?? "");
      const kept = await userObject(env, workspace, row.user as UserKey).message(row.id); // written by the projection of that user's facts
      return answer({
        ...presentMessageRow(row),
        content: kept?.message.rendered?.content ?? null,
        due: instantOrNull(kept?.message.due),
        sentAt: kept?.message.sentAt === undefined ? null : instant(kept.message.sentAt),
        providerMessageId: kept?.message.providerMessageId ?? null,
        ...presentOrigin(kept?.message),
        deadLetter: kept === undefined ? null : (givenUp(kept.message) ?? null),
        followed: presentFollowed(kept?.message.followed),
        timeline: (kept?.facts ?? []).toSorted((a, b) => a.at - b.at).map(presentFact),
      });
    },
  ),
];
