import * as z from "zod";
import { Fault } from "../../src/domain/fault.ts";
import { hashText, stableText } from "../../src/domain/hash.ts";
import type { MessageStatus } from "../../src/domain/message/message.ts";
import { CANCELLED } from "../../src/domain/user/calls.ts";
import { timedId } from "../../src/domain/user/ids.ts";
import type { Stimulus } from "../../src/domain/user/stimulus.ts";
import type { UserKey } from "../../src/domain/user/user-key.ts";
import { contentHash } from "../../src/storage/control/catalogs.ts";
import { forgetOldPlans, makePlan, type PlannedSend, readPlan } from "../../src/storage/control/send-calls.ts";
import { findMessage } from "./find-message.ts";
import { idempotencyKey } from "./idempotency.ts";
import { catalogFor, liveVersion } from "../catalog-cache.ts";
import { answer, type Call, route, type Route } from "./route.ts";
import { checkCall, payloadOf } from "./send/checked-call.ts";
import { maxCallBytes, type SendCall, sendCallSchema } from "./send/send-call.ts";
import { addressNamed, contactOf, findUser } from "./send/whom.ts";
import { type Addressee, stimulate } from "../tell-user.ts";
import { userObject } from "../user-stub.ts";

const acceptedSchema = z.object({
  id: z.string(),
  status: z.string().describe("queued, or held until sendAt; of a repetition: as it is now"),
});

/** What a call stands for: one that was made before under its key, or a new one. */
interface Planned {
  readonly plan: PlannedSend;
  readonly repeated: boolean;
}

export const sending: readonly Route[] = [
  route(
    {
      method: "post",
      path: "/api/messages",
      summary:
        "Sends one message to one user, now or at sendAt; answers once it is durable. With an Idempotency-Key a repetition is about the same message",
      scope: "send",
      body: sendCallSchema,
      ownIdempotency: true,
      maxBodyBytes: maxCallBytes,
      answers: { 202: acceptedSchema },
    },
    async (call) => {
      const { plan, repeated } = await planned(call);
      const to: Addressee = { env: call.env, workspace: call.workspace, user: plan.user };
      const status = await tell(to, { type: "send", ...(await sendOf(call.body, plan)) });
      if (status === undefined) throw new Fault("too-many-requests", "Too many messages of this user wait to be sent already");
      const response = answer({ id: plan.message, status }, { status: 202 });
      if (repeated) response.headers.set("idempotency-replayed", "true");
      return response;
    },
  ),
  route(
    {
      method: "post",
      path: "/api/messages/{id}/cancel",
      summary: "Takes a message back that waits to be sent; 409 once somebody is sending it, or it was sent",
      scope: "send",
      body: z.strictObject({}).optional(),
      answers: { 200: acceptedSchema },
    },
    async ({ env, workspace, params }) => {
      const row = await findMessage(env, workspace, params["id"] ?? "");
      const user = row.user as UserKey; // written by the projection of that user's facts
      await stimulate({ env, workspace, user }, [{ type: "cancel", message: row.id }]);
      const kept = (await userObject(env, workspace, user).message(row.id))?.message;
      if (kept?.reason !== CANCELLED) throw new Fault("conflict", `The message is ${kept?.status ?? row.status}: it cannot be taken back`);
      return answer({ id: row.id, status: kept.status });
    },
  ),
];

/**
 * To whom and under which id this call sends. Under a key that is written down before anything is sent: whatever becomes of
 * this call, a repetition of it reaches the same user's object with the same id, which takes it once.
 */
const planned = async (call: Call<unknown, SendCall>): Promise<Planned> => {
  const { env, ctx, workspace, body } = call;
  const now = Date.now();
  const given = idempotencyKey(call.request);
  const key = given ?? crypto.randomUUID();
  const hash = given === undefined ? "" : await contentHash(stableText(body));
  const before = given === undefined ? undefined : await readPlan(env.DB, workspace, key, now);
  if (before !== undefined) return { plan: sameCall(before, hash), repeated: true };
  await checkCall(body, (await catalogFor(env, workspace, await liveVersion(env, workspace))).document, now);
  const user = await findUser(env, workspace, body.user);
  const mine: PlannedSend = { key, hash, user, message: timedId("m", now, hashText(`${workspace}|${key}|${now}`)) };
  if (given === undefined) return { plan: mine, repeated: false };
  if (hash.startsWith("00")) ctx.waitUntil(forgetOldPlans(env.DB, workspace, now)); // one call in 256 tidies up
  return { plan: sameCall(await makePlan(env.DB, workspace, mine, now), hash), repeated: false };
};

const sameCall = (plan: PlannedSend, hash: string): PlannedSend => {
  if (plan.hash !== hash) throw new Fault("idempotency-conflict");
  return plan;
};

const sendOf = async (body: SendCall, plan: PlannedSend): Promise<Omit<Extract<Stimulus, { type: "send" }>, "type">> => {
  const { channel, template = "", to = addressNamed(body), topic, transactional, provider, locale, sendAt } = body;
  const payload = await payloadOf(body);
  const contact = contactOf(body.user);
  return {
    message: {
      id: plan.message,
      channel,
      template,
      transactional,
      ...(topic !== undefined && { topic }),
      ...(to !== undefined && { to }),
      ...(provider !== undefined && { provider }),
      ...(locale !== undefined && { locale }),
      ...(payload !== undefined && { payload }),
      ...(sendAt !== undefined && { sendAt: Date.parse(sendAt) }),
    },
    ...(contact !== undefined && { contact }),
  };
};

/** Gives the object the message; answers how it stands, undefined where the object did not take it. */
const tell = async (to: Addressee, stimulus: Extract<Stimulus, { type: "send" }>): Promise<MessageStatus | undefined> => {
  const { facts } = await stimulate(to, [stimulus]);
  const { id } = stimulus.message;
  const told = facts?.facts.findLast((fact) => fact.kind === "message" && fact.message === id);
  if (told?.kind === "message") return told.status;
  // A repetition, of which the object has nothing new to tell.
  return (await userObject(to.env, to.workspace, to.user).message(id))?.message.status;
};
