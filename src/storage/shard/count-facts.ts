import { HELD_OUT } from "../../domain/message/message.ts";
import type { Fact } from "../../domain/user/facts.ts";

/** One more of something: step "" is the journey itself. */
type Count = readonly [journey: string, version: number, step: string, metric: string];

/** What a fact adds one to. The words are listed in migrations/0002_shard.sql; a step also counts the runs that ended on it. */
export const countsOf = (fact: Fact): readonly Count[] => {
  switch (fact.kind) {
    case "run-started":
      return [[fact.journey, fact.version, "", "started"]];
    case "run-refused":
      return [[fact.journey, fact.version, "", `refused:${fact.reason}`]];
    case "run-ended": {
      const ended = `ended:${fact.reason}`;
      // A completed run had left its last step before; any other stood on it.
      const onStep: readonly Count[] = fact.reason === "completed" ? [] : [[fact.journey, fact.version, fact.step, ended]];
      return [[fact.journey, fact.version, "", ended], ...onStep];
    }
    case "run-moved": {
      // What stood on a step of the old version stands on the new one's; a run that takes a step anew enters it as any other.
      const { journey, from, version, step, to, before } = fact;
      return [
        [journey, from, "", "moved:out"],
        [journey, version, "", "moved:in"],
        ...(before === true ? [] : [[journey, from, step, "moved:out"] as const]),
        ...(before === true || to !== undefined ? [] : [[journey, version, step, "moved:in"] as const]),
      ];
    }
    case "goal":
      return goalCounts(fact);
    case "step-entered":
      return [[fact.journey, fact.version, fact.step, "entered"]];
    case "step-left":
      return [
        [fact.journey, fact.version, fact.step, fact.path === undefined ? "left" : `left:${fact.path}`],
        ...(fact.arm === undefined ? [] : [[fact.journey, fact.version, "", `arm:${fact.arm}`] as const]),
      ];
    case "message":
      return messageCounts(fact);
    default:
      return [];
  }
};

/** How a run's ways name the variant of a send step: "<step>/variant:<variant>". */
const VARIANT = "/variant";

/** A goal counts for its run, for every way the run took, for the variants it was sent, and for its side of the holdout. */
const goalCounts = ({ journey, version, goal, paths = [], withheld, treated }: Extract<Fact, { kind: "goal" }>): readonly Count[] => {
  const arm = withheld === true ? "held-out" : treated === true ? "treated" : undefined;
  return [
    [journey, version, "", `goal:${goal}`],
    ...(arm === undefined ? [] : [[journey, version, "", `goal-${arm}:${goal}`] as const]),
    ...paths.flatMap((way): readonly Count[] => {
      const colon = way.indexOf(":");
      const [step, path] = [way.slice(0, colon), way.slice(colon + 1)];
      if (!step.endsWith(VARIANT)) return [[journey, version, step, `goal:${goal}:${path}`]];
      const sender = step.slice(0, -VARIANT.length);
      return [
        [journey, version, sender, `variant:${path}:goal`],
        [journey, version, sender, `goal-variant:${goal}:${path}`],
      ];
    }),
  ];
};

/** Each status a message came to, once, and once that it was made; one that was withheld is counted as such, not as skipped. */
const messageCounts = (fact: Extract<Fact, { kind: "message" }>): readonly Count[] => {
  const { journey, version, step, variant } = fact;
  // A copy for one more device counts with its message.
  if (journey === undefined || version === undefined || step === undefined || fact.of !== undefined) return [];
  const statuses = (fact.reached ?? []).map((status) => (status === "skipped" && fact.reason === HELD_OUT ? "withheld" : status));
  // Only the first word on a message is of the instant it was made.
  const isMade = fact.status === "queued" && fact.attempts === 0 && fact.at === fact.createdAt;
  return [
    ...statuses.map((status): Count => [journey, version, step, `message:${status}`]),
    ...(variant === undefined
      ? []
      : [...(isMade ? ["made"] : []), ...statuses].map((word): Count => [journey, version, step, `variant:${variant}:${word}`])),
  ];
};
