import * as z from "zod";
import type { Message, MessageStatus } from "../../message/message.ts";
import { hasReached, mayReach } from "../../message/reach.ts";
import type { StepMove, StepScope, StepType } from "../step.ts";
import { stepCommon, stepKey } from "../step-fields.ts";
import { addLength, waitLengthSchema } from "../wait-length.ts";

/** Statuses that can be told apart once the send step is over: all that come after it. */
const statuses = [
  "sent",
  "delivered",
  "opened",
  "clicked",
  "replied",
  "converted",
  "skipped",
  "failed",
  "uncertain",
  "bounced",
  "complained",
  "unsubscribed",
] as const satisfies readonly MessageStatus[];

const schema = z.lazy(() =>
  z.strictObject({
    type: z.literal("message-status"),
    /** The send step whose newest message of this run is looked at. */
    of: stepKey,
    paths: z
      .array(z.strictObject({ name: z.string().min(1).max(200).optional(), status: z.enum(statuses), next: stepKey }))
      .min(1)
      .max(statuses.length)
      .refine((paths) => new Set(paths.map(({ status }) => status)).size === paths.length, { error: "two paths have the same status" }),
    within: waitLengthSchema.optional(),
    otherwise: stepKey.optional(),
    ...stepCommon,
  }),
);
type Step = z.output<typeof schema>;

/**
 * Goes on by how far a message has come. A path is taken when its status (or a later one) is reached and none above it can
 * still come true; at `within`, counted from when the message was sent, the uppermost true one, else `otherwise`; at once
 * when none can come any more.
 */
export const messageStatus: StepType<Step> = {
  type: "message-status",
  schema,
  edges: (step) => [
    ...step.paths.map((path, index) => ({ path: ["paths", index, "next"], to: path.next })),
    ...(step.otherwise === undefined ? [] : [{ path: ["otherwise"], to: step.otherwise }]),
  ],
  references: (step) => [{ kind: "step", path: ["of"], key: step.of }],
  enter: (step, scope) => look(step, scope, scope.now, false),
  resume: (step, cause, scope) => look(step, scope, sinceOf(scope), cause.kind === "due" && step.within !== undefined),
  dueAt: (step, since, scope) => {
    const message = messageOf(step, scope);
    return message === undefined ? since : dueOf(step, message, scope, since);
  },
};

const sinceOf = ({ run, now }: StepScope): number => ("since" in run.position ? run.position.since : now);

/** A stay goes on with the message it began with, whatever the step sent since. */
const messageOf = ({ of }: Step, { run, message }: StepScope): Message | undefined => {
  const id =
    run.position.at === "status" ? run.position.message : run.messages && Object.hasOwn(run.messages, of) ? run.messages[of] : undefined;
  return id === undefined ? undefined : message(id);
};

/** A message of unknown fate was perhaps never sent: then it counts from the arrival here. */
const dueOf = ({ within }: Step, { sentAt }: Message, { zone }: StepScope, since: number): number | undefined =>
  within === undefined ? undefined : addLength(sentAt ?? since, within, zone);

const look = (step: Step, scope: StepScope, since: number, isDue: boolean): StepMove => {
  const message = messageOf(step, scope);
  if (message === undefined)
    return { kind: "go", to: step.otherwise, path: "otherwise", because: { clause: `step ${step.of} has sent nothing` } };
  const due = dueOf(step, message, scope, since);
  const isOver = isDue || (due !== undefined && due <= scope.now);
  const reports = reportsOf(message, scope);
  for (const [index, { status, next, name }] of step.paths.entries()) {
    if (hasReached(message, status))
      return { kind: "go", to: next, path: name ?? String(index), because: { clause: `message of ${step.of}`, value: status } };
    if (!isOver && mayReach(message, status, reports)) return { kind: "status", message: message.id, ...(due !== undefined && { due }) };
  }
  const clause = isOver ? `message of ${step.of} within ${step.within}` : `message of ${step.of}, nothing more can come`;
  return { kind: "go", to: step.otherwise, path: "otherwise", because: { clause, value: message.status } };
};

/** What the message's provider tells of beyond `sent`; undefined where nobody knows. */
const reportsOf = (message: Message, { catalog }: StepScope): readonly MessageStatus[] | undefined => {
  const key = message.rendered?.provider ?? message.provider;
  const reports = catalog.document.providers.find((provider) => provider.key === key)?.reports;
  // Its own links tell what no provider has to.
  return reports === undefined || message.rendered?.tells === undefined ? reports : [...reports, ...message.rendered.tells];
};
