import * as z from "zod";
import type { GroupView } from "../../src/api/group-rpc.ts";
import { groupMemberSchema, groupSchema, groupSummarySchema, membersChangedSchema } from "../../src/api/audience.ts";
import { listOf } from "../../src/api/management.ts";
import { maxBytes } from "../../src/api/ingest/text.ts";
import { utf8Length } from "../../src/api/ingest/utf8-length.ts";
import { Fault } from "../../src/domain/fault.ts";
import type { GroupName } from "../../src/domain/group/group-name.ts";
import type { JsonObject } from "../../src/domain/json.ts";
import { isGroupType } from "../../src/domain/user/groups.ts";
import { type GroupRow, listGroups } from "../../src/storage/shard/group-list.ts";
import { shardsOf } from "../../src/storage/shard/shards.ts";
import { groupObject } from "../group-stub.ts";
import { attributesSchema } from "./attributes-input.ts";
import { knownAmong, userId } from "./known-users.ts";
import { mergedPage } from "./merged-page.ts";
import { fromCursor, paging, toCursor } from "./paging.ts";
import { idsOf, instant } from "./present.ts";
import { badInput } from "./problem.ts";
import { answer, type Call, noContent, route, type Route } from "./route.ts";

const path = "/api/groups/{type}/{id}";
/** Users one call puts in and takes out. */
const usersPerCall = 1_000;

/** The group a path names. @throws Fault bad-input where no call could name it */
const nameOf = ({ workspace, params }: Call<unknown, unknown>): GroupName => {
  const { type = "", id = "" } = params;
  if (!isGroupType(type)) throw badInput("type", "1 to 100 characters without a slash");
  if (id === "" || id.includes("\0") || !id.isWellFormed() || utf8Length(id) > maxBytes.groupId)
    throw badInput("id", `1 to ${maxBytes.groupId} bytes without NUL`);
  return { workspace, type, id };
};

const present = ({ type, id }: GroupName, { attributes, members, pending, version, createdAt, updatedAt }: GroupView) => ({
  type,
  id,
  attributes,
  members,
  pending,
  version,
  createdAt: instant(createdAt),
  updatedAt: instant(updatedAt),
});

const presentRow = ({ type, id, attributes, updated_at }: GroupRow) => ({
  type,
  id,
  attributes: JSON.parse(attributes) as JsonObject, // written by putGroup
  updatedAt: instant(updated_at),
});

const viewOf = async (call: Call<unknown, unknown>) => {
  const name = nameOf(call);
  const view = await groupObject(call.env, name).view();
  if (view === undefined) throw new Fault("not-found", `There is no group "${name.id}" of type "${name.type}"`);
  return present(name, view);
};

const added = z.union([
  userId,
  z.strictObject({ id: userId, relationship: attributesSchema.optional().describe("what this membership says, a role for example") }),
]);

export const groups: readonly Route[] = [
  route(
    {
      method: "get",
      path: "/api/groups",
      summary: "Lists groups by type and id",
      scope: "read",
      query: z.strictObject({ ...paging, type: z.string().max(100).optional() }),
      answers: { 200: listOf(groupSummarySchema) },
    },
    async ({ env, workspace, query }) => {
      const { limit, type = null } = query;
      const after = fromCursor(query.cursor, z.tuple([z.string(), z.string()])) ?? (["", ""] as const);
      const rows = await Promise.all(shardsOf(env).map((db) => listGroups(db, { workspace, type, after, limit: limit + 1 })));
      return answer(mergedPage(rows, { limit, order: "ascending", keyOf: (row) => [row.type, row.id], present: presentRow }));
    },
  ),
  route({ method: "get", path, summary: "One group: its attributes", scope: "read", answers: { 200: groupSchema } }, async (call) =>
    answer(await viewOf(call)),
  ),
  route(
    {
      method: "put",
      path,
      summary: "Makes a group, or sets attributes of it; its members are told",
      scope: "write",
      body: z.strictObject({ attributes: attributesSchema.default({}).describe('merged with those there are; null or "" removes one') }),
      answers: { 200: groupSchema },
    },
    async (call) => {
      const attributes = call.body.attributes as JsonObject; // out of a JSON body
      const { refused } = await groupObject(call.env, nameOf(call)).change({ attributes });
      if (refused.length > 0) throw new Fault("too-large", `Not kept: ${refused.join(", ")}: a group's attributes may hold 16 KB in all`);
      return answer(await viewOf(call));
    },
  ),
  route(
    { method: "delete", path, summary: "Deletes a group: everybody leaves it", scope: "write", answers: { 204: undefined } },
    async (call) => {
      const name = nameOf(call);
      if (!(await groupObject(call.env, name).remove()))
        throw new Fault("not-found", `There is no group "${name.id}" of type "${name.type}"`);
      return noContent();
    },
  ),
  route(
    {
      method: "get",
      path: `${path}/members`,
      summary: "Users in the group",
      scope: "read",
      query: z.strictObject(paging),
      answers: { 200: listOf(groupMemberSchema) },
    },
    async (call) => {
      const { limit } = call.query;
      const [cursor = ""] = fromCursor(call.query.cursor, z.tuple([z.string()])) ?? [];
      const { items, next } = await groupObject(call.env, nameOf(call)).members({ limit, cursor });
      return answer({
        items: items.map(({ user, since }) => ({ ...idsOf(user), since: instant(since) })),
        next: next === null ? null : toCursor([next]),
      });
    },
  ),
  route(
    {
      method: "post",
      path: `${path}/members`,
      summary: `Puts users into the group and takes others out, up to ${usersPerCall} in all`,
      scope: "write",
      body: z
        .strictObject({ add: z.array(added).max(usersPerCall).default([]), remove: z.array(userId).max(usersPerCall).default([]) })
        .refine(({ add, remove }) => add.length + remove.length <= usersPerCall, `add and remove name at most ${usersPerCall} users in all`)
        .refine(
          ({ add, remove }) => !add.some((one) => remove.includes(typeof one === "string" ? one : one.id)),
          "a user is both in add and in remove",
        ),
      answers: { 200: membersChangedSchema },
    },
    async (call) => {
      const { env, workspace, body } = call;
      const name = nameOf(call);
      const add = body.add.map((one) => (typeof one === "string" ? { id: one } : one));
      const ids = [...add.map(({ id }) => id), ...body.remove];
      const known = await knownAmong(
        env,
        workspace,
        ids.map((id) => `u:${id}` as const),
      );
      const isKnown = (id: string): boolean => known.has(`u:${id}`);
      const joining = add.filter(({ id }) => isKnown(id));
      const leaving = [...new Set(body.remove)].filter(isKnown);
      if (joining.length + leaving.length > 0)
        await groupObject(env, name).change({
          add: joining.map(({ id, ...more }) => ({
            user: `u:${id}` as const,
            ...("relationship" in more && more.relationship !== undefined && { relationship: more.relationship as JsonObject }), // JSON body
          })),
          remove: leaving.map((id) => `u:${id}` as const),
        });
      return answer({
        added: new Set(joining.map(({ id }) => id)).size,
        removed: leaving.length,
        unknown: [...new Set(ids)].filter((id) => !isKnown(id)),
      });
    },
  ),
];
