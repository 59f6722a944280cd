import type { Statistics } from "../api/types.ts";

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
