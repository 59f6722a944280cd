import type { ProviderDefinition } from "../../src/channels/provider-definition.ts";
import type { Sending } from "../../src/channels/provider.ts";
import { attempt } from "../../workers/delivery/attempt.ts";
import { isListening } from "../../workers/delivery/is-listening.ts";
import { sendMail } from "../../workers/delivery/send-mail.ts";
import { callOutbound } from "../../workers/outbound.ts";

/** What the test asks: one attempt to hand a message to a provider, by the code that delivers. */
export interface AttemptWish {
  readonly definition: ProviderDefinition;
  readonly message: Sending;
  /** How long an answer may take, ms. */
  readonly timeoutMs: number;
}

export default {
  async fetch(request: Request): Promise<Response> {
    const { definition, message, timeoutMs } = await request.json<AttemptWish>();
    const outcome = await attempt(message, definition.key, {
      provider: () => Promise.resolve(definition),
      call: (call, mayRepeat) => callOutbound(call, { allowLoopback: true, timeoutMs, ...(!mayRepeat && { isListening }) }),
      mail: (server, mail) => sendMail(server, mail, { allowLoopback: true, answerMs: timeoutMs, totalMs: timeoutMs }),
      authorize: {
        now: () => Date.now(),
        call: (call) => callOutbound(call, { allowLoopback: true, timeoutMs }),
        cached: async (_, make) => (await make()).value,
      },
      forgetToken: () => undefined,
      connected: (work) => work(),
      keep: () => Promise.resolve(),
    });
    return Response.json(outcome);
  },
};
