import * as z from "zod";
import type { MessageContent } from "../../src/domain/message/message.ts";
import { renderTemplate } from "../../src/domain/template/render.ts";
import { testSend } from "../delivery/test-send.ts";
import { badInput } from "./problem.ts";
import { readLive } from "../publish.ts";
import { answer, route, type Route } from "./route.ts";
import { candidateFields, candidateFor, scopeFor } from "./template-candidate.ts";
import { localeOf } from "./template-preview.ts";

const testedSchema = z.object({
  provider: z.string(),
  outcome: z
    .enum(["accepted", "retry", "rejected", "unreachable", "misconfigured", "uncertain"])
    .describe("as in docs/semantics.md, Sending"),
  detail: z.string().nullable(),
  providerMessageId: z.string().nullable(),
});

/** Sends one message to an address that the caller names: of no user, so nothing is counted, capped or followed by it. */
export const templateTest: readonly Route[] = [
  route(
    {
      method: "post",
      path: "/api/templates/{key}/test",
      summary: "Renders a template and sends it to an address as a test, marked as one; nothing counts it",
      scope: "write",
      body: z.strictObject({ ...candidateFields, to: z.string().min(1).max(4_000), provider: z.string().max(64).optional() }),
      answers: { 200: testedSchema },
    },
    async ({ env, workspace, params, body }) => {
      const live = await readLive(env, workspace);
      const candidate = await candidateFor(live, params["key"] ?? "", body);
      const { shown, pieces } = candidate;
      const provider = live.providers.find(
        (one) => one.channel === shown.channel && (body.provider === undefined ? one.default : one.key === body.provider),
      );
      if (provider === undefined)
        throw badInput(
          "provider",
          body.provider === undefined
            ? `the workspace has no provider for ${shown.channel}`
            : `there is no provider "${body.provider}" for ${shown.channel}`,
        );
      const scope = await scopeFor(env, live, candidate, body);
      const rendering = renderTemplate(shown, candidate.locale ?? localeOf(scope.user), scope, { now: Date.now(), pieces });
      if (!rendering.ok) throw badInput("data", `it cannot be rendered: ${rendering.reason}`);
      const said = await testSend(env, {
        workspace,
        provider: provider.key,
        rate: provider.rate,
        to: body.to,
        content: asTest(rendering.content, body.to),
      });
      return answer({
        provider: provider.key,
        outcome: said.kind,
        detail: said.detail ?? null,
        providerMessageId: said.kind === "accepted" ? (said.providerMessageId ?? null) : null,
      });
    },
  ),
];

/** Whoever gets it sees that it is a test, where the channel has a place to say so that costs nothing. Copies go to nobody, a webhook to the address named. */
const asTest = (content: MessageContent, to: string): MessageContent => {
  if (content.channel === "webhook") return { ...content, url: to };
  if (content.channel === "push") return { ...content, title: `[Test] ${content.title}` };
  if (content.channel !== "email") return content;
  const { cc: _cc, bcc: _bcc, ...mail } = content;
  return { ...mail, subject: `[Test] ${content.subject}`, headers: { ...mail.headers, "X-Test": "true" } };
};
