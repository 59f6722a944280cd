import { ruleSchema, schemaSchema } from "../../src/api/audience.ts";
import { eventRuleSchema } from "../../src/api/ingest/event-rules.ts";
import type { SeenKind } from "../../src/domain/event/seen.ts";
import { typesOf } from "../../src/domain/event/value-types.ts";
import { Fault } from "../../src/domain/fault.ts";
import { maxRules, putEventRule, readEventRules } from "../../src/storage/control/event-rules.ts";
import { namesPerKind, readSeen, type SeenRow } from "../../src/storage/shard/seen-names.ts";
import { shardsOf } from "../../src/storage/shard/shards.ts";
import { forgetEventRules } from "../event-rules.ts";
import { flushNames } from "../seen-buffer.ts";
import { instant } from "./present.ts";
import { badInput } from "./problem.ts";
import { answer, route, type Route } from "./route.ts";

/** Names of several shards as one list, by name. */
const united = (rows: readonly SeenRow[]): readonly SeenRow[] =>
  [...Map.groupBy(rows, ({ name }) => name)]
    .map(([name, same]): SeenRow => ({
      kind: same[0]?.kind ?? "",
      name,
      types: same.reduce((all, { types }) => all | types, 0),
      n: same.reduce((sum, { n }) => sum + n, 0),
      first_seen: Math.min(...same.map(({ first_seen }) => first_seen)),
      last_seen: Math.max(...same.map(({ last_seen }) => last_seen)),
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));

const presentName = ({ name, n, first_seen, last_seen }: SeenRow) => ({
  name,
  firstSeen: instant(first_seen),
  lastSeen: instant(last_seen),
  volume: n,
});

export const schema: readonly Route[] = [
  route(
    {
      method: "get",
      path: "/api/schema",
      summary: "Names of events and attributes that were seen, with their types, volume, first and last time",
      scope: "read",
      answers: { 200: schemaSchema },
    },
    async ({ env, workspace }) => {
      await flushNames(env);
      const rules = await readEventRules(env.DB, workspace);
      const rows = (await Promise.all(shardsOf(env).map((db) => readSeen(db, workspace)))).flat();
      const ofKind = (kind: SeenKind) => united(rows.filter((row) => row.kind === kind));
      const named = (kind: SeenKind) => {
        const all = ofKind(kind).filter(({ name }) => name !== "");
        return { shown: all.slice(0, namesPerKind), rest: ofKind(kind).find(({ name }) => name === "")?.n ?? 0 };
      };
      const names = (kind: SeenKind) => named(kind).shown.map(presentName);
      const values = (kind: SeenKind) => named(kind).shown.map((row) => ({ ...presentName(row), types: [...typesOf(row.types)] }));
      return answer({
        rules: [...rules].map(([name, rule]) => ({ name, ...rule })),
        events: names("event"),
        pages: names("page"),
        screens: names("screen"),
        attributes: values("attribute"),
        groupAttributes: values("group-attribute"),
        rest: {
          events: named("event").rest,
          pages: named("page").rest,
          screens: named("screen").rest,
          attributes: named("attribute").rest,
          groupAttributes: named("group-attribute").rest,
        },
      });
    },
  ),
  route(
    {
      method: "put",
      path: "/api/schema/events/{name}",
      summary: "What the properties of an event have to be: items that are otherwise are refused (block) or noted (warn)",
      scope: "write",
      body: eventRuleSchema,
      answers: { 200: ruleSchema },
    },
    async ({ env, workspace, params, body }) => {
      const name = params["name"] ?? "";
      if (name === "" || name.length > 500) throw badInput("name", "1 to 500 characters");
      const { enforce, properties } = body;
      const rules = await readEventRules(env.DB, workspace);
      if (enforce !== "off" && !rules.has(name) && rules.size >= maxRules)
        throw new Fault("conflict", `A workspace may have ${maxRules} rules about events`);
      await putEventRule(env.DB, { workspace, name, now: Date.now() }, enforce === "off" ? undefined : { enforce, properties });
      forgetEventRules(workspace);
      return answer({ name, enforce, properties: enforce === "off" ? {} : properties });
    },
  ),
];
