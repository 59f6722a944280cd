import * as z from "zod";
import { instant as instantField } from "../../src/api/management.ts";
import { listPaused } from "../../src/storage/control/provider-states.ts";
import { instant } from "./present.ts";
import { answer, route, type Route } from "./route.ts";

const alertSchema = z.object({
  kind: z.enum(["provider-paused"]),
  /** Key of what it is about. */
  subject: z.string(),
  detail: z.string(),
  since: instantField,
});

/** What waits for an operator, as it stands now: an alert goes with its cause. */
export const alerts: readonly Route[] = [
  route(
    {
      method: "get",
      path: "/api/alerts",
      summary: "What waits for an operator",
      scope: "read",
      answers: { 200: z.object({ items: z.array(alertSchema) }) },
    },
    async ({ env, workspace }) =>
      answer({
        items: (await listPaused(env.DB, workspace)).map(({ key, reason, paused_at: since }) => ({
          kind: "provider-paused",
          subject: key,
          detail: reason ?? "",
          since: instant(since ?? 0),
        })),
      }),
  ),
];
