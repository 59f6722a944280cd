import type { MessageStatus } from "../message/message.ts";
import { neverHold } from "../segment/contradiction.ts";
import type { JourneyDefinition, StepDefinition } from "./journey.ts";
import { reachedFrom } from "./lint-graph.ts";
import { stepIn, type KnownDefinitions, type Report } from "./lint-problem.ts";

type StepOf<Type extends StepDefinition["type"]> = Extract<StepDefinition, { readonly type: Type }>;

interface Check {
  readonly key: string;
  readonly journey: JourneyDefinition;
  readonly known: KnownDefinitions;
  readonly report: Report;
}

/** Waits that can never end, or never end as they say. */
export const checkWaits = (journey: JourneyDefinition, known: KnownDefinitions, report: Report): void => {
  for (const [key, step] of Object.entries(journey.steps)) {
    const check: Check = { key, journey, known, report };
    if (step.type === "wait") checkWait(step, check);
    else if (step.type === "wait-until") checkWaitUntil(step, check);
    else if (step.type === "message-status") checkMessageStatus(step, check);
  }
};

/** Triggers whose runs have neither an event nor properties. */
const withoutEvent: ReadonlySet<string> = new Set(["segment"]);

const checkWait = ({ until, next }: StepOf<"wait">, { key, journey, report }: Check): void => {
  if (until === undefined) return;
  if (until.trigger !== undefined && withoutEvent.has(journey.trigger.type))
    report.playableError(["steps", key, "until", "trigger"], "a segment's runs have no event: there is never a date to wait for");
  if (until.past !== "skip-next") return;
  const skipped = next === undefined ? undefined : stepIn(journey, next);
  if (next === undefined) report.error(["steps", key, "until", "past"], "there is no next step to skip");
  else if (skipped !== undefined && !hasOneWay(skipped))
    report.error(["steps", key, "until", "past"], `step "${next}" cannot be skipped: it has no \`next\` of its own`);
};

const choices: ReadonlySet<string> = new Set(["branch", "split", "wait-until", "message-status", "exit"]);
const hasOneWay = ({ type }: StepDefinition): boolean => !choices.has(type);

const checkWaitUntil = ({ paths, within }: StepOf<"wait-until">, { key, report }: Check): void => {
  const canEnd = within !== undefined || paths.some(({ condition }) => !neverHold([{ condition, since: "step" }]));
  if (!canEnd)
    report.playableError(
      ["steps", key, "paths"],
      "none of the conditions can ever come true and there is no `within`: the wait never ends",
    );
};

const checkMessageStatus = (step: StepOf<"message-status">, check: Check): void => {
  const { key, journey, known, report } = check;
  const sender = stepIn(journey, step.of);
  if (sender === undefined) return; // told among the references
  if (sender.type !== "send") return report.error(["steps", key, "of"], `step "${step.of}" sends no message`);
  if (!reachedFrom(journey, step.of).has(key))
    return report.playableError(["steps", key, "of"], `no path leads from "${step.of}" to here: nothing has been sent`);
  const provider =
    sender.provider === undefined
      ? [...(known.providers ?? [])].find(([, one]) => one.channel === sender.channel && one.default === true)
      : known.providers?.has(sender.provider) === true
        ? ([sender.provider, known.providers.get(sender.provider)] as const)
        : undefined;
  const [name, { reports } = { reports: undefined }] = provider ?? ["", undefined];
  for (const [index, { status }] of step.paths.entries())
    if (reports !== undefined && !isTold(status, reports))
      report.warning(["steps", key, "paths", index, "status"], `provider "${name}" never reports it: the path is not waited for`);
};

/** Where a message ends by itself; nobody has to report it. */
const own: ReadonlySet<MessageStatus> = new Set(["sent", "skipped", "failed", "uncertain"]);
/** Each says that those before it were reached. */
const progress: readonly MessageStatus[] = ["delivered", "opened", "clicked", "replied", "converted"];

const isTold = (status: MessageStatus, reports: readonly MessageStatus[]): boolean =>
  own.has(status) ||
  reports.includes(status) ||
  (progress.includes(status) && progress.slice(progress.indexOf(status)).some((later) => reports.includes(later)));
