import * as z from "zod";
import { listOf, loggedEventSchema } from "../../src/api/management.ts";
import { eventOf, listEvents, logEnd } from "../../src/storage/shard/event-list.ts";
import { shardsOf } from "../../src/storage/shard/shards.ts";
import { scannedPage } from "./merged-page.ts";
import { fromCursor, paging } from "./paging.ts";
import { presentLoggedEvent } from "./present.ts";
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
      const before = fromCursor(query.cursor, z.tuple([z.number(), z.string()])) ?? logEnd;
      const shards = await Promise.all(shardsOf(env).map((db) => listEvents(db, { workspace, name, type }, { before, limit: limit + 1 })));
      return answer(
        scannedPage(shards, {
          limit,
          order: "descending",
          keyOf: (row) => [row.time, row.id],
          present: (row) => presentLoggedEvent(row, eventOf(row)),
        }),
      );
    },
  ),
];
