import type { EventRule, EventRules } from "../../api/ingest/event-rules.ts";
import type { eventRules } from "../schema.ts";

type Row = Pick<typeof eventRules.$inferSelect, "name" | "enforce" | "properties">;

/** Rules a workspace may have: every isolate that takes its events keeps them. */
export const maxRules = 500;

/** All rules of a workspace. */
export const readEventRules = async (db: D1Database, workspace: string): Promise<EventRules> => {
  const { results } = await db
    .prepare("SELECT name, enforce, properties FROM event_rules WHERE workspace = ? ORDER BY name LIMIT ?")
    .bind(workspace, maxRules)
    .all<Row>();
  return new Map(
    results.map(({ name, enforce, properties }) => [
      name,
      { enforce: enforce === "block" ? "block" : "warn", properties: JSON.parse(properties) as EventRule["properties"] }, // written by putEventRule
    ]),
  );
};

/** Sets the rule about an event, or takes it away (undefined). */
export const putEventRule = async (
  db: D1Database,
  { workspace, name, now }: { readonly workspace: string; readonly name: string; readonly now: number },
  rule: EventRule | undefined,
): Promise<void> => {
  if (rule === undefined) {
    await db.prepare("DELETE FROM event_rules WHERE workspace = ? AND name = ?").bind(workspace, name).run();
    return;
  }
  await db
    .prepare("INSERT OR REPLACE INTO event_rules (workspace, name, enforce, properties, updated_at) VALUES (?, ?, ?, ?, ?)")
    .bind(workspace, name, rule.enforce, JSON.stringify(rule.properties), now)
    .run();
};
