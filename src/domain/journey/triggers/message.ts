import * as z from "zod";
import { definitionKey } from "../../definition-key.ts";
import { mergeStatus } from "../../message/lattice.ts";
import type { Message, MessageStatus } from "../../message/message.ts";
import { stepKey } from "../step-fields.ts";
import { triggerCommon } from "../trigger-fields.ts";
import type { TriggerType } from "../trigger.ts";

/** Statuses that say how far a message came: one further on counts as having reached those before it. */
const progress = ["sent", "delivered", "opened", "clicked", "replied", "converted"] as const;
/** Statuses that say what became of it instead. */
const endings = ["skipped", "failed", "uncertain", "bounced", "complained", "unsubscribed"] as const;

const schema = z.lazy(() =>
  z
    .strictObject({
      type: z.literal("message"),
      status: z.enum([...progress, ...endings]),
      template: definitionKey.optional(),
      journey: definitionKey.optional(),
      /** Only messages of this step of the journey. */
      step: stepKey.optional(),
      ...triggerCommon,
    })
    .refine((trigger) => (trigger.template === undefined) !== (trigger.journey === undefined), {
      path: ["template"],
      error: 'say which messages: either "template" or "journey"',
    })
    .refine((trigger) => trigger.step === undefined || trigger.journey !== undefined, {
      path: ["step"],
      error: '"step" goes with "journey"',
    }),
);

/**
 * Fires once for each message that comes to the status. A click says that the message was opened, though nobody saw that.
 * Messages of the journey's own runs never start it.
 */
export const message: TriggerType<z.output<typeof schema>> = {
  type: "message",
  schema,
  compile: (trigger) => ({
    kind: "message",
    about: trigger.template !== undefined ? `template:${trigger.template}` : `journey:${trigger.journey}`,
    matches: (one, before) =>
      isAbout(trigger, one) && hasReached(one.status, trigger.status) && (before === undefined || !hasReached(before, trigger.status)),
  }),
  references: (trigger) => [
    ...(trigger.template === undefined ? [] : [{ kind: "template" as const, path: ["template"], key: trigger.template }]),
    ...(trigger.journey === undefined ? [] : [{ kind: "journey" as const, path: ["journey"], key: trigger.journey }]),
  ],
  onePerUser: false,
};

const isAbout = (trigger: z.output<typeof schema>, { template, run }: Message): boolean =>
  trigger.template !== undefined
    ? template === trigger.template
    : run !== undefined && run.journey === trigger.journey && (trigger.step === undefined || run.step === trigger.step);

const isProgress = (status: MessageStatus): boolean => (progress as readonly string[]).includes(status);

/** Has a message with this status come to the one asked for? */
const hasReached = (status: MessageStatus, asked: MessageStatus): boolean =>
  status === asked || (isProgress(asked) && isProgress(status) && mergeStatus(asked, status) === status);
