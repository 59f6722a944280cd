import * as z from "zod";
import { echoOf } from "../../src/channels/echo.ts";
import { testContent } from "../../src/channels/test-content.ts";
import { Fault } from "../../src/domain/fault.ts";
import { readDefinition } from "../../src/storage/control/definitions.ts";
import { attemptPorts } from "../deliver.ts";
import { attempt } from "../delivery/attempt.ts";
import { inPlace, takePlace } from "../delivery/place.ts";
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
      // No message's id begins like this: reports about it find nobody, and are not wanted again.
      const id = `test${crypto.randomUUID().replaceAll("-", "")}`;
      const ports = { ...attemptPorts(env), provider: () => Promise.resolve(definition) };
      const begunAt = Date.now();
      const said = await attempt(
        { workspace, user: "u:test", id, echo: echoOf(workspace, 0, id), to: body.to, content },
        key,
        await paced({ workspace, key, id, rate: definition.rate }, ports),
      );
      return answer({
        outcome: said.kind,
        detail: said.detail ?? null,
        providerMessageId: said.kind === "accepted" ? (said.providerMessageId ?? null) : null,
        milliseconds: Date.now() - begunAt,
      });
    },
  ),
];

type Ports = ReturnType<typeof attemptPorts>;

/** A test counts under the provider's rate like any other message. */
const paced = async (
  test: {
    readonly workspace: string;
    readonly key: string;
    readonly id: string;
    readonly rate: { readonly count: number; readonly per: string } | undefined;
  },
  ports: Ports,
): Promise<Ports> => {
  if (test.rate === undefined) return ports;
  const rate = { count: test.rate.count, perMs: windowMs(test.rate.per) };
  const taken = await takePlace({ workspace: test.workspace, message: test.id, provider: test.key, rate, attempt: 1 }, ports);
  if (!taken.place.taken) {
    await ports.giveBack(test.workspace, test.key, taken.request.id);
    throw new Fault("too-many-requests", "The provider's rate has no place just now; try again in a while");
  }
  return inPlace(test.workspace, taken, ports);
};
