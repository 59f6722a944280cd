import * as z from "zod";
import { membersChangedSchema } from "../../src/api/audience.ts";
import { Fault } from "../../src/domain/fault.ts";
import { readDefinition } from "../../src/storage/control/definitions.ts";
import { knownAmong, userId } from "./known-users.ts";
import { badInput } from "./problem.ts";
import { answer, route, type Route } from "./route.ts";
import { stimulateMany } from "../tell-user.ts";

/** Users one call puts in and takes out. */
const usersPerCall = 1_000;

export const segmentMembers: readonly Route[] = [
  route(
    {
      method: "post",
      path: "/api/segments/{key}/members",
      summary: `Puts users into a manual segment and takes others out, up to ${usersPerCall} in all`,
      scope: "write",
      body: z
        .strictObject({ add: z.array(userId).max(usersPerCall).default([]), remove: z.array(userId).max(usersPerCall).default([]) })
        .refine(({ add, remove }) => add.length + remove.length <= usersPerCall, `add and remove name at most ${usersPerCall} users in all`)
        .refine(({ add, remove }) => !add.some((id) => remove.includes(id)), "a user is both in add and in remove"),
      answers: { 200: membersChangedSchema },
    },
    async ({ env, workspace, params, body }) => {
      const key = params["key"] ?? "";
      const row = await readDefinition(env.DB, workspace, "segment", key);
      if (row === undefined) throw new Fault("not-found", `There is no segment "${key}"`);
      if ((JSON.parse(row.body) as { readonly kind?: unknown }).kind !== "manual")
        throw badInput("key", `the segment "${key}" is dynamic: its condition says who is in it`);
      const add = [...new Set(body.add)];
      const remove = [...new Set(body.remove)];
      const known = await knownAmong(
        env,
        workspace,
        [...add, ...remove].map((id) => `u:${id}` as const),
      );
      const id = crypto.randomUUID();
      const isKnown = (one: string): boolean => known.has(`u:${one}`);
      const change = (ids: readonly string[], members: { readonly add: readonly string[]; readonly remove: readonly string[] }) =>
        ids.filter(isKnown).map((one) => ({ user: `u:${one}` as const, stimuli: [{ type: "members" as const, id, ...members }] }));
      const changes = [...change(add, { add: [key], remove: [] }), ...change(remove, { add: [], remove: [key] })];
      await stimulateMany({ env, workspace }, changes);
      return answer({
        added: add.filter(isKnown).length,
        removed: remove.filter(isKnown).length,
        unknown: [...add, ...remove].filter((one) => !isKnown(one)),
      });
    },
  ),
];
