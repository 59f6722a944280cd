import * as z from "zod";
import type { LiveFrame } from "../../src/api/management.ts";
import { type EventRow, type LogPlace, eventOf, eventsAfter } from "../../src/storage/shard/event-list.ts";
import { shardsOf } from "../../src/storage/shard/shards.ts";
import type { Env } from "../env.ts";
import { presentLoggedEvent } from "./present.ts";
import { badInput } from "./problem.ts";
import { route, type Route } from "./route.ts";

/** How often the log is looked at while somebody watches, ms. */
const intervalMs = 1_000;
/** A view left open in a forgotten tab ends; the page asks again when somebody looks at it. */
const maxLifeMs = 15 * 60_000;
/** Newest events of one look: what a person can see pass by. */
const maxPerLook = 100;

/*
 * Each socket reads the newest rows of the event log itself, once a second, as long as it is open. So the path of events
 * knows nothing of those who watch, nothing runs when nobody does, and no object per workspace stands where all its events
 * would have to pass. The price is a bounded read per watcher and second, from an index. Events that arrive late by their
 * own time, and those the log's sampling leaves out, are not shown.
 */
export const live: readonly Route[] = [
  route(
    {
      method: "get",
      path: "/api/live",
      summary: "WebSocket: events as they happen (frames of JSON), for at most 15 minutes",
      scope: "read",
      query: z.strictObject({}),
      answers: { 101: undefined },
    },
    async ({ env, ctx, request, workspace }) => {
      if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") throw badInput("upgrade", "this address speaks WebSocket only");
      const { 0: client, 1: server } = new WebSocketPair();
      server.accept();
      ctx.waitUntil(watch(env, workspace, server));
      return new Response(null, { status: 101, webSocket: client });
    },
  ),
];

const watch = async (env: Env, workspace: string, socket: WebSocket): Promise<void> => {
  const isOpen = (): boolean => socket.readyState === WebSocket.READY_STATE_OPEN;
  socket.addEventListener("close", () => socket.close());
  const shards = shardsOf(env);
  const start = Date.now();
  const seen = shards.map((): LogPlace => [start, "", ""]);
  try {
    while (isOpen() && Date.now() - start < maxLifeMs) {
      const looks = await Promise.all(shards.map((db, i) => eventsAfter(db, workspace, seen[i] ?? [start, "", ""], maxPerLook)));
      for (const [i, rows] of looks.entries()) {
        const last = rows.at(-1);
        if (last !== undefined) seen[i] = [last.time, last.id, last.user];
      }
      for (const row of looks.flat()) if (isOpen()) send(socket, { type: "event", event: present(row) });
      await new Promise((resolve) => {
        setTimeout(resolve, intervalMs);
      });
    }
    if (isOpen()) send(socket, { type: "end", reason: "time" });
  } catch (error) {
    console.error(JSON.stringify({ what: "live view ended", workspace, error: String(error) }));
  }
  if (isOpen()) socket.close(1000, "end");
};

const present = (row: EventRow) => presentLoggedEvent(row, eventOf(row));
const send = (socket: WebSocket, frame: LiveFrame): void => socket.send(JSON.stringify(frame));
