import type { ObjectAnswer } from "../src/api/queue.ts";
import type { UserRpcSurface } from "../src/api/user-rpc.ts";
import type { UserKey } from "../src/domain/user/user-key.ts";
import type { Stimulus } from "../src/domain/user/stimulus.ts";
import { liveVersion } from "./catalog-cache.ts";
import { confirmedFor, noteProjected } from "./confirmed.ts";
import type { Env } from "./env.ts";
import { sendFollowUps } from "./follow-up.ts";
import { pool } from "./pool.ts";
import { projectFacts } from "./stream/project-facts.ts";
import { userObject } from "./user-stub.ts";

/** A user of a workspace. */
export interface Addressee {
  readonly env: Env;
  readonly workspace: string;
  readonly user: UserKey;
}

/** Gives a user's object stimuli and has what follows (messages, projections) done before it answers, so that the next GET shows it. */
export const stimulate = async (to: Addressee, stimuli: readonly Stimulus[]): Promise<ObjectAnswer> =>
  follow(to, (object, request) => object.stimulate({ ...request, stimuli }));

/** Users told at once, and in how many parts a long list is projected. */
const parallel = 20;
const usersPerPart = 200;

/** As `stimulate`, of many users: what follows is projected in bulk. Rejects when one could not be told; all of it may be repeated. */
export const stimulateMany = async (
  { env, workspace }: Omit<Addressee, "user">,
  changes: readonly { readonly user: UserKey; readonly stimuli: readonly Stimulus[] }[],
): Promise<void> => {
  const catalog = await liveVersion(env, workspace);
  for (let from = 0; from < changes.length; from += usersPerPart) {
    const answers: { readonly user: UserKey; readonly answer: ObjectAnswer }[] = [];
    await pool(changes.slice(from, from + usersPerPart), parallel, async ({ user, stimuli }) => {
      const confirmed = confirmedFor(workspace, user);
      const request = { catalog, stimuli, ...(confirmed !== undefined && { confirmed }) };
      answers.push({ user, answer: await userObject(env, workspace, user).stimulate(request) });
    });
    await settleAnswers(env, workspace, answers);
  }
};

const follow = async <A extends ObjectAnswer>(
  { env, workspace, user }: Addressee,
  ask: (object: UserRpcSurface, request: { readonly catalog: number; readonly confirmed?: number }) => Promise<A>,
): Promise<A> => {
  const confirmed = confirmedFor(workspace, user);
  const catalog = await liveVersion(env, workspace);
  const answer = await ask(userObject(env, workspace, user), { catalog, ...(confirmed !== undefined && { confirmed }) });
  await settleAnswers(env, workspace, [{ user, answer }]);
  return answer;
};

const settleAnswers = async (
  env: Env,
  workspace: string,
  answers: readonly { readonly user: UserKey; readonly answer: ObjectAnswer }[],
): Promise<void> => {
  const answered = answers.map((one) => ({ ...one, workspace }));
  const facts = answers.flatMap(({ answer }) => (answer.facts === undefined ? [] : [answer.facts]));
  try {
    await Promise.all([sendFollowUps(env, answered), projectFacts(env, facts)]);
    noteProjected(facts);
  } catch (error) {
    // The change itself is made and kept; the object's alarm sends again what nobody took.
    console.error(JSON.stringify({ what: "a change by the API is not projected yet", workspace, error: String(error) }));
  }
};
