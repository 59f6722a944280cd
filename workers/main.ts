import type { api } from "./api/api.ts";
import type { deliver } from "./deliver.ts";
import type { hooks } from "./hooks/hooks.ts";
import type { links } from "./links/links.ts";
import type { AskMessage, DeliverMessage, EventsMessage, FactsMessage } from "../src/api/queue.ts";
import { consumeAsks } from "./asks.ts";
import type { Env } from "./env.ts";
import { consumeEvents } from "./events.ts";
import { ingest } from "./ingest/ingest.ts";
import { consumeFacts } from "./project.ts";
import { sweep } from "./sweep.ts";

export { BackfillObject } from "./backfill-object.ts";
export { LimiterObject } from "./limiter-object.ts";
export { GroupObject } from "./group-object.ts";
export { ScheduleObject } from "./schedule-object.ts";
export { StreamObject } from "./stream-object.ts";
export { UserObject } from "./user-object.ts";

/** Paths of the management API, sign-in and reference pages. */
const isManagement = (path: string): boolean =>
  path.startsWith("/api/") && !path.startsWith("/api/v1/") && !path.startsWith("/api/v2/") && !path.startsWith("/api/public/");

/** Modules loaded on their first call, so that isolates which only take events never evaluate them; kept, as asking for a module again takes a turn each time. */
const loaded: {
  api?: typeof api;
  hooks?: typeof hooks;
  links?: typeof links;
  /** Every provider there is. */
  deliver?: typeof deliver;
} = {};

export default {
  async fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    if (isManagement(pathname)) {
      loaded.api ??= (await import("./api/api.ts")).api;
      return loaded.api.fetch(request, env, ctx);
    }
    if (pathname.startsWith("/hooks/")) {
      loaded.hooks ??= (await import("./hooks/hooks.ts")).hooks;
      return loaded.hooks(request, env);
    }
    if (pathname.startsWith("/l/")) {
      loaded.links ??= (await import("./links/links.ts")).links;
      return loaded.links.fetch(request, env, ctx);
    }
    return ingest.fetch(request, env, ctx);
  },

  async queue(batch, env, ctx) {
    // The queue's name says which of our message types it carries: each has one producer, typed in env.ts.
    const queue = batch.queue.replace(/^.*tern-/, "");
    if (queue.startsWith("events")) await consumeEvents(batch as MessageBatch<EventsMessage>, env, ctx);
    else if (queue.startsWith("facts")) await consumeFacts(batch as MessageBatch<FactsMessage>, env, ctx);
    else if (queue.startsWith("asks")) await consumeAsks(batch as MessageBatch<AskMessage>, env, ctx);
    else {
      loaded.deliver ??= (await import("./deliver.ts")).deliver;
      await loaded.deliver(batch as MessageBatch<DeliverMessage>, env, ctx);
    }
  },

  async email(mail, env) {
    const { takeMail } = await import("./links/mail.ts");
    await takeMail(mail, env);
  },

  async scheduled(controller, env, ctx) {
    await sweep(controller, env, ctx);
  },
} satisfies ExportedHandler<Env, EventsMessage | DeliverMessage | AskMessage | FactsMessage>;
