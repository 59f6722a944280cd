import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Fact, NumberedFacts } from "../../domain/user/facts.ts";
import { projectFacts, projectedUpTo } from "./project.ts";

let workspaces = 0;
const newWorkspace = (): string => `project-${++workspaces}`;

const userFact = (at: number, email: string): Fact => ({ kind: "user", at, email, createdAt: 1, lastSeenAt: at, attributes: { email } });
const started = (at: number): Fact => ({ kind: "run-started", at, journey: "welcome", version: 1, run: `r${at}`, key: null });
const message = (at: number, status: "queued" | "sent"): Fact => ({
  kind: "message",
  at,
  message: "m1",
  createdAt: 3,
  status,
  channel: "email",
  template: "hello",
  journey: "welcome",
  version: 1,
  run: "r2",
  step: "send",
  attempts: 1,
  ...(status === "sent" && { to: "a@example.com", provider: "outbox", reached: [status] }),
});

/** Six facts of one user: directory, entry, message twice, membership on and off and on. */
const story: readonly Fact[] = [
  userFact(1, "old@example.com"),
  started(2),
  message(3, "queued"),
  { kind: "segment-entered", at: 4, segment: "buyers" },
  message(5, "sent"),
  { kind: "segment-left", at: 6, segment: "buyers" },
  userFact(7, "new@example.com"),
  started(8),
  { kind: "segment-entered", at: 9, segment: "vips" },
];
const part = (workspace: string, from: number, to: number): NumberedFacts => ({
  workspace,
  user: "u:1",
  first: from,
  facts: story.slice(from - 1, to),
});

const rowsOf = async (workspace: string) => ({
  users: (await env.DB.prepare("SELECT user, email, last_seen_at, projected FROM users WHERE workspace = ?").bind(workspace).all()).results,
  memberships: (await env.DB.prepare("SELECT segment, user, since FROM memberships WHERE workspace = ?").bind(workspace).all()).results,
  messages: (
    await env.DB.prepare("SELECT id, status, recipient, provider, created_at, updated_at FROM messages WHERE workspace = ?")
      .bind(workspace)
      .all()
  ).results,
  counts: (await env.DB.prepare("SELECT step, metric, n FROM step_counts WHERE workspace = ? ORDER BY step, metric").bind(workspace).all())
    .results,
});
const expected = {
  users: [{ user: "u:1", email: "new@example.com", last_seen_at: 7, projected: 9 }],
  memberships: [{ segment: "vips", user: "u:1", since: 9 }],
  messages: [{ id: "m1", status: "sent", recipient: "a@example.com", provider: "outbox", created_at: 3, updated_at: 5 }],
  counts: [
    { step: "", metric: "started", n: 2 },
    { step: "send", metric: "message:sent", n: 1 },
  ],
};

describe("projectFacts", () => {
  it("makes directory, memberships, messages and counts from facts", async () => {
    const workspace = newWorkspace();
    await projectFacts(env, [part(workspace, 1, 9)]);
    expect(await rowsOf(workspace)).toEqual(expected);
    expect(await projectedUpTo(env.DB, workspace, "u:1")).toBe(9);
  });

  it("a repeated projection changes nothing", async () => {
    const workspace = newWorkspace();
    for (let time = 0; time < 3; time++) await projectFacts(env, [part(workspace, 1, 9), part(workspace, 1, 9)]);
    expect(await rowsOf(workspace)).toEqual(expected);
  });

  it("overlapping ranges, in any split and with late repetitions, count each fact once", async () => {
    for (const ranges of [
      [
        [1, 3],
        [2, 6],
        [4, 9],
      ],
      [
        [1, 6],
        [1, 3],
        [4, 9],
      ],
      [
        [1, 9],
        [4, 7],
      ],
      [
        [1, 1],
        [1, 2],
        [1, 4],
        [3, 5],
        [1, 9],
        [2, 6],
      ],
    ] as const) {
      const workspace = newWorkspace();
      for (const [from, to] of ranges) await projectFacts(env, [part(workspace, from, to)]);
      expect(await rowsOf(workspace)).toEqual(expected);
    }
  });

  it("overlapping ranges within one call count each fact once, whatever their order", async () => {
    const workspace = newWorkspace();
    await projectFacts(env, [part(workspace, 4, 9), part(workspace, 1, 6), part(workspace, 2, 3)]);
    expect(await rowsOf(workspace)).toEqual(expected);
  });

  it.each(["in one call, both ways round", "one after the other", "the first user's late"])(
    "a message of a merged user is whose they became, with that one's word, told %s",
    async (how) => {
      const workspace = newWorkspace();
      const first: NumberedFacts = { workspace, user: "u:old", first: 40, facts: [message(3, "queued")] };
      const became: NumberedFacts = { workspace, user: "u:new", first: 2, facts: [message(5, "sent")] };
      const calls = how.startsWith("in one") ? [[became, first]] : how.startsWith("one") ? [[first], [became]] : [[became], [first]];
      for (const call of calls) await projectFacts(env, call);
      const { results } = await env.DB.prepare("SELECT user, status FROM messages WHERE workspace = ?").bind(workspace).all();
      expect(results).toEqual([{ user: "u:new", status: "sent" }]);
    },
  );

  it("users of the same name in two workspaces do not meet", async () => {
    const [one, other] = [newWorkspace(), newWorkspace()];
    await projectFacts(env, [part(one, 1, 9), part(other, 1, 2)]);
    expect(await rowsOf(one)).toEqual(expected);
    expect((await rowsOf(other)).users).toEqual([{ user: "u:1", email: "old@example.com", last_seen_at: 1, projected: 2 }]);
  });

  it("facts larger than one parameter are split and still one transaction", async () => {
    const workspace = newWorkspace();
    const large = "x".repeat(30_000);
    const batches = Array.from({ length: 40 }, (_, index): NumberedFacts => ({
      workspace,
      user: `u:${index}`,
      first: 1,
      facts: [{ kind: "user", at: 1, createdAt: 1, lastSeenAt: 1, attributes: { large } }],
    }));
    await projectFacts(env, batches);
    expect((await rowsOf(workspace)).users).toHaveLength(40);
  });
});
