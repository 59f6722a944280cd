import * as z from "zod";
import { definitionKey } from "../../definition-key.ts";
import { windowDurationSchema, windowMs } from "../../schedule/duration.ts";
import { bestTimeSchema, openings } from "../../sending/best-time.ts";
import { sendWindowSchema } from "../../sending/rules.ts";
import { liquidField } from "../liquid-field.ts";
import { failableEdges, failedMove, onFailureField } from "../on-failure.ts";
import { printed, printLine } from "../printed.ts";
import type { MessageWish, StepMove, StepReference, StepScope, StepType } from "../step.ts";
import { stepCommon, stepKey } from "../step-fields.ts";

const MINUTE_MS = 60_000;
const MAX_VARIANTS = 10;
const ALL_PERCENT = 100;
/** Percentages like 33.3 add up to a little more or less. */
const ROUNDING = 1e-9;

const schema = z.lazy(() =>
  z
    .strictObject({
      type: z.literal("send"),
      channel: z.enum(["email", "sms", "push", "whatsapp", "slack", "webhook"]),
      /** May be left out where the variants' percentages make 100; else those who are left get it. */
      template: definitionKey.optional(),
      topic: definitionKey.optional(),
      transactional: z.boolean().optional(),
      provider: definitionKey.optional(),
      /** Instead of the user's own address. */
      to: liquidField(1_000).optional(),
      variants: z
        .array(z.strictObject({ template: definitionKey, percent: z.number().min(0).max(ALL_PERCENT) }))
        .min(1)
        .max(MAX_VARIANTS)
        .optional(),
      winner: z
        .strictObject({
          metric: z.enum(["opened", "clicked", "converted", "goal"]),
          after: windowDurationSchema,
          minimum: z.int().min(1).max(1_000_000),
        })
        .optional(),
      window: z.union([definitionKey, sendWindowSchema]).optional(),
      bestTime: bestTimeSchema.optional(),
      onFailure: onFailureField,
      next: stepKey.optional(),
      ...stepCommon,
    })
    .superRefine((step, context) => {
      const refuse = (field: string, message: string): void => context.addIssue({ code: "custom", path: [field], message });
      const sum = (step.variants ?? []).reduce((all, { percent }) => all + percent, 0);
      if (sum > ALL_PERCENT + ROUNDING) refuse("variants", "the percentages make more than 100");
      if (step.template === undefined && sum < ALL_PERCENT - ROUNDING)
        refuse(
          "template",
          step.variants === undefined ? "a send step needs a template" : "the percentages make less than 100, so the rest needs a template",
        );
      if (step.winner !== undefined && step.variants === undefined) refuse("winner", "a winner needs variants");
      if (step.to !== undefined && step.channel === "webhook") refuse("to", "a webhook's address is in its template");
      if (step.bestTime !== undefined && step.transactional === true) refuse("bestTime", "a transactional message goes out at once");
      if (step.bestTime !== undefined && step.channel === "webhook") refuse("bestTime", "nobody reads a webhook");
    }),
);
type Send = z.output<typeof schema>;

/**
 * Sends a message and stays until it is accepted, skipped or finally failed, so that later waits count from then.
 * A message that did not go out (skipped, failed) follows `onFailure`; one of unknown fate goes on as if sent, because
 * the user may well have it. `to` is printed when the run comes to the step and stays with the message.
 */
export const send: StepType<Send> = {
  type: "send",
  schema,
  edges: failableEdges,
  references: (step) => [
    ...(step.template === undefined ? [] : [{ kind: "template" as const, path: ["template"], key: step.template, channel: step.channel }]),
    ...(step.variants ?? []).map(({ template }, index): StepReference => ({
      kind: "template",
      path: ["variants", index, "template"],
      key: template,
      channel: step.channel,
    })),
    ...(step.provider === undefined ? [] : [{ kind: "provider" as const, path: ["provider"], key: step.provider, channel: step.channel }]),
    ...(step.topic === undefined ? [] : [{ kind: "topic" as const, path: ["topic"], key: step.topic, channel: step.channel }]),
    ...(typeof step.window === "string" ? [{ kind: "window" as const, path: ["window"], key: step.window }] : []),
  ],
  looksAt: (step) => (step.bestTime === undefined ? [] : [openings]),
  enter: (step, scope) => {
    const { winner } = step;
    if (winner === undefined) return sendTo(step, scope, undefined);
    const { journey, version, position } = scope.run;
    const wish = {
      kind: "winner" as const,
      journey,
      version,
      step: position.step,
      metric: winner.metric,
      afterMs: windowMs(winner.after),
      minimum: winner.minimum,
      variants: choicesOf(step).length,
    };
    return { kind: "ask", wish, due: scope.now + MINUTE_MS };
  },
  resume: (step, cause, scope) => {
    if (cause.kind === "answer") return sendTo(step, scope, cause.answer.kind === "winner" ? cause.answer.variant : undefined);
    const result = cause.kind === "message" ? cause.result : "sent";
    return result === "skipped" || result === "failed"
      ? failedMove(step, result, { reason: `send-${result}` })
      : { kind: "go", to: step.next, path: result };
  },
};

interface Choice {
  readonly template: string;
  readonly percent: number;
}

/** The variants, and last the step's own template for those who are left. */
const choicesOf = ({ template, variants = [] }: Send): readonly Choice[] => {
  const left = variants.reduce((rest, { percent }) => rest - percent, ALL_PERCENT);
  return template !== undefined && (left > ROUNDING || variants.length === 0) ? [...variants, { template, percent: left }] : variants;
};

/** Which of the choices: the winner, else the user's own place; the same user, the same variant, for ever. */
const choose = (step: Send, scope: StepScope, winner: string | undefined): { readonly template: string; readonly variant?: string } => {
  const choices = choicesOf(step);
  const won = winner === undefined ? undefined : choices[Number(winner)];
  if (won !== undefined && winner !== undefined) return { template: won.template, variant: winner };
  let place = step.variants === undefined ? 0 : scope.sample(`variants|${scope.run.journey}|${scope.run.position.step}`);
  const index = Math.max(
    0,
    choices.findIndex(({ percent }) => (place -= percent) < 0),
  );
  const chosen = choices[index];
  if (chosen === undefined) throw new Error(`expected a template in step ${scope.run.position.step} of ${scope.run.journey}`);
  return { template: chosen.template, ...(step.variants !== undefined && { variant: String(index) }) };
};

const sendTo = (step: Send, scope: StepScope, winner: string | undefined): StepMove => {
  const { channel, topic, transactional, provider, window, bestTime, to } = step;
  const address = printed(() => (to === undefined ? undefined : printLine(scope, "to", to, 320)));
  if (!address.ok) return failedMove(step, "failed", { reason: "send-failed", because: { clause: address.reason } });
  const message: MessageWish = {
    channel,
    topic,
    transactional,
    provider,
    window,
    bestTime,
    to: address.value,
    ...choose(step, scope, winner),
  };
  return { kind: "send", message };
};
