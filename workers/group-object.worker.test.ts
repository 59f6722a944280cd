import { env } from "cloudflare:workers";
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { UserRpcSurface } from "../src/api/user-rpc.ts";
import type { JsonObject } from "../src/domain/json.ts";
import { groupObject } from "./group-stub.ts";
import { soon, userStub } from "../test/support/workspace.ts";
import { call, newWorkspace, type TestWorkspace } from "./api/client.test-support.ts";
import type { Env } from "./env.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

/** A group call about "acme"; `more`: context and other fields of the call. */
const said = async ({ writeKey: key }: TestWorkspace, userId: string, traits: JsonObject, more: JsonObject = {}) => {
  const { status } = await call("POST /v1/group", { key, body: { userId, groupId: "acme", traits, ...more } });
  expect(status).toBe(200);
};
const groupsOf = async ({ api }: TestWorkspace, id: string) => (await api(`GET /api/users/${id}`)).body.groups;
const idsIn = (items: readonly { id: string }[]): readonly string[] => items.map(({ id }) => id);

describe("groups", () => {
  it("a group call makes the group, its member and what the member knows of it; a change reaches every member", async () => {
    const workspace = await newWorkspace();
    const { api } = workspace;
    await said(workspace, "u1", { plan: "free", name: "Acme" }, { context: { groupType: "account", relationship: { role: "admin" } } });
    await soon(async () =>
      expect(await groupsOf(workspace, "u1")).toMatchObject([
        { type: "account", id: "acme", relationship: { role: "admin" }, attributes: { plan: "free", name: "Acme" } },
      ]),
    );
    await said(workspace, "u2", { plan: "pro" }, { context: { groupType: "account" } });
    for (const id of ["u1", "u2"])
      await soon(async () => expect(await groupsOf(workspace, id)).toMatchObject([{ attributes: { plan: "pro", name: "Acme" } }]));
    expect((await api("GET /api/groups/account/acme")).body).toMatchObject({ attributes: { plan: "pro" }, members: 2, pending: 0 });
    expect(idsIn((await api("GET /api/groups/account/acme/members")).body.items)).toEqual(["u1", "u2"]);
    expect((await api("GET /api/groups")).body.items).toMatchObject([{ type: "account", id: "acme", attributes: { name: "Acme" } }]);
    expect((await api("GET /api/groups?type=other")).body.items).toEqual([]);
  });

  it("attributes: the last write wins by the order of the calls, whenever they arrive", async () => {
    const workspace = await newWorkspace();
    const at = (minutes: number): JsonObject => ({ timestamp: new Date(Date.now() - minutes * 60_000).toISOString() });
    await said(workspace, "u1", { plan: "new" }, at(1));
    await said(workspace, "u1", { plan: "old", seats: 3 }, at(5));
    await soon(async () => expect((await workspace.api("GET /api/groups/group/acme")).body.attributes).toEqual({ plan: "new", seats: 3 }));
    await soon(async () => expect(await groupsOf(workspace, "u1")).toMatchObject([{ attributes: { plan: "new", seats: 3 } }]));
  });

  it("members are put in and taken out by call and told at once; a deleted group is left by everybody", async () => {
    const workspace = await newWorkspace();
    const { api } = workspace;
    for (const id of ["u1", "u2"]) await api(`PATCH /api/users/${id}`, { attributes: { plan: "x" } });
    expect((await api("PUT /api/groups/team/red", { attributes: { floor: 2 } })).body).toMatchObject({
      attributes: { floor: 2 },
      members: 0,
    });
    const answer = await api("POST /api/groups/team/red/members", { add: [{ id: "u1", relationship: { role: "lead" } }, "u2", "nobody"] });
    expect(answer.body).toEqual({ added: 2, removed: 0, unknown: ["nobody"] });
    expect(await groupsOf(workspace, "u1")).toMatchObject([
      { type: "team", id: "red", relationship: { role: "lead" }, attributes: { floor: 2 } },
    ]);
    await api("POST /api/groups/team/red/members", { remove: ["u2"] });
    expect(await groupsOf(workspace, "u2")).toEqual([]);
    await api("PUT /api/groups/team/red", { attributes: { floor: null, wing: "west" } });
    expect(await groupsOf(workspace, "u1")).toMatchObject([{ attributes: { wing: "west" } }]);
    expect((await api("DELETE /api/groups/team/red")).status).toBe(204);
    expect(await groupsOf(workspace, "u1")).toEqual([]);
    expect((await api("GET /api/groups/team/red")).status).toBe(404);
    expect((await api("GET /api/groups")).body.items).toEqual([]);
    expect((await api("DELETE /api/groups/team/red")).status).toBe(404);
    const kinds = (await api("GET /api/users/u1/timeline")).body.items.flatMap(({ fact }: { fact?: { kind: string } }) => fact?.kind ?? []);
    expect(kinds.filter((kind: string) => kind.startsWith("group"))).toEqual(["group-left", "group-changed", "group-joined"]);
  });

  it("a member who cannot be told holds up nobody and is told later, also after the object was gone", async () => {
    const workspace = await newWorkspace();
    const { api } = workspace;
    for (const id of ["u1", "u2"]) await api(`PATCH /api/users/${id}`, { attributes: { plan: "x" } });
    await api("POST /api/groups/team/red/members", { add: ["u1", "u2"] });
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    const surface = await runInDurableObject(userStub(workspace.id, "u:u1"), (object) => Object.getPrototypeOf(object) as UserRpcSurface);
    const stimulate = Reflect.get(surface, "stimulate");
    let isCut = true;
    vi.spyOn(surface, "stimulate").mockImplementation(async function (this: UserRpcSurface & { ctx: DurableObjectState }, request) {
      if (isCut && this.ctx.id.name?.endsWith("u:u1")) throw new Error("cut");
      return stimulate.call(this, request);
    });
    await api("PUT /api/groups/team/red", { attributes: { floor: 3 } });
    expect(await groupsOf(workspace, "u2")).toMatchObject([{ attributes: { floor: 3 } }]);
    expect((await api("GET /api/groups/team/red")).body.pending).toBe(1);
    isCut = false;
    const bindings = env as unknown as Env; // the test runtime is given wrangler.toml's bindings
    await evictDurableObject(bindings.GROUPS.getByName(`${workspace.id}:team:red`));
    await soon(async () => expect(await groupsOf(workspace, "u1")).toMatchObject([{ attributes: { floor: 3 } }]));
    await soon(async () =>
      expect((await groupObject(bindings, { workspace: workspace.id, type: "team", id: "red" }).view())?.pending).toBe(0),
    );
  });

  it("a member who was merged into another user is that one, who knows what the group says", async () => {
    const workspace = await newWorkspace();
    const { api, writeKey: key } = workspace;
    await call("POST /v1/group", { key, body: { anonymousId: "dev", groupId: "acme", traits: { plan: "pro" } } });
    await soon(async () =>
      expect((await api("GET /api/groups/group/acme/members")).body.items).toMatchObject([{ id: "dev", anonymous: true }]),
    );
    await call("POST /v1/identify", { key, body: { userId: "u1", anonymousId: "dev", traits: {} } });
    await soon(async () =>
      expect((await api("GET /api/groups/group/acme/members")).body.items).toMatchObject([{ id: "u1", anonymous: false }]),
    );
    await soon(async () => expect(await groupsOf(workspace, "u1")).toMatchObject([{ id: "acme", attributes: { plan: "pro" } }]));
    await api("PUT /api/groups/group/acme", { attributes: { plan: "max" } });
    await soon(async () => expect(await groupsOf(workspace, "u1")).toMatchObject([{ attributes: { plan: "max" } }]));
  });

  it("refuses what names no group or does not fit, naming the field", async () => {
    const { api } = await newWorkspace();
    expect((await api("PUT /api/groups/a%2Fb/x", {})).body.errors).toMatchObject([{ path: "type" }]);
    expect((await api("PUT /api/groups/team/x", { attributes: "no" })).body.errors).toMatchObject([{ path: "attributes" }]);
    expect((await api("PUT /api/groups/team/x", { attributes: { big: "x".repeat(20_000) } })).status).toBe(413);
    expect((await api("GET /api/groups/team/none")).status).toBe(404);
  });
});
