import type { AskMessage, DeliverMessage, EventsMessage, FactsMessage } from "../src/api/queue.ts";
import type { GroupObject } from "./group-object.ts";
import type { UserObject } from "./user-object.ts";
import type { BackfillObject } from "./backfill-object.ts";
import type { ScheduleObject } from "./schedule-object.ts";
import type { LimiterObject } from "./limiter-object.ts";
import type { StreamObject } from "./stream-object.ts";

/** Every binding and secret of the Worker. */
export interface Env {
  /** Control plane: workspaces, keys, definitions, catalogs, operators. */
  readonly DB: D1Database;
  /** Data shards: directory, event log, projections, by hash of (workspace, user). Locally the same database as DB. */
  readonly SHARD_0: D1Database;
  readonly [shard: `SHARD_${number}`]: D1Database;
  /** Intake: accepted, not yet applied. Locally the same database as DB. */
  readonly INTAKE_0: D1Database;
  readonly [intake: `INTAKE_${number}`]: D1Database;
  /** Accepted events on their way to the users' objects: as JSON text, parsed by parseEventsMessage. */
  readonly EVENTS: Queue<EventsMessage | string>;
  /** Messages to send, one queue per channel: a slow email API must not hold up webhooks. */
  readonly DELIVER_EMAIL: Queue<DeliverMessage>;
  readonly DELIVER_SMS: Queue<DeliverMessage>;
  readonly DELIVER_PUSH: Queue<DeliverMessage>;
  readonly DELIVER_WHATSAPP: Queue<DeliverMessage>;
  readonly DELIVER_SLACK: Queue<DeliverMessage>;
  readonly DELIVER_WEBHOOK: Queue<DeliverMessage>;
  /** Facts that an object's alarm sends again. */
  readonly FACTS: Queue<FactsMessage>;
  /** Questions of runs to the outside: webhooks, limits that users share, winners. */
  readonly ASKS: Queue<AskMessage>;
  /** One object per user. */
  readonly USERS: DurableObjectNamespace<UserObject>;
  /** One object per group: its attributes and members, and the telling of changes to them. */
  readonly GROUPS: DurableObjectNamespace<GroupObject>;
  /** One object per backfill: walks the directory and refreshes users, resumably. */
  readonly BACKFILLS: DurableObjectNamespace<BackfillObject>;
  /** One object per journey that a schedule starts: has its segment's members enter when it is time. */
  readonly SCHEDULES: DurableObjectNamespace<ScheduleObject>;
  /** One object per shared limit: gives out places in rolling windows. */
  readonly LIMITERS: DurableObjectNamespace<LimiterObject>;
  /** One object per stream: what a customer's endpoint is still to be told. */
  readonly STREAMS: DurableObjectNamespace<StreamObject>;
  /** Secret, base64 of 32 bytes: encrypts provider settings at rest. */
  readonly TERN_SECRET: string;
  /** Secret: lets whoever holds it call POST /api/setup. Without it that route refuses everybody. */
  readonly SETUP_TOKEN?: string;
  /** "true" only where `npm start` set it: providers and webhooks may reach loopback addresses. */
  readonly ALLOW_LOOPBACK?: string;
  /** "true" only where `npm start` set it: `/health` says so only once keys and operator are written down (cron "@ready"). */
  readonly HEALTHY_WHEN_SET_UP?: string;
  /** "rows" (default: every request has an intake row) or "fallback" (row only when the queue refuses). */
  readonly INTAKE_ROWS?: string;
  /** Fraction of events kept in the event log, "0" to "1" (default "1"). */
  readonly EVENT_LOG_SAMPLE?: string;
  /** Where this Worker is reached from outside ("https://tern.example.com"): links in messages lead there, unless a workspace names a domain of its own. Without it they have none. */
  readonly PUBLIC_URL?: string;
  /** Earlier secrets, comma-separated, newest first: what they sealed and signed is still read. */
  readonly TERN_SECRET_PREVIOUS?: string;
  /** Origin of the dashboard, for CORS of the management API and sign-in. */
  readonly DASHBOARD_ORIGIN?: string;
}
