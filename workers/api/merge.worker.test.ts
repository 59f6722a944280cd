import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { GroupRpc } from "../../src/api/group-rpc.ts";
import type { UserRpcSurface } from "../../src/api/user-rpc.ts";
import type { UserEvent } from "../../src/domain/event/event.ts";
import { identify, soon, track, user, userStub } from "../../test/support/workspace.ts";
import { userObject } from "../user-stub.ts";
import { bindings, call, journeyOf, newWorkspace, templateOf, type TestWorkspace } from "./client.test-support.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const merge = ({ api }: TestWorkspace, into: string, from: string) => api(`POST /api/users/${into}/merge`, { from });
const trackedBy = async ({ id }: TestWorkspace, of: string): Promise<readonly string[]> =>
  (await user(id, `u:${of}`).events({ limit: 200 })).items.flatMap(({ event }) => event ?? []).toSorted();

describe("merge of two known users", { timeout: 60_000 }, () => {
  it("answers when it is over: one user, with what both had; its old name still finds it", async () => {
    const workspace = await newWorkspace();
    const { api, id } = workspace;
    await user(id, "u:a").apply({ catalog: 1, events: [track("a", "Seen by a")] });
    await user(id, "u:b").apply({ catalog: 1, events: [track("b", "Seen by b")] });
    await api("PATCH /api/users/a", {
      attributes: { plan: "pro" },
      tags: { add: ["x"] },
      devices: { add: [{ token: "t", platform: "ios" }] },
    });
    await api("PATCH /api/users/b", { attributes: { name: "Ann" }, subscriptions: [{ topic: "offers", state: "opted-out" }] });
    expect(await merge(workspace, "b", "a")).toMatchObject({ status: 200, body: { status: "merged", id: "b" } });
    for (const name of ["a", "b"])
      expect((await api(`GET /api/users/${name}`)).body).toMatchObject({
        id: "b",
        attributes: { plan: "pro", name: "Ann" },
        tags: ["x"],
        devices: [{ token: "t" }],
        subscriptions: { "topic:offers": { state: "opted-out" } },
      });
    expect(await trackedBy(workspace, "b")).toEqual(["Seen by a", "Seen by b"]);
  });

  it("says clearly what cannot be merged: oneself, nobody, a user merged before, a circle", async () => {
    const workspace = await newWorkspace();
    for (const id of ["a", "b", "c"]) await workspace.api(`PATCH /api/users/${id}`, { attributes: { id } });
    expect((await merge(workspace, "a", "a")).body).toMatchObject({ code: "bad-input", errors: [{ path: "from" }] });
    expect((await merge(workspace, "a", "nobody")).body).toMatchObject({ code: "not-found", detail: 'There is no user "nobody"' });
    expect((await merge(workspace, "nobody", "a")).status).toBe(404);
    expect((await merge(workspace, "b", "a")).status).toBe(200);
    // The same again, and the other way round: they are one user already.
    expect((await merge(workspace, "b", "a")).body).toEqual({ status: "merged", id: "b" });
    expect((await merge(workspace, "a", "b")).body).toEqual({ status: "merged", id: "b" });
    expect((await merge(workspace, "c", "a")).body).toMatchObject({ code: "conflict", detail: expect.stringContaining('merged into "b"') });
    // By an old name of the target it goes to whoever that is now.
    expect((await merge(workspace, "a", "c")).body).toEqual({ status: "merged", id: "b" });
    expect(await call("POST /api/users/a/merge", { key: workspace.writeKey, body: { from: "b" } })).toMatchObject({ status: 403 });
  });

  it("a merge during a wait: the run goes on waiting where it stood, at the same instant", async () => {
    const workspace = await newWorkspace();
    const { api, id } = workspace;
    await api("PUT /api/templates/hello", templateOf());
    await api("PUT /api/journeys/welcome", {
      ...journeyOf("hello", "Go"),
      start: "pause",
      steps: { pause: { type: "wait", for: "P1D", next: "done" }, done: { type: "exit" } },
    });
    const { version: _version } = (await api("POST /api/journeys/welcome/publish")).body;
    const catalog = (await api("GET /api/workspace")).body.catalogVersion as number;
    await user(id, "u:a").apply({ catalog, events: [track("a", "Go")] });
    await user(id, "u:b").apply({ catalog, events: [track("b", "Seen")] });
    const [before] = (await user(id, "u:a").view())?.runs ?? [];
    expect(before?.position.at).toBe("wait");
    await merge(workspace, "b", "a");
    const view = await user(id, "u:b").view();
    expect(view?.runs).toEqual([before]);
    expect(view?.nextDue).toBe(before?.position.at === "wait" ? before.position.due : 0);
  });
});

