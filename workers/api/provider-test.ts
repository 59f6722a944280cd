import * as z from "zod";
import { testContent } from "../../src/channels/test-content.ts";
import { Fault } from "../../src/domain/fault.ts";
import { readDefinition } from "../../src/storage/control/definitions.ts";
import { testSend } from "../delivery/test-send.ts";
import { withCallback } from "../provider-callback.ts";
import { openProvider } from "../provider-store.ts";
import { windowMs } from "../../src/domain/schedule/duration.ts";
import { badInput } from "./problem.ts";
import { answer, route, type Route } from "./route.ts";

const outcome = z
  .enum(["accepted", "retry", "rejected", "unreachable", "misconfigured", "uncertain"])
  .describe("accepted: the provider took it; all others as in docs/semantics.md, Sending");

/** Sends one message by a provider's stored settings, of no user: nothing is counted, retried or paused by it. */
export const providerTest: readonly Route[] = [
  route(
    {
      method: "post",
      path: "/api/providers/{key}/test",
      summary: "Sends a test message by the stored settings and says how that ended",
      scope: "write",
      body: z.strictObject({ to: z.string().min(1).max(4_000) }),
      answers: {
        200: z.object({ outcome, detail: z.string().nullable(), providerMessageId: z.string().nullable(), milliseconds: z.int() }),
      },
    },
    async ({ env, workspace, params, body }) => {
      const key = params["key"] ?? "";
      const row = await readDefinition(env.DB, workspace, "provider", key);
      if (row === undefined) throw new Fault("not-found", `There is no provider "${key}"`);
      const definition = withCallback(env, workspace, await openProvider(env, workspace, row));
      const content = testContent(definition.channel, body.to);
      if (content === undefined) throw badInput("to", `nothing is sent on the channel ${definition.channel}`);
      const rate = definition.rate && { count: definition.rate.count, perMs: windowMs(definition.rate.per) };
      const begunAt = Date.now();
      const said = await testSend(env, { workspace, provider: key, rate, to: body.to, content, definition });
      return answer({
        outcome: said.kind,
        detail: said.detail ?? null,
        providerMessageId: said.kind === "accepted" ? (said.providerMessageId ?? null) : null,
        milliseconds: Date.now() - begunAt,
      });
    },
  ),
];
