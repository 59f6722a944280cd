import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

/** Each rule of docs/semantics.md's first page on how a stimulus is applied, and of its steps, with the test that is named after it. */
const rules: Readonly<Record<string, readonly (readonly [rule: string, file: string, test: string])[]>> = {
  "Applying one stimulus": [
    [
      "segment memberships, exits, goals, waits, entries, steps, outbox, in this order",
      "src/domain/user/order-of-a-stimulus.test.ts",
      "in one transaction, in this order: segment memberships, exits, goals, waits and wait-untils, entries, steps, outbox",
    ],
    ["repetition comes first", "src/domain/user/decide.test.ts", "dedupes by message id: the same event again changes nothing at all"],
    [
      "an event that changes the audience is applied before the audience is asked",
      "src/domain/user/decide.test.ts",
      "applies an event that changes the audience before the audience is asked",
    ],
    [
      "a step that changes state goes back to the memberships before the next step",
      "src/domain/user/steps-that-change.test.ts",
      "re-enters at the memberships after a step that changes state, before the next step",
    ],
    ["100 steps of a run", "src/domain/user/decide.test.ts", "ends a run that takes more than 100 steps in one stimulus with step-limit"],
    ["1,000 rounds in all", "src/domain/user/decide.test.ts", "ends all that still moves after 1,000 rounds with step-limit"],
    [
      "runs always end or wait",
      "src/domain/user/any-journey.property.test.ts",
      "runs always end or wait, step limits hold, ids are unique, and no message goes out after the exit",
    ],
    ["every cycle needs a step that truly waits", "src/domain/journey/lint.test.ts", "a cycle without a wait"],
    [
      "overdue timers first, each at its own instant",
      "src/domain/user/decide.test.ts",
      "takes overdue timers first, each at its own instant, then the stimulus",
    ],
    [
      "at equal instants exits first",
      "src/domain/user/entry.test.ts",
      "wins over a wait that is due at the same instant, by event and by time",
    ],
    [
      "what the object cannot know is asked, and the run waits",
      "src/domain/user/steps-that-ask.test.ts",
      "asks the outside and waits; the answer's values become attributes and variables, and the journey branches on them",
    ],
    [
      "the answer's time-out is a stimulus too",
      "src/domain/user/steps-that-ask.test.ts",
      "asks again at its own instant what nobody answered, then the time-out comes as an answer",
    ],
  ],
  Steps: [
    [
      "send stays until accepted, and later waits count from then",
      "src/domain/user/claim.test.ts",
      "accepted: the message is sent, the run goes on, and its waits count from then",
    ],
    ["send: skipped or finally failed", "src/domain/user/claim.test.ts", "follows onFailure when skipped or failed"],
    ["wait: from one second to five years", "src/domain/journey/steps/wait.test.ts", "waits from one second to five years"],
    ["wait until a time", "src/domain/journey/steps/wait.test.ts", "is the next local 09:00 strictly after arrival"],
    [
      "wait and changes of clocks",
      "src/domain/journey/steps/wait.test.ts",
      "a local time that does not exist is the first valid instant after",
    ],
    ["wait and changes of the zone", "src/domain/journey/steps/wait.test.ts", "if the user's zone changes, the wait is recomputed"],
    ["wait until a date", "src/domain/journey/steps/wait.test.ts", "a change of the attribute recomputes the wait"],
    ["wait-until on arrival", "src/domain/journey/steps/wait-until.test.ts", "on arrival, conditions already true pass at once, in order"],
    ["wait-until on each stimulus", "src/domain/journey/steps/wait-until.test.ts", "then on each stimulus"],
    ["wait-until at the time-out", "src/domain/journey/steps/wait-until.test.ts", "then at the time-out"],
    ["wait-until: two true at once", "src/domain/journey/steps/wait-until.test.ts", "two true at once: the upper path"],
    [
      "wait-until and late events",
      "src/domain/journey/steps/wait-until.test.ts",
      "late events count for waits only if younger than 72 h and without context.backfill",
    ],
    [
      "message-status: reached, and none above can still come true",
      "src/domain/journey/steps/message-status.test.ts",
      "a path resolves when its status is reached and no path above it can still come true",
    ],
    [
      "message-status: or a later one",
      "src/domain/journey/steps/message-status.test.ts",
      "a later status of the lattice counts for an earlier one",
    ],
    [
      "message-status at within",
      "src/domain/journey/steps/message-status.test.ts",
      "at within, the uppermost true one, else otherwise; within counts from sent",
    ],
    ["message-status: bounced", "src/domain/journey/steps/message-status.test.ts", "at once when none can come any more: bounced"],
    [
      "message-status: skipped, failed",
      "src/domain/journey/steps/message-status.test.ts",
      "at once when none can come any more: skipped and failed",
    ],
    [
      "message-status: the provider reports no such status",
      "src/domain/journey/steps/message-status.test.ts",
      "at once when none can come any more: the provider reports no such status",
    ],
    ["statuses are a lattice", "src/domain/user/reports.test.ts", "late or repeated webhooks never move one back"],
    ["sampling is sticky", "src/domain/journey/steps/split.test.ts", "same user, same path, for ever, in the shares asked for"],
    ["moving shares", "src/domain/journey/steps/split.test.ts", "moving shares moves only the minimum"],
    [
      "holdout",
      "src/domain/journey/steps/holdout.test.ts",
      "those held out go on with messages withheld and counted, so that goals can be compared",
    ],
    [
      "digest",
      "src/domain/journey/steps/digest.test.ts",
      "collects events for its time from the arrival on, the trigger as the first one, and goes on with them",
    ],
  ],
  Sending: [
    ["the order of the re-check", "src/domain/user/sending-rules.test.ts", "suppression before cap, cap before quiet hours"],
    ["once `stop` has answered", "src/domain/user/claim.test.ts", "starts no claim once stop has answered"],
    ["quiet hours, window", "src/domain/user/sending-rules.test.ts", "quiet hours, window: held until that instant and asked again"],
    ["a held message wakes once", "src/domain/user/sending-rules.test.ts", "a held message wakes once, at its instant"],
    ["cap: skipped with the reason", "src/domain/user/sending-rules.test.ts", "skips with the reason, and the run goes on"],
    ["rolling windows", "src/domain/user/sending-rules.test.ts", "caps are rolling windows per channel and in all"],
    ["counted at the claim", "src/domain/user/sending-rules.test.ts", "counted at the claim, not when it is sent"],
    ["released if the provider refuses", "src/domain/user/sending-rules.test.ts", "released if the provider refuses"],
    ["transactional messages", "src/domain/user/sending-rules.test.ts", "transactional messages ignore caps, and are not counted"],
    ["never hard suppression", "src/domain/user/claim.test.ts", "transactional messages only for suppressions"],
    ["held out", "src/domain/user/sending-rules.test.ts", "those held out go on with messages withheld and counted"],
    ["rendered once", "src/domain/user/claim.test.ts", "keeps the content of the first claim: every retry is byte-identical"],
    ["a claim is a lease", "src/domain/user/claim.test.ts", "an expired lease is an uncertain outcome"],
    ["uncertain", "src/domain/user/claim.test.ts", "uncertain: marked and never doubled where the provider has no idempotency key"],
    ["23 h", "src/domain/user/sending-rules.test.ts", "no attempt begins later than 23 h after the first"],
    ["claim against unsubscribe", "workers/sending-rules.worker.test.ts", "claim against unsubscribe"],
    ["the time-zone table", "src/domain/schedule/zone-table.test.ts", "before, at and after each change"],
  ],
  Goals: [
    ["goals are statistics only", "src/domain/user/goals.test.ts", "goals are statistics only"],
    [
      "at most once per run, within the window",
      "src/domain/user/goals.test.ts",
      "counted at most once per run, within the window after entry, also after the run ended",
    ],
    ["never end a run", "src/domain/user/goals.test.ts", "never end a run"],
    ["per run, path, variant", "src/domain/user/goals.test.ts", "reported per run, path, variant, against the holdout"],
  ],
};

describe.each(Object.entries(rules))("%s", (_section, all) => {
  it.each(all)("%s: there is a test of that name", (_rule, file, test) => {
    expect(readFileSync(path.join(import.meta.dirname, "../..", file), "utf8")).toContain(test);
  });
});
