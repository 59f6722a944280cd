import * as z from "zod";
import { readObject } from "../../src/api/ingest/object.ts";
import { Refused } from "../../src/api/ingest/verdict.ts";
import { enteredSchema } from "../../src/api/journey-view.ts";
import { Fault, type InputProblem } from "../../src/domain/fault.ts";
import type { Json, JsonObject } from "../../src/domain/json.ts";
import type { UserKey } from "../../src/domain/user/user-key.ts";
import { liveVersion } from "../catalog-cache.ts";
import { confirmedFor } from "../confirmed.ts";
import type { Env } from "../env.ts";
import { type Answered, followUp } from "../follow-up.ts";
import { pool } from "../pool.ts";
import { userObject } from "../user-stub.ts";
import { findJourney, keyOf, liveDocument, publishedOf } from "./journey-definitions.ts";
import { refusal } from "./problem.ts";
import { answer, route, type Route } from "./route.ts";

const most = { users: 1_000, ofOneUser: 50, propertiesCharacters: 32 * 1024 } as const;
const parallel = 20;

const body = z.strictObject({
  users: z
    .array(
      z.strictObject({
        id: z.string().min(1).max(512),
        properties: z
          .record(z.string(), z.unknown())
          .optional()
          .describe("`trigger.properties` of the run; the journey's key is read from them"),
      }),
    )
    .min(1)
    .max(most.users),
});
type Wanted = z.output<typeof body>["users"][number];

export const journeyEnter: Route = route(
  {
    method: "post",
    path: "/api/journeys/{key}/enter",
    summary: "Has users enter the journey; each is entered, or refused with the reason. Repeat it with the same Idempotency-Key",
    scope: "write",
    body,
    answers: { 200: enteredSchema },
  },
  async (call) => {
    const { env, workspace, request } = call;
    const key = keyOf(call);
    const row = await findJourney(call);
    if (publishedOf(await liveDocument(env, workspace), row.key) === undefined)
      throw new Fault("conflict", `The journey "${key}" was never published`);
    mustBeReasonable(call.body.users);
    const name = request.headers.get("idempotency-key") ?? crypto.randomUUID();
    // The same place in the same call is the same entry, also when the call is cut off half-way and made again.
    const entries = call.body.users.map((wanted, index) => ({ ...wanted, entry: `call:${name}:${index}` }));
    const outcomes = await enter(env, { workspace, journey: key }, entries);
    return answer({ users: entries.map(({ id, entry }) => ({ id, ...outcomes.get(entry) })) });
  },
);

/** @throws Fault bad-input */
const mustBeReasonable = (users: readonly Wanted[]): void => {
  const problems: InputProblem[] = [];
  const times = new Map<string, number>();
  for (const [index, { id, properties }] of users.entries()) {
    const count = (times.get(id) ?? 0) + 1;
    times.set(id, count);
    if (count === most.ofOneUser + 1)
      problems.push({ path: `users[${index}].id`, message: `one user may be named ${most.ofOneUser} times in a call` });
    const message = propertiesProblem(properties);
    if (message !== undefined) problems.push({ path: `users[${index}].properties`, message });
  }
  if (problems.length > 0) throw refusal("bad-input", problems.slice(0, 100));
};

/** What an event's properties may carry, and no more; takes nested "__proto__" keys out, in place. */
const propertiesProblem = (properties: Wanted["properties"]): string | undefined => {
  if (properties === undefined) return undefined;
  try {
    const length = JSON.stringify(readObject(properties, "properties")).length;
    return length > most.propertiesCharacters ? `properties are larger than ${most.propertiesCharacters / 1024} KB` : undefined;
  } catch (error) {
    if (error instanceof Refused) return error.refusal.message;
    throw error;
  }
};

interface Entry extends Wanted {
  readonly entry: string;
}
type Outcome = { readonly status: "entered" } | { readonly status: "refused"; readonly reason: string };

/** Asks every user's object; what became of each entry, by its id. A user who could not be asked now is refused with `try-again`. */
const enter = async (
  env: Env,
  { workspace, journey }: { readonly workspace: string; readonly journey: string },
  entries: readonly Entry[],
): Promise<ReadonlyMap<string, Outcome>> => {
  const catalog = await liveVersion(env, workspace);
  const outcomes = new Map<string, Outcome>();
  const answered: Answered[] = [];
  await pool([...Map.groupBy(entries, ({ id }) => id)], parallel, async ([id, own]) => {
    const user: UserKey = `u:${id}`;
    const confirmed = confirmedFor(workspace, user);
    const stimuli = own.map(({ entry, properties }) => ({
      type: "enter" as const,
      id: entry,
      journey,
      ...(properties && { properties: properties as Readonly<Record<string, Json>> satisfies JsonObject }), // parsed from JSON
    }));
    try {
      const given = await userObject(env, workspace, user).stimulate({ catalog, stimuli, ...(confirmed !== undefined && { confirmed }) });
      answered.push({ workspace, user, answer: given });
      for (const one of given.entries ?? [])
        outcomes.set(one.id, one.refused === "" ? { status: "entered" } : { status: "refused", reason: one.refused });
    } catch (error) {
      console.error(JSON.stringify({ what: "a user could not be asked to enter", workspace, journey, error: String(error) }));
    }
    for (const { entry } of own) if (!outcomes.has(entry)) outcomes.set(entry, { status: "refused", reason: "try-again" });
  });
  await followUp(env, answered);
  return outcomes;
};
