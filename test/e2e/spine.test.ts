import { afterAll, beforeAll, expect, test } from "vitest";
import { startTern, waitFor, type Tern } from "../harness.ts";

/** The parts of the API's answers that are looked at here. */
interface MessageItem {
  readonly id: string;
  readonly status: string;
  readonly reason?: string | null;
  readonly user: { readonly id: string };
  readonly step?: string | null;
}
interface Listed<T> {
  readonly items: readonly T[];
}

let tern: Tern;

beforeAll(async () => {
  tern = await startTern();
  await tern.api("PUT", "/api/templates/reminder", {
    key: "reminder",
    channel: "email",
    name: "Reminder",
    defaultLocale: "en",
    locales: {
      en: {
        subject: "{{ user.firstName }}, your {{ trigger.properties.name }} waits",
        html: "<p>Come back for {{ trigger.properties.name }}.</p>",
      },
    },
  });
  await tern.api("PUT", "/api/journeys/cart", {
    key: "cart",
    name: "Cart",
    trigger: { type: "event", event: "Product Added", key: "properties.cart_id" },
    frequency: { type: "every-time" },
    exit: { type: "event", event: "Order Completed" },
    goals: [{ key: "ordered", name: "Ordered", condition: { type: "event", event: "Order Completed" }, within: "P1D" }],
    start: "pause",
    steps: {
      pause: { type: "wait", for: "PT2S", next: "remind" },
      remind: { type: "send", channel: "email", template: "reminder", next: "mark" },
      mark: { type: "tag", add: ["reminded"], next: "done" },
      done: { type: "exit" },
    },
  });
  await tern.api("POST", "/api/journeys/cart/publish", { inFlight: "stay" });
});
afterAll(() => tern?.stop());

const added = (userId: string, cart: string) => ({
  userId,
  event: "Product Added",
  messageId: `added-${userId}-${cart}`,
  properties: { cart_id: cart, name: "Lamp", price: 59 },
});

const messagesOf = async (userId: string): Promise<readonly MessageItem[]> =>
  ((await tern.api("GET", `/api/users/${userId}/messages`)) as Listed<MessageItem>).items;

test("an event becomes a message after its wait, and the whole way can be read back", async () => {
  await tern.track("identify", { userId: "ada", traits: { email: "ada@example.com", firstName: "Ada" } });
  expect((await tern.track("track", added("ada", "c1"))).status).toBe(200);

  const message = await waitFor(async () => (await messagesOf("ada")).find((item) => item.status === "sent"));
  const outbox = await tern.api("GET", `/api/messages/${message.id}`);
  expect(JSON.stringify(outbox)).toContain("Ada, your Lamp waits");

  const timeline = await waitFor(async () => {
    const { items } = (await tern.api("GET", "/api/users/ada/timeline")) as Listed<{ readonly type: string }>;
    return JSON.stringify(items).includes("run-ended") && JSON.stringify(items);
  });
  for (const kind of ["run-started", "step-entered", "waiting", "message", "tag-added", "run-ended"]) expect(timeline).toContain(kind);

  const statistics = await waitFor(async () => {
    const read = (await tern.api("GET", "/api/journeys/cart/statistics")) as {
      readonly live: number;
      readonly started: number;
      readonly steps: Record<string, { readonly messages: Record<string, number> }>;
    };
    return read.started === 1 && read.live === 0 && read;
  });
  expect(statistics.steps["remind"]?.messages["sent"]).toBe(1);
});

test("an exit event during the wait ends the run at once: no message, the goal counted", async () => {
  await tern.track("batch", {
    batch: [
      { type: "identify", userId: "ben", traits: { email: "ben@example.com", firstName: "Ben" } },
      { type: "track", ...added("ben", "c2") },
      { type: "track", userId: "ben", event: "Order Completed", properties: { cart_id: "c2" } },
    ],
  });
  const ended = await waitFor(async () => {
    const { items } = (await tern.api("GET", "/api/users/ben/timeline")) as Listed<{
      readonly fact?: { readonly kind: string; readonly reason?: string };
    }>;
    return items.find((item) => item.fact?.kind === "run-ended");
  });
  expect(ended.fact?.reason).toBe("exited");
  await new Promise((resolve) => setTimeout(resolve, 2500)); // past the wait's end
  expect(await messagesOf("ben")).toEqual([]);
});

test("the same call again changes nothing", async () => {
  await tern.track("identify", { userId: "cleo", traits: { email: "cleo@example.com", firstName: "Cleo" } });
  for (let again = 0; again < 3; again++) await tern.track("track", added("cleo", "c3"));
  await waitFor(async () => (await messagesOf("cleo")).some((item) => item.status === "sent"));
  await tern.track("track", added("cleo", "c3"));
  await new Promise((resolve) => setTimeout(resolve, 2500));
  expect(await messagesOf("cleo")).toHaveLength(1);
});

test("a wait survives kill -9 and ends after the restart, once", async () => {
  await tern.track("identify", { userId: "dan", traits: { email: "dan@example.com", firstName: "Dan" } });
  await tern.track("track", added("dan", "c4"));
  await waitFor(async () => JSON.stringify(await tern.api("GET", "/api/users/dan/timeline")).includes("waiting"));
  await tern.kill();
  await tern.restart();
  await waitFor(async () => (await messagesOf("dan")).some((item) => item.status === "sent"));
  expect(await messagesOf("dan")).toHaveLength(1);
});
