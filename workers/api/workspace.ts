import * as z from "zod";
import { type WorkspaceView, workspaceSchema } from "../../src/api/management.ts";
import { Fault } from "../../src/domain/fault.ts";
import { stableText } from "../../src/domain/hash.ts";
import type { CatalogDocument } from "../../src/domain/catalog/catalog.ts";
import { type LinkSettings, linkSettingsSchema } from "../../src/domain/links/link-settings.ts";
import { type WorkspaceRules, workspaceRulesSchema } from "../../src/domain/sending/rules.ts";
import { readLinkSettings, readRules } from "../../src/storage/control/catalogs.ts";
import { readWorkspace, updateWorkspace, type WorkspaceRow } from "../../src/storage/control/workspaces.ts";
import type { Env } from "../env.ts";
import { startBackfill } from "./backfill.ts";
import { instant } from "./present.ts";
import { wakeHeld } from "../provider-pause.ts";
import { changeCatalog } from "../publish.ts";
import { answer, type Call, route, type Route } from "./route.ts";

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

export const presentWorkspace = (row: WorkspaceRow, rules: WorkspaceRules = {}, links: LinkSettings = {}): WorkspaceView => ({
  id: row.id,
  name: row.name,
  timezone: row.timezone,
  dataCenter: row.data_center,
  rules,
  links,
  catalogVersion: row.catalog_version,
  createdAt: instant(row.created_at),
});

const read = async (env: Env, workspace: string): Promise<WorkspaceView> => {
  const [row, rules, links] = await Promise.all([
    readWorkspace(env.DB, workspace),
    readRules(env.DB, workspace),
    readLinkSettings(env.DB, workspace),
  ]);
  if (row === undefined) throw new Fault("not-found", "There is no such workspace");
  return presentWorkspace(row, rules, links);
};

/** What of the workspace is to be another; rules replace all rules there were. */
interface WorkspaceChange {
  readonly name?: string | undefined;
  readonly timezone?: string | undefined;
  readonly rules?: WorkspaceRules | undefined;
  readonly links?: LinkSettings | undefined;
}

/** Changes the workspace; live at once. @throws Fault conflict when a window goes that a journey names */
const change = async (
  { env, ctx, workspace: id }: Pick<Call<unknown, unknown>, "env" | "ctx" | "workspace">,
  wanted: WorkspaceChange,
): Promise<WorkspaceView> => {
  const { version, answer: moved } = await changeCatalog(env, id, async (live) => {
    const { rules: before = {}, links: linksBefore = {}, ...rest } = live;
    const next = { id, name: wanted.name ?? live.name, timezone: wanted.timezone ?? live.timezone };
    const rules = wanted.rules ?? before;
    const links = wanted.links ?? linksBefore;
    const isSame =
      next.name === live.name &&
      next.timezone === live.timezone &&
      stableText(rules) === stableText(before) &&
      stableText(links) === stableText(linksBefore);
    if (isSame) return { unchanged: { zone: false, quota: false } };
    refuseMissingWindows(live, rules);
    return {
      document: {
        ...rest,
        name: next.name,
        timezone: next.timezone,
        ...(Object.keys(rules).length > 0 && { rules }),
        ...(Object.keys(links).length > 0 && { links }),
      },
      statements: [updateWorkspace(env.DB, next)],
      answer: {
        zone: next.timezone !== live.timezone,
        quota: before.quota !== undefined && stableText(rules.quota ?? {}) !== stableText(before.quota),
      },
    };
  });
  if (moved.quota) ctx.waitUntil(wakeHeld(env, id, "quota"));
  if (moved.zone) await startBackfill(env, { workspace: id, kind: "workspace", key: "timezone", version }, { catalog: version });
  return read(env, id);
};

/** A window that a journey names cannot go before the journey does. */
const refuseMissingWindows = (live: CatalogDocument, rules: WorkspaceRules): void => {
  for (const key of Object.keys(live.rules?.windows ?? {})) {
    if (Object.hasOwn(rules.windows ?? {}, key)) continue;
    const users = live.journeys.filter(({ status, definition }) => status !== "stopped" && namesWindow(definition.steps, key));
    if (users.length === 0) continue;
    const named = users.slice(0, 10).map(({ definition }) => `the journey "${definition.key}"`);
    throw new Fault("conflict", `The window "${key}" is used by ${named.join(", ")}`);
  }
};

const namesWindow = (steps: Readonly<Record<string, object>>, key: string): boolean =>
  Object.values(steps).some((step) => "window" in step && step.window === key);

export const workspace: readonly Route[] = [
  route(
    {
      method: "get",
      path: "/api/workspace",
      summary: "The workspace of the key or session",
      scope: "read",
      answers: { 200: workspaceSchema },
    },
    async (call) => answer(await read(call.env, call.workspace)),
  ),
  route(
    {
      method: "patch",
      path: "/api/workspace",
      summary: "Changes name, time zone, rules and links, as far as they are given; rules and links replace all there were. Live at once",
      scope: "admin",
      body: z.strictObject({
        name: workspaceName.optional(),
        timezone: timezone.optional(),
        rules: workspaceRulesSchema.optional(),
        links: linkSettingsSchema.optional(),
      }),
      answers: { 200: workspaceSchema },
    },
    async (call) => answer(await change(call, call.body)),
  ),
  route(
    {
      method: "put",
      path: "/api/workspace",
      summary: "Sets name, time zone, rules and links; what is left out of rules and links is none. Live at once",
      scope: "admin",
      body: z.strictObject({ name: workspaceName, timezone, rules: workspaceRulesSchema.optional(), links: linkSettingsSchema.optional() }),
      answers: { 200: workspaceSchema },
    },
    async (call) => answer(await change(call, { ...call.body, rules: call.body.rules ?? {}, links: call.body.links ?? {} })),
  ),
];
