import * as z from "zod";
import { firstAt, pathSchema, readPath } from "../../filter/path.ts";
import { headerName } from "../../http-header.ts";
import type { Json, JsonObject } from "../../json.ts";
import { windowDurationSchema, windowMs } from "../../schedule/duration.ts";
import { keyProblem } from "../../template/contents/key-problem.ts";
import { Unprintable } from "../../template/liquid.ts";
import type { AskWish } from "../../user/state.ts";
import { attributePath, liquidField } from "../liquid-field.ts";
import { failableEdges, failedMove, onFailureField } from "../on-failure.ts";
import { printed, printLine } from "../printed.ts";
import type { StepChange, StepScope, StepType } from "../step.ts";
import { stepCommon, stepKey } from "../step-fields.ts";

const SECOND_MS = 1_000;
const DEFAULT_TIMEOUT_MS = 30 * SECOND_MS;
const LONGEST_TIMEOUT_MS = 3_600 * SECOND_MS;
/** Characters of url, headers and body together, printed: the question waits in the user's state and travels in a queue message of 128 KB. */
const MAX_REQUEST = 32 * 1024;
const MAX_SAVED = 50;

/** What is saved where: `variables.score` is a variable of the run, anything else an attribute of the user. */
const VARIABLE = /^variables\.([A-Za-z0-9_-]{1,64})$/;
const isVariable = (target: string): boolean => target === "variables" || target.startsWith("variables.");
const target = z.lazy(() =>
  attributePath.refine((text) => !isVariable(text) || VARIABLE.test(text), {
    error: "a variable is `variables.` and a name of letters, digits, _ and -",
  }),
);

const schema = z.lazy(() =>
  z
    .strictObject({
      type: z.literal("webhook"),
      url: liquidField(4_000).refine((url) => url.startsWith("{") || /^https?:\/\//i.test(url), {
        error: "an address begins with https:// (or http://), or is Liquid",
      }),
      method: z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]).optional(),
      headers: z
        .record(headerName, liquidField(4_000), keyProblem)
        .refine((headers) => Object.keys(headers).length <= 50, { error: "at most 50 headers" })
        .optional(),
      body: liquidField(MAX_REQUEST).optional(),
      save: z
        .record(target, pathSchema, keyProblem)
        .refine((save) => Object.keys(save).length <= MAX_SAVED, { error: `at most ${MAX_SAVED} values` })
        .optional(),
      timeout: windowDurationSchema
        .refine((text) => windowMs(text) >= SECOND_MS && windowMs(text) <= LONGEST_TIMEOUT_MS, {
          error: "a time-out is between PT1S and PT1H",
          when: ({ issues }) => issues.length === 0,
        })
        .optional(),
      onFailure: onFailureField,
      next: stepKey.optional(),
      ...stepCommon,
    })
    .refine((step) => step.body === undefined || step.method !== "GET", { path: ["body"], error: "a GET has no body" }),
);
type Webhook = z.output<typeof schema>;

/**
 * Calls an endpoint of the customer's own and stays until it answered (2xx), or could not be reached within `timeout`; then
 * saves values of the JSON answer as attributes and variables. Called at least once: whoever is called twice for one visit
 * of one run sees the same Idempotency-Key.
 */
export const webhook: StepType<Webhook> = {
  type: "webhook",
  schema,
  edges: failableEdges,
  enter: (step, scope) => {
    const wish = printed(() => wishOf(step, scope));
    return wish.ok
      ? { kind: "ask", wish: wish.value, due: scope.now + wish.value.timeoutMs }
      : failedMove(step, "unprintable", { reason: "webhook-unprintable", because: { clause: wish.reason } });
  },
  resume: (step, cause) => {
    const answer = cause.kind === "answer" ? cause.answer : undefined;
    if (answer?.kind === "webhook" && answer.status >= 200 && answer.status < 300)
      return { kind: "go", to: step.next, path: "answered", changes: savedBy(step, answer.body) };
    const clause = answer?.kind === "failed" ? answer.reason : answer?.kind === "webhook" ? `answered ${answer.status}` : "no answer";
    return failedMove(step, "failed", { reason: "webhook-failed", because: { clause } });
  },
};

type WebhookWish = Extract<AskWish, { kind: "webhook" }>;

const wishOf = (step: Webhook, scope: StepScope): WebhookWish => {
  const wish: WebhookWish = {
    kind: "webhook",
    url: printLine(scope, "url", step.url, 4_000),
    method: step.method ?? "POST",
    headers: Object.fromEntries(
      Object.entries(step.headers ?? {}).map(([name, value]) => [name, printLine(scope, `headers.${name}`, value, 4_000)]),
    ),
    body: step.body === undefined ? "" : scope.print("body", step.body),
    timeoutMs: step.timeout === undefined ? DEFAULT_TIMEOUT_MS : windowMs(step.timeout),
  };
  if (JSON.stringify(wish).length > MAX_REQUEST) throw new Unprintable(`the request is larger than ${MAX_REQUEST / 1024} KB`);
  return wish;
};

/** What the answer holds of what is wanted; a value it lacks leaves what was there. */
const savedBy = ({ save = {} }: Webhook, body: Json | undefined): readonly StepChange[] => {
  const set: Record<string, Json> = {};
  const variables: Record<string, Json> = {};
  for (const [to, from] of Object.entries(save)) {
    const value = firstAt(body, readPath(from));
    if (value === undefined) continue;
    const variable = VARIABLE.exec(to)?.[1];
    if (variable === undefined) set[to] = value;
    else variables[variable] = value;
  }
  return [
    ...(Object.keys(variables).length > 0 ? [{ kind: "variables" as const, set: variables as JsonObject }] : []),
    ...(Object.keys(set).length > 0 ? [{ kind: "attributes" as const, set: set as JsonObject, increment: {}, unset: [] }] : []),
  ];
};
