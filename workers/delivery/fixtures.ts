import type { ProviderDefinition } from "../../src/channels/provider-definition.ts";
import type { Reply } from "../../src/channels/reply.ts";
import type { ClaimAnswer, ClaimRequestMessage, DeliverMessage, ObjectAnswer, SettleRequest } from "../../src/api/queue.ts";
import type { Message, RenderedMessage } from "../../src/domain/message/message.ts";
import type { DeliverPorts } from "./deliver-message.ts";

export const queued: DeliverMessage = { workspace: "w1", user: "u:1", message: "m1" };

export const resend: ProviderDefinition = {
  key: "mail",
  type: "resend",
  channel: "email",
  settings: { apiKey: "re_secret_key", from: "shop@example.com" },
};

export const rendered: RenderedMessage = {
  provider: "mail",
  owner: "u:1",
  to: "ada@example.com",
  content: { channel: "email", subject: "Hi", html: "<p>Hi</p>", text: "Hi" },
};

export const message: Message = { id: "m1", channel: "email", template: "t", status: "claimed", createdAt: 1, attempts: 1, rendered };

export const toSend: ClaimAnswer = { claim: { kind: "send", attempt: 1, message, rendered }, deliver: [] };

export const answer = (status: number, body = ""): Reply => ({ kind: "answer", status, headers: {}, body, complete: true, at: 0 });

/** What was asked of the object and of the world, in order. */
export interface Recorded {
  readonly steps: string[];
  readonly claims: ClaimRequestMessage[];
  readonly settles: SettleRequest[];
  readonly pauses: number[];
}

/** Ports that work and write down what they were asked; a test replaces those it is about. */
export function recordingPorts(
  replace: Partial<DeliverPorts> & { readonly claim?: () => Promise<ClaimAnswer>; readonly settle?: () => Promise<ObjectAnswer> } = {},
): { readonly ports: DeliverPorts; readonly recorded: Recorded } {
  const recorded: Recorded = { steps: [], claims: [], settles: [], pauses: [] };
  const ports: DeliverPorts = {
    liveVersion: () => Promise.resolve(7),
    confirmed: () => undefined,
    listed: () => Promise.resolve(undefined),
    suppressedAmong: () => Promise.resolve(new Set()),
    room: () => Promise.resolve({ word: { kind: "counted" }, giveBack: () => Promise.resolve() }),
    shardNumber: () => 0,
    authorize: { now: () => 0, call: () => Promise.resolve(answer(500)), cached: async (_name, make) => (await make()).value },
    forgetToken: () => undefined,
    askLater: () => Promise.resolve(),
    connected: (work) => work(),
    turn: () => Promise.resolve(() => undefined),
    provider: () => Promise.resolve(resend),
    call: () => {
      recorded.steps.push("call");
      return Promise.resolve(answer(200, '{"id":"p1"}'));
    },
    mail: () => {
      recorded.steps.push("mail");
      return Promise.resolve({ kind: "reply", stage: "end", reply: { code: 250, enhanced: "2.0.0", text: "queued" }, sole: true });
    },
    keep: () => {
      recorded.steps.push("keep");
      return Promise.resolve();
    },
    place: () => Promise.resolve({ at: 0, taken: true, graceMs: 1_000 }),
    giveBack: () => Promise.resolve(),
    begin: () => Promise.resolve(0),
    end: () => Promise.resolve(),
    misconfigured: () => Promise.resolve(),
    pause: (ms) => {
      recorded.pauses.push(ms);
      return Promise.resolve();
    },
    object: (_, user) => ({
      claim: (request) => {
        recorded.steps.push(`claim ${user}`);
        recorded.claims.push(request);
        return replace.claim?.() ?? Promise.resolve(toSend);
      },
      settle: (request) => {
        recorded.steps.push(`settle ${user}`);
        recorded.settles.push(request);
        return replace.settle?.() ?? Promise.resolve({ deliver: [] });
      },
    }),
    ...replace,
  };
  return { ports, recorded };
}
