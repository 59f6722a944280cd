import * as z from "zod";
import { definitionKey } from "../../definition-key.ts";
import type { StepType } from "../step.ts";
import { stepCommon, stepKey } from "../step-fields.ts";

const schema = z.strictObject({
  type: z.literal("send"),
  channel: z.enum(["email", "sms", "webhook"]),
  template: definitionKey,
  topic: definitionKey.optional(),
  transactional: z.boolean().optional(),
  provider: definitionKey.optional(),
  onFailure: z.union([z.enum(["continue", "exit"]), z.strictObject({ step: stepKey })]).optional(),
  next: stepKey.optional(),
  ...stepCommon,
});

/**
 * Sends a message and stays until it is accepted, skipped or finally failed, so that later waits count from then.
 * A message that did not go out (skipped, failed) follows `onFailure`; one of unknown fate goes on as if sent, because
 * the user may well have it.
 */
export const send: StepType<z.output<typeof schema>> = {
  type: "send",
  schema,
  edges: (step) => [
    ...(step.next === undefined ? [] : [{ path: ["next"], to: step.next }]),
    ...(typeof step.onFailure === "object" ? [{ path: ["onFailure", "step"], to: step.onFailure.step }] : []),
  ],
  references: (step) => [
    { kind: "template", path: ["template"], key: step.template, channel: step.channel },
    ...(step.provider === undefined ? [] : [{ kind: "provider" as const, path: ["provider"], key: step.provider, channel: step.channel }]),
  ],
  enter: (step) => ({
    kind: "send",
    message: {
      channel: step.channel,
      template: step.template,
      topic: step.topic,
      transactional: step.transactional,
      provider: step.provider,
    },
  }),
  resume: (step, cause) => {
    const result = cause.kind === "message" ? cause.result : "sent";
    if (result === "sent" || result === "uncertain" || step.onFailure === undefined || step.onFailure === "continue") {
      return { kind: "go", to: step.next, path: result };
    }
    if (step.onFailure === "exit") return { kind: "end", reason: `send-${result}` };
    return { kind: "go", to: step.onFailure.step, path: result };
  },
};
