import * as z from "zod";
import { type WorkspaceView, workspaceSchema } from "../../src/api/management.ts";
import { Fault } from "../../src/domain/fault.ts";
import { readWorkspace, updateWorkspace, type WorkspaceRow } from "../../src/storage/control/workspaces.ts";
import type { Env } from "../env.ts";
import { startBackfill } from "./backfill.ts";
import { instant } from "./present.ts";
import { changeCatalog } from "./publish.ts";
import { answer, route, type Route } from "./route.ts";

export const workspaceName = z.string().min(1).max(200);

/** An IANA zone that this runtime knows. */
export const timezone = z.string().max(100).refine(isTimezone, "is not an IANA time zone");

function isTimezone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone !== "" && !/^[+-]/.test(zone);
  } catch {
    return false;
  }
}

export const presentWorkspace = (row: WorkspaceRow): WorkspaceView => ({
  id: row.id,
  name: row.name,
  timezone: row.timezone,
  dataCenter: row.data_center,
  catalogVersion: row.catalog_version,
  createdAt: instant(row.created_at),
});

const read = async (env: Env, workspace: string): Promise<WorkspaceRow> => {
  const row = await readWorkspace(env.DB, workspace);
  if (row === undefined) throw new Fault("not-found", "There is no such workspace");
  return row;
};

export const workspace: readonly Route[] = [
  route(
    {
      method: "get",
      path: "/api/workspace",
      summary: "The workspace of the key or session",
      scope: "read",
      answers: { 200: workspaceSchema },
    },
    async (call) => answer(presentWorkspace(await read(call.env, call.workspace))),
  ),
  route(
    {
      method: "patch",
      path: "/api/workspace",
      summary: "Changes name and time zone",
      scope: "admin",
      body: z.strictObject({ name: workspaceName.optional(), timezone: timezone.optional() }),
      answers: { 200: workspaceSchema },
    },
    async ({ env, workspace: id, body }) => {
      const { version, answer: moved } = await changeCatalog(env, id, async (live) => {
        const next = { id, name: body.name ?? live.name, timezone: body.timezone ?? live.timezone };
        if (next.name === live.name && next.timezone === live.timezone) return { unchanged: { zone: false } };
        return {
          document: { ...live, name: next.name, timezone: next.timezone },
          statements: [updateWorkspace(env.DB, next)],
          answer: { zone: next.timezone !== live.timezone },
        };
      });
      if (moved.zone) await startBackfill(env, { workspace: id, kind: "workspace", key: "timezone", version }, { catalog: version });
      return answer(presentWorkspace(await read(env, id)));
    },
  ),
];
