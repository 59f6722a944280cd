import { afterAll, beforeAll, expect, it } from "vitest";
import { startTern, waitFor, type Tern } from "../harness.ts";
import { type Sink, startSink } from "../sink.ts";

let tern: Tern;
let sink: Sink;
/** Answers of the endpoint by the order of calls for one user; the last one stays. */
const answers: Record<string, readonly { readonly status: number; readonly body?: string }[]> = {
  gold: [{ status: 200, body: '{"data": {"tier": "gold", "points": 40}}' }],
  busy: [{ status: 503 }, { status: 429 }, { status: 200, body: '{"data": {"tier": "silver"}}' }],
  broken: [{ status: 400, body: '{"error": "no such user"}' }],
};
const callsOf = (name: string) => sink.calls.filter(({ path }) => path === `/score/${name}`);

const publish = async (key: string, event: string, steps: object): Promise<void> => {
  const start = Object.keys(steps)[0];
  await tern.api("PUT", `/api/journeys/${key}`, {
    key,
    name: key,
    trigger: { type: "event", event },
    frequency: { type: "every-time" },
    start,
    steps,
  });
  await tern.api("POST", `/api/journeys/${key}/publish`, { inFlight: "stay" });
};
const userView = async (name: string) =>
  (await tern.api("GET", `/api/users/${name}`)) as { readonly attributes: Record<string, unknown>; readonly tags: readonly string[] };
interface Line {
  readonly at: string;
  readonly type: string;
  readonly fact?: { readonly kind: string; readonly path?: string; readonly journey?: string };
}
const timeline = async (name: string): Promise<readonly Line[]> =>
  ((await tern.api("GET", `/api/users/${name}/timeline?limit=100`)) as { readonly items: readonly Line[] }).items;
const tagOf = (name: string) =>
  waitFor(async () => {
    const { tags } = await userView(name);
    return tags.length > 0 && tags[0];
  }, 30_000);

beforeAll(async () => {
  [tern, sink] = await Promise.all([
    startTern(),
    startSink(({ path }) => {
      const name = path.slice("/score/".length);
      const known = answers[name] ?? [];
      return known[Math.min(callsOf(name).length, known.length) - 1] ?? { status: 404 };
    }),
  ]);
  await publish("score", "Signed Up", {
    call: {
      type: "webhook",
      url: `${sink.url}/score/{{ user.id }}`,
      headers: { "X-Plan": "{{ user.plan | default: 'free' }}" },
      body: '{"total": {{ trigger.properties.total | json }}}',
      save: { tier: "data.tier", "variables.points": "data.points" },
      onFailure: { step: "failed" },
      next: "choose",
    },
    choose: {
      type: "branch",
      paths: [{ condition: { type: "attribute", path: "tier", operator: "equals", value: "gold" }, next: "keep" }],
      otherwise: "plain",
    },
    keep: { type: "update", set: { points: "{{ variables.points }}" }, next: "tell" },
    tell: { type: "event", event: "Became Gold", properties: { points: "{{ variables.points }}" }, next: "gold" },
    gold: { type: "tag", add: ["gold"] },
    plain: { type: "tag", add: ["plain"] },
    failed: { type: "tag", add: ["failed"] },
  });
  await publish("congratulate", "Became Gold", { mark: { type: "update", set: { congratulated: "{{ trigger.properties.points }}" } } });
  await publish("gate", "Knock", {
    gate: { type: "throttle", scope: "workspace", count: 5, per: "PT2S", next: "in" },
    in: { type: "tag", add: ["in"] },
  });
});
afterAll(async () => {
  await tern.stop();
  await sink.close();
});

const happen = (userId: string, event: string, properties: object = {}) => tern.track("track", { userId, event, properties });

it("a webhook step saves a value into an attribute and the journey branches on it; its event starts another and is in the log", async () => {
  await happen("gold", "Signed Up", { total: 7 });
  expect(await tagOf("gold")).toBe("gold");
  const [call, ...others] = callsOf("gold");
  expect(others).toEqual([]);
  expect(call).toMatchObject({
    method: "POST",
    body: '{"total": 7}',
    headers: { "x-plan": "free", "idempotency-key": expect.stringMatching(/^q/) },
  });
  await waitFor(async () => (await userView("gold")).attributes["congratulated"] === 40);
  expect((await userView("gold")).attributes).toEqual({ tier: "gold", points: 40, congratulated: 40 });
  const logged = await waitFor(async () => {
    const { items } = (await tern.api("GET", "/api/events?name=Became%20Gold")) as {
      readonly items: readonly { readonly properties?: unknown }[];
    };
    return items.length > 0 && items;
  });
  expect(logged).toHaveLength(1);
});

it("an endpoint that is busy is called again, with the same key, until it takes the call", async () => {
  await happen("busy", "Signed Up", { total: 1 });
  expect(await tagOf("busy")).toBe("plain");
  expect(callsOf("busy")).toHaveLength(3);
  expect(new Set(callsOf("busy").map(({ headers }) => headers["idempotency-key"])).size).toBe(1);
});

it("one that refuses follows onFailure", async () => {
  await happen("broken", "Signed Up", { total: 1 });
  expect(await tagOf("broken")).toBe("failed");
  expect(callsOf("broken")).toHaveLength(1);
});

it("a throttle of the workspace over many users never exceeds the rate in any window", async () => {
  const names = Array.from({ length: 20 }, (_, index) => `knocker-${index}`);
  await Promise.all(names.map((name) => happen(name, "Knock")));
  const passes = await Promise.all(
    names.map((name) =>
      waitFor(async () => (await timeline(name)).find(({ fact }) => fact?.kind === "step-left" && fact.path === "passed"), 40_000),
    ),
  );
  const instants = passes.map(({ at }) => Date.parse(at));
  const most = Math.max(...instants.map((from) => instants.filter((at) => at >= from && at < from + 2_000).length));
  expect(most).toBe(5);
});
