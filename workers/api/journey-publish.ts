import * as z from "zod";
import { publishedSchema } from "../../src/api/journey-view.ts";
import type { CatalogDocument, PublishedJourney } from "../../src/domain/catalog/catalog.ts";
import { publishedAs } from "../../src/domain/catalog/lifecycle.ts";
import { compileCatalog } from "../../src/domain/catalog/compile.ts";
import { compileJourney } from "../../src/domain/catalog/compile-journey.ts";
import type { InputProblem } from "../../src/domain/fault.ts";
import { type JourneyDefinition, journeySchema } from "../../src/domain/journey/journey.ts";
import { keptMs, seesBackTo } from "../../src/domain/user/keeping.ts";
import { landing } from "../../src/domain/user/move-runs.ts";
import { readJourneyVersions } from "../../src/storage/control/catalogs.ts";
import { addVersion, listVersions, markPublished } from "../../src/storage/control/journeys.ts";
import { shardsOf } from "../../src/storage/shard/shards.ts";
import { type StandingRuns, standingRuns } from "../../src/storage/shard/standing-runs.ts";
import { startBackfill } from "./backfill.ts";
import { type AnyCall, findJourney, keyOf, mustHoldTogether, publishedOf, warningsOf, withJourney } from "./journey-definitions.ts";
import { instantOrNull } from "./present.ts";
import { changeCatalog, type Edit } from "../publish.ts";
import { answer, route, type Route } from "./route.ts";
import { armSchedule } from "./schedule.ts";

const body = z.strictObject({
  inFlight: z
    .enum(["stay", "move"])
    .default("stay")
    .describe("what runs in flight do: stay with the version they entered, or move to the new one by step key"),
  dryRun: z.boolean().default(false).describe("change nothing, say what would happen"),
});
type Wish = z.output<typeof body>;

interface Made {
  readonly next: PublishedJourney;
  readonly before: PublishedJourney | undefined;
  /** What it was published onto. */
  readonly live: CatalogDocument;
}

export const journeyPublish: Route = route(
  {
    method: "post",
    path: "/api/journeys/{key}/publish",
    summary: "Publishes the draft as the next version; new entries follow it at once",
    scope: "write",
    body: body.prefault({}),
    answers: { 200: publishedSchema },
  },
  async (call) => {
    const { env, workspace } = call;
    const key = keyOf(call);
    const { version: catalog, answer: made } = await changeCatalog(env, workspace, async (live) => {
      const edit = await nextOf(call, live, call.body);
      if (!call.body.dryRun || "unchanged" in edit) return edit;
      compileCatalog(edit.document); // refuses what publishing would refuse
      return { unchanged: edit.answer };
    });
    const { next } = made;
    const state = {
      key,
      status: next.status,
      version: next.version,
      seesBackTo: instantOrNull(sightOf(made) ?? null),
      warnings: [...warningsOf(next.definition, made.live), ...overWarning(made)],
    };
    if (call.body.dryRun) return answer({ ...state, dryRun: true, runs: await preview(call, made, call.body) });
    // Also when nothing changed: whoever asks again may have had no answer because just this failed.
    if (concernsUsers(made, call.body))
      await startBackfill(
        env,
        call.body.inFlight === "move"
          ? { workspace, kind: "move", key, version: catalog }
          : { workspace, kind: "publish", key, version: next.version },
        { catalog, ...(takesCurrent(next.definition) ? { enter: [key] } : {}) },
      );
    await armSchedule(env, workspace, { key, versions: [made.before, next] });
    return answer(state);
  },
);

/** The journey as it will be published, and the rows that go with it. */
const nextOf = async (call: AnyCall, live: CatalogDocument, { inFlight }: Wish): Promise<Edit<Made> | { readonly unchanged: Made }> => {
  const { env, workspace } = call;
  const key = keyOf(call);
  const row = await findJourney(call);
  const definition = journeySchema.parse(JSON.parse(row.body)); // an older release may have let more through
  mustHoldTogether(definition, live);
  const before = publishedOf(live, key);
  if (before !== undefined && before.status !== "stopped" && JSON.stringify(before.definition) === row.body) {
    if (inFlight === "stay" || before.moveTo === before.version) return { unchanged: { next: before, before, live } };
    // Published before for new runs only; now for those in flight too.
    const next = { ...before, moveTo: before.version };
    return { document: withJourney(live, next), statements: [], answer: { next, before, live } };
  }
  const [newest] = await listVersions(env.DB, { workspace, key }, { before: Number.MAX_SAFE_INTEGER, limit: 1 });
  const version = (newest?.version ?? 0) + 1;
  const now = Date.now();
  const next = publishedAs(before, { version, definition, inFlight, now });
  return {
    document: withJourney(live, next),
    statements: [
      addVersion(env.DB, { workspace, key, version, body: row.body, published_at: now }),
      markPublished(env.DB, { workspace, key, version, status: next.status }),
    ],
    answer: { next, before, live },
  };
};

/** A schedule whose last instant is over starts nobody; whether it is over is not the definition's to say. */
const overWarning = ({ next, live }: Made): readonly InputProblem[] => {
  const { trigger } = compileJourney(next, live);
  const isOver = trigger.kind === "schedule" && trigger.next(Math.max(Date.now(), (next.since ?? 0) - 1), live.timezone) === undefined;
  return isOver ? [{ path: "trigger", message: "the schedule is over: nobody will enter by it" }] : [];
};

const takesCurrent = ({ trigger }: JourneyDefinition): boolean => trigger.type === "segment" && trigger.includeCurrent === true;

/** Must users who sleep learn of it? Of a segment's or date's trigger, and where their runs move. */
const concernsUsers = ({ next }: Made, { inFlight }: Wish): boolean => {
  const { type } = next.definition.trigger;
  return inFlight === "move" || type === "segment" || type === "date";
};

/** Back to when the version's conditions surely see, where that is less than they ask for. */
const sightOf = ({ next, live }: Made): number | undefined =>
  seesBackTo(compileJourney(next, live), {
    now: Date.now(),
    kept: keptMs(live),
    earlier: live.version === 0 ? undefined : compileCatalog(live),
  });

type Preview = NonNullable<z.output<typeof publishedSchema>["runs"]>;

/** What becomes of runs of earlier versions, by the step they stand on. Counted by projections: nobody's object is woken. */
const preview = async (call: AnyCall, { next }: Made, { inFlight }: Wish): Promise<Preview> => {
  const { env, workspace } = call;
  const key = keyOf(call);
  const shards = await Promise.all(shardsOf(env).map((db) => standingRuns(db, { workspace, key, below: next.version })));
  const standing = new Map<string, StandingRuns>();
  for (const one of shards.flat()) {
    const place = `${one.version}/${one.step}`;
    standing.set(place, { ...one, runs: one.runs + (standing.get(place)?.runs ?? 0) });
  }
  const versions = [...new Set([...standing.values()].map(({ version }) => version))];
  const stored = await readJourneyVersions(
    env.DB,
    workspace,
    versions.map((version) => ({ key, version })),
  );
  return [...standing.values()].flatMap(({ version, step, runs }) => {
    const from = stored.find((one) => one.version === version);
    if (from === undefined) return [];
    const moves = inFlight === "move" || version < (next.moveTo ?? 0);
    const to = moves ? (landing({ from, to: next }, step) ?? null) : step;
    return [{ version, step, runs, outcome: !moves ? "stays" : to === null ? "ends" : "moves", to }];
  });
};
