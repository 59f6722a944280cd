import * as z from "zod";
import { listOf, loggedEventSchema, rejectionSchema } from "../../src/api/management.ts";
import { readRejections } from "../../src/storage/intake/rejections.ts";
import { eventOf, listEvents, logEnd } from "../../src/storage/shard/event-list.ts";
import { shardsOf } from "../../src/storage/shard/shards.ts";
import { mergedPage, scannedPage } from "./merged-page.ts";
import { fromCursor, paging } from "./paging.ts";
import { presentLoggedEvent, presentRejection } from "./present.ts";
import { answer, route, type Route } from "./route.ts";

export const events: readonly Route[] = [
  route(
    {
      method: "get",
      path: "/api/events",
      summary: "The event log, newest first; of one user ask /api/users/{id}/events",
      scope: "read",
      query: z.strictObject({
        ...paging,
        name: z.string().max(255).optional().describe("what the event is called"),
        type: z.enum(["identify", "track", "page", "screen", "group", "alias"]).optional(),
      }),
      answers: { 200: listOf(loggedEventSchema) },
    },
    async ({ env, workspace, query }) => {
      const { limit, name, type } = query;
      const before = fromCursor(query.cursor, z.tuple([z.number(), z.string(), z.string()])) ?? logEnd;
      const shards = await Promise.all(shardsOf(env).map((db) => listEvents(db, { workspace, name, type }, { before, limit: limit + 1 })));
      return answer(
        scannedPage(shards, {
          limit,
          order: "descending",
          keyOf: (row) => [row.time, row.id, row.user],
          present: (row) => presentLoggedEvent(row, eventOf(row)),
        }),
      );
    },
  ),
  route(
    {
      method: "get",
      path: "/api/events/rejected",
      summary: "Items that ingest refused and why, newest first: a sample, kept for 7 days",
      scope: "read",
      query: z.strictObject(paging),
      answers: { 200: listOf(rejectionSchema) },
    },
    async ({ env, workspace, query: { limit, cursor } }) => {
      const rows = await readRejections(env.INTAKE_0, workspace, limit + 1, fromCursor(cursor, z.tuple([z.number(), z.string()])));
      return answer(mergedPage([rows], { limit, order: "descending", keyOf: (row) => [row.at, row.id], present: presentRejection }));
    },
  ),
];