describe("a merge survives a kill at every step of its protocol", { timeout: 60_000 }, () => {
  type Step = "freeze" | "page" | "acknowledge" | "moveMember";
  /** The call of this step fails once: before it was carried out, or after, when only the answer is lost. */
  const cutOnce = async ({ id }: TestWorkspace, step: Step, when: "before" | "after"): Promise<() => boolean> => {
    let isCut = false;
    let calls = 0;
    const cut = async <T>(counts: boolean, carryOut: () => Promise<T>): Promise<T> => {
      calls += counts ? 1 : 0;
      const fails = !isCut && counts && calls === (step === "page" ? 2 : 1);
      isCut ||= fails;
      if (fails && when === "before") throw new Error("cut");
      const value = await carryOut();
      if (fails) throw new Error("cut");
      return value;
    };
    if (step === "moveMember") {
      const stub = bindings.GROUPS.getByName(`${id}:group:acme`);
      const surface = await runInDurableObject(stub, (object) => Object.getPrototypeOf(object) as GroupRpc);
      const real = Reflect.get(surface, "moveMember");
      vi.spyOn(surface, "moveMember").mockImplementation(async function (this: GroupRpc, from, to) {
        return cut(true, () => real.call(this, from, to));
      });
      return () => isCut;
    }
    const surface = await runInDurableObject(userStub(id, "u:a"), (object) => Object.getPrototypeOf(object) as UserRpcSurface);
    if (step === "acknowledge") {
      const real = Reflect.get(surface, "acknowledge");
      vi.spyOn(surface, "acknowledge").mockImplementation(async function (this: UserRpcSurface, one) {
        return cut(true, () => real.call(this, one));
      });
    } else {
      const real = Reflect.get(surface, "freeze");
      vi.spyOn(surface, "freeze").mockImplementation(async function (this: UserRpcSurface, request) {
        return cut(true, () => real.call(this, request));
      });
    }
    return () => isCut;
  };

  for (const step of ["freeze", "page", "moveMember", "acknowledge"] as const)
    for (const when of ["before", "after"] as const)
      it(`cut ${when} the ${step}, and carried on`, async () => {
        const workspace = await newWorkspace();
        const { id } = workspace;
        const group: UserEvent = { ...identify("a", undefined), type: "group", groupId: "acme" };
        const past = Array.from({ length: 600 }, (_, n) => track("a", `Page ${n % 7}`));
        await user(id, "u:a").apply({ catalog: 1, events: [...past, group] });
        await call("POST /v1/group", { key: workspace.writeKey, body: { userId: "a", groupId: "acme", traits: { plan: "pro" } } });
        await user(id, "u:b").apply({ catalog: 1, events: [track("b", "Seen by b")] });
        await soon(async () => expect((await workspace.api("GET /api/groups/group/acme/members")).body.items).toMatchObject([{ id: "a" }]));
        await soon(async () => expect((await user(id, "u:a").view())?.groups).toMatchObject([{ attributes: { plan: "pro" } }]));
        vi.spyOn(console, "error").mockImplementation(() => undefined);
        const wasCut = await cutOnce(workspace, step, when);
        const { status } = await merge(workspace, "b", "a");
        expect([200, 202]).toContain(status);
        expect(wasCut()).toBe(true);
        for (const one of ["u:a", "u:b"] as const) await evictDurableObject(userStub(id, one));
        await soon(async () => {
          expect((await merge(workspace, "b", "a")).body).toEqual({ status: "merged", id: "b" });
          const counted = await runInDurableObject(userStub(id, "u:b"), (_object, state) =>
            state.storage.sql.exec("SELECT count(*) AS n FROM events").one(),
          );
          expect(counted).toEqual({ n: 603 });
          expect((await workspace.api("GET /api/groups/group/acme/members")).body.items).toMatchObject([{ id: "b" }]);
        });
        expect((await userObject(bindings, id, "u:a").view())?.user).toBe("u:b");
        const { items } = await user(id, "u:b").timeline({ limit: 200 });
        expect(items.filter((item) => item.type === "fact" && item.fact.kind === "merged")).toHaveLength(1);
      });
});
