import * as z from "zod";
import type { ConditionJson } from "../condition.ts";
import { depthProblem } from "../depth.ts";
import { aggregate } from "./aggregate.ts";
import { and } from "./and.ts";
import { attribute } from "./attribute.ts";
import { event } from "./event.ts";
import { everyone } from "./everyone.ts";
import { group } from "./group.ts";
import { lastEvent } from "./last-event.ts";
import { message } from "./message.ts";
import { not } from "./not.ts";
import { or } from "./or.ts";
import { page } from "./page.ts";
import { random } from "./random.ts";
import { reachable } from "./reachable.ts";
import { screen } from "./screen.ts";
import { segment } from "./segment.ts";
import { sequence } from "./sequence.ts";
import { subscription } from "./subscription.ts";
import { tag } from "./tag.ts";
import { trigger } from "./trigger.ts";

/** Every condition type there is: a new one is a file in this folder and its name here. */
export const conditionTypes = [
  and,
  or,
  not,
  everyone,
  attribute,
  event,
  lastEvent,
  sequence,
  aggregate,
  segment,
  tag,
  message,
  subscription,
  reachable,
  group,
  page,
  screen,
  random,
  trigger,
] as const;

const nested: z.ZodType<ConditionJson> = z.lazy(() => anyCondition);

const anyCondition = z.lazy(() =>
  z.discriminatedUnion(
    "type",
    [
      and.schema(nested),
      or.schema(nested),
      not.schema(nested),
      everyone.schema(),
      attribute.schema(),
      event.schema(),
      lastEvent.schema(),
      sequence.schema(),
      aggregate.schema(),
      segment.schema(),
      tag.schema(),
      message.schema(),
      subscription.schema(),
      reachable.schema(),
      group.schema(),
      page.schema(),
      screen.schema(),
      random.schema(),
      trigger.schema(),
    ],
    {
      error: (issue) =>
        issue.code === "invalid_union"
          ? `Unknown condition type; there are ${conditionTypes.map((type) => type.type).join(", ")}`
          : undefined,
    },
  ),
);

/** Any condition. Depth is checked first: zod recurses, and a body of brackets must not overflow its stack. */
export const conditionSchema = z.lazy(() =>
  z
    .unknown()
    .superRefine((value, context) => {
      const message = depthProblem(value);
      if (message !== undefined) context.addIssue({ code: "custom", message });
    })
    .pipe(anyCondition),
);

export type Condition = z.infer<typeof anyCondition>;
