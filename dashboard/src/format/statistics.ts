import type { Statistics } from "../api/types.ts";
import { formatCount } from "./count.ts";

type Counts = Readonly<Record<string, number>>;

export const total = (counts: Counts): number => Object.values(counts).reduce((sum, n) => sum + n, 0);

/** Messages of a step in the three words that matter first. A message counts once per status it reached, so "sent" is all that went out. */
export const messageFigures = (messages: Counts): { readonly sent: number; readonly skipped: number; readonly failed: number } => ({
  sent: messages["sent"] ?? 0,
  skipped: messages["skipped"] ?? 0,
  failed: (messages["failed"] ?? 0) + (messages["uncertain"] ?? 0),
});

export const sumMessages = ({ steps }: Statistics): { readonly sent: number; readonly skipped: number; readonly failed: number } =>
  Object.values(steps)
    .map(({ messages }) => messageFigures(messages))
    .reduce((sum, step) => ({ sent: sum.sent + step.sent, skipped: sum.skipped + step.skipped, failed: sum.failed + step.failed }), {
      sent: 0,
      skipped: 0,
      failed: 0,
    });

/** Largest first, with each one's share of all, in percent. */
export const shares = (counts: Counts): readonly { readonly name: string; readonly n: number; readonly percent: number }[] => {
  const all = total(counts);
  return Object.entries(counts)
    .filter(([, n]) => n > 0)
    .map(([name, n]) => ({ name, n, percent: (100 * n) / all }))
    .toSorted((a, b) => b.n - a.n);
};

export const goalsReached = ({ goals }: Statistics): number => Object.values(goals).reduce((sum, { reached }) => sum + reached, 0);

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** " · reached 120 of 400 (30.0 %), 4.2 % more than those held out (1.1 % to 7.3 %)" */
export const describeReached = (goal: Statistics["goals"][string] | undefined): string => {
  if (goal === undefined) return "";
  const share = goal.rate === null ? "" : ` of ${formatCount(goal.runs)} (${percent(goal.rate)})`;
  const { lift, interval } = goal;
  const compared =
    lift === null || interval === null
      ? ""
      : `, ${percent(Math.abs(lift))} ${lift < 0 ? "fewer" : "more"} than those held out (${interval.map(percent).join(" to ")})`;
  return ` · reached ${formatCount(goal.reached)}${share}${compared}`;
};
