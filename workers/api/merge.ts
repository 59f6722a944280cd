import * as z from "zod";
import { mergeSchema } from "../../src/api/audience.ts";
import { Fault } from "../../src/domain/fault.ts";
import { mergeIdOf } from "../../src/domain/user/identity.ts";
import type { UserKey } from "../../src/domain/user/user-key.ts";
import type { Env } from "../env.ts";
import { userObject } from "../user-stub.ts";
import { addressee } from "./addressee.ts";
import { userId } from "./known-users.ts";
import { badInput } from "./problem.ts";
import { answer, route, type Route } from "./route.ts";
import { stimulate } from "../tell-user.ts";

/** A merge that takes longer is answered as running. */
const waitMs = 5_000;
const lookEveryMs = 50;

/** Who a user is now, after the merges it went through. @throws Fault not-found */
const whoIs = async (env: Env, workspace: string, user: UserKey): Promise<UserKey> => {
  const view = await userObject(env, workspace, user).view();
  if (view === undefined) throw new Fault("not-found", `There is no user "${user.slice(2)}"`);
  return view.user;
};

export const merge: readonly Route[] = [
  route(
    {
      method: "post",
      path: "/api/users/{id}/merge",
      summary: "Another user is this one too: its history, runs and all else become this user's; 202 while that goes on",
      scope: "write",
      body: z.strictObject({ from: userId.describe("the user who ends: whatever still arrives for it goes to the other") }),
      answers: { 200: mergeSchema, 202: mergeSchema },
    },
    async (call) => {
      const { env, workspace, user } = addressee({ ...call, query: {} });
      const from: UserKey = `u:${call.body.from}`;
      if (from === user) throw badInput("from", "a user is not merged with itself");
      const [target, source] = [await whoIs(env, workspace, user), await whoIs(env, workspace, from)];
      const merged = answer({ status: "merged", id: target.slice(2) });
      // One user already, whichever way round they were merged.
      if (target === source) return merged;
      if (source !== from)
        throw new Fault(
          "conflict",
          `The user "${call.body.from}" was merged into "${source.slice(2)}" before; merge that one, if it is meant`,
        );
      const { facts } = await stimulate({ env, workspace, user: target }, [{ type: "merge", id: crypto.randomUUID(), from }]);
      const refused = facts?.facts.findLast((fact) => fact.kind === "merged" && fact.from === from);
      if (refused?.kind === "merged" && refused.refused !== undefined) throw new Fault("conflict", `Not merged: ${refused.refused}`);
      const id = mergeIdOf(from, target);
      const until = Date.now() + waitMs;
      while (!(await userObject(env, workspace, target).hasMerged(id))) {
        if (Date.now() >= until) return answer({ status: "running", id: target.slice(2) }, { status: 202 });
        await scheduler.wait(lookEveryMs);
      }
      return merged;
    },
  ),
];
