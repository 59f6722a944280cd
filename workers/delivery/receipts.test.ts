import { describe, expect, it } from "vitest";
import type { ProviderDefinition } from "../../src/channels/provider-definition.ts";
import type { HttpCall } from "../../src/channels/provider.ts";
import type { Reply } from "../../src/channels/reply.ts";
import { answer } from "./fixtures.ts";
import { type ReceiptPorts, type ReceiptWish, takeReceipts } from "./receipts.ts";

const phones: ProviderDefinition = { key: "phones", type: "expo", channel: "push", settings: { accessToken: "expo-token" } };

interface Brought extends ReceiptWish {
  readonly ends: string[];
}
const wish = (message: string, attempts = 1, workspace = "w1", begunAt = 1): Brought => {
  const ends: string[] = [];
  return {
    ends,
    attempts,
    body: { workspace, user: `u:${message}`, message, receipt: { provider: "phones", id: `t-${message}`, begunAt } },
    ack: () => void ends.push("ack"),
    retry: ({ delaySeconds }) => void ends.push(`retry in ${delaySeconds}`),
  };
};

const portsWith = (
  reply: Reply,
  replace: Partial<ReceiptPorts> = {},
): { readonly ports: ReceiptPorts; readonly calls: HttpCall[]; readonly told: unknown[] } => {
  const calls: HttpCall[] = [];
  const told: unknown[] = [];
  const ports: ReceiptPorts = {
    provider: () => Promise.resolve(phones),
    call: (call) => {
      calls.push(call);
      return Promise.resolve(reply);
    },
    tell: (_, changes) => {
      told.push(...changes);
      return Promise.resolve();
    },
    misconfigured: (...said) => {
      told.push(said);
      return Promise.resolve();
    },
    ...replace,
  };
  return { ports, calls, told };
};
const error = (name: string) => ({ status: "error", message: "no", details: { error: name } });

describe("takeReceipts", () => {
  it("asks for all of one provider at once, tells whom a message did not reach, and lets the others be", async () => {
    const wishes = [wish("m1"), wish("m2"), wish("m3")];
    const data = { "t-m1": { status: "ok" }, "t-m2": error("DeviceNotRegistered"), "t-m3": error("MessageTooBig") };
    const { ports, calls, told } = portsWith(answer(200, JSON.stringify({ data })));
    await takeReceipts(wishes, ports);
    expect(calls).toMatchObject([
      { method: "POST", url: "https://exp.host/--/api/v2/push/getReceipts", headers: { authorization: "Bearer expo-token" } },
    ]);
    expect(JSON.parse(String(calls[0]?.body))).toEqual({ ids: ["t-m1", "t-m2", "t-m3"] });
    expect(told).toEqual([
      {
        user: "u:m2",
        stimuli: [{ type: "reported", message: "m2", status: "bounced", reason: "DeviceNotRegistered: no", permanent: true }],
      },
      { user: "u:m3", stimuli: [{ type: "reported", message: "m3", status: "bounced", reason: "MessageTooBig: no", permanent: false }] },
    ]);
    expect(wishes.map(({ ends }) => ends)).toEqual([["ack"], ["ack"], ["ack"]]);
  });

  it("asks again for what is not there yet, and not for ever", async () => {
    const [early, last] = [wish("m1"), wish("m2", 8)];
    await takeReceipts([early, last], portsWith(answer(200, '{"data":{}}')).ports);
    expect([early.ends, last.ends]).toEqual([["retry in 900"], ["ack"]]);
  });

  it.each([
    ["503", answer(503)],
    ["a page", answer(200, "<h1>Hello</h1>")],
    ["no connection", { kind: "no-connection", detail: "refused" } as const],
  ])("asks again after %s", async (_, reply) => {
    const one = wish("m1");
    const { ports, told } = portsWith(reply);
    await takeReceipts([one], ports);
    expect([one.ends, told]).toEqual([["retry in 900"], []]);
  });

  it("asks again where a user could not be told: a report twice changes nothing", async () => {
    const one = wish("m1");
    const { ports } = portsWith(answer(200, JSON.stringify({ data: { "t-m1": error("DeviceNotRegistered") } })), {
      tell: () => Promise.reject(new Error("overloaded")),
    });
    await takeReceipts([one], ports);
    expect(one.ends).toEqual(["retry in 900"]);
  });

  it("tells the operator of credentials that Apple or Google do not take, by the newest message", async () => {
    const wishes = [wish("m1", 1, "w1", 5), wish("m2", 1, "w1", 9), wish("m3", 1, "w1", 11)];
    const data = { "t-m1": error("InvalidCredentials"), "t-m2": error("InvalidCredentials"), "t-m3": { status: "ok" } };
    const { ports, told } = portsWith(answer(200, JSON.stringify({ data })));
    await takeReceipts(wishes, ports);
    expect(told[0]).toEqual(["w1", "phones", { detail: "InvalidCredentials: no", begunAt: 9 }]);
    expect(told.slice(1)).toMatchObject([
      { user: "u:m1", stimuli: [{ status: "bounced", permanent: false }] },
      { user: "u:m2", stimuli: [{ status: "bounced", permanent: false }] },
    ]);
  });

  it("keeps workspaces apart, and asks nobody where the provider is gone", async () => {
    const wishes = [wish("m1"), wish("m2", 1, "w2")];
    const { ports, calls } = portsWith(answer(200, '{"data":{"t-m1":{"status":"ok"},"t-m2":{"status":"ok"}}}'), {
      provider: (workspace) => Promise.resolve(workspace === "w1" ? phones : undefined),
    });
    await takeReceipts(wishes, ports);
    expect(calls.map(({ body }) => JSON.parse(String(body)) as unknown)).toEqual([{ ids: ["t-m1"] }]);
    expect(wishes.map(({ ends }) => ends)).toEqual([["ack"], ["ack"]]);
  });
});
