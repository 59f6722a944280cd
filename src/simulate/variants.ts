import { bestOf } from "../domain/message/best-variant.ts";
import { messageStatuses } from "../domain/message/message.ts";
import { mergeStatus } from "../domain/message/lattice.ts";
import type { Fact } from "../domain/user/facts.ts";
import type { AskWish } from "../domain/user/state.ts";

/** What came of the variants of send steps, over all users of a simulation. */
export interface Variants {
  /** By step, then by "<variant>:<what>": the messages and runs that came to it, each once. */
  readonly reached: Map<string, Map<string, Set<string>>>;
  /** Winners decided so far: a decision stands. */
  readonly decided: Map<string, string>;
}

export const noVariants = (): Variants => ({ reached: new Map(), decided: new Map() });

const nameOf = ({ journey, version, step }: { readonly journey: string; readonly version: number; readonly step: string }): string =>
  `${journey}@${version}/${step}`;

/** Counts what facts tell of messages with a variant, and of goals of runs that were sent one. */
export const noteVariants = (variants: Variants, facts: readonly Fact[]): void => {
  for (const fact of facts) {
    if (
      fact.kind === "message" &&
      fact.variant !== undefined &&
      fact.journey !== undefined &&
      fact.version !== undefined &&
      fact.step !== undefined
    ) {
      const { journey, version, step, variant, status, message } = fact;
      const name = nameOf({ journey, version, step });
      for (const one of messageStatuses) if (isPassed(one, status)) note(variants, name, `${variant}:${one}`, message);
    }
    if (fact.kind !== "goal") continue;
    for (const path of fact.paths ?? []) {
      const match = /^(.+)\/variant:(\d+)$/.exec(path);
      if (match !== null) note(variants, nameOf({ ...fact, step: match[1] ?? "" }), `${match[2]}:goal`, `${fact.run}/${fact.goal}`);
    }
  }
};

/** Has a message of that status been sent, delivered, opened …? What stands aside says nothing of opening and clicking. */
const isPassed = (asked: (typeof messageStatuses)[number], status: (typeof messageStatuses)[number]): boolean =>
  progress.has(asked) && progress.has(status) && mergeStatus(asked, status) === status;
const progress: ReadonlySet<string> = new Set(["sent", "delivered", "opened", "clicked", "replied", "converted"]);

const note = ({ reached }: Variants, step: string, what: string, id: string): void => {
  const ofStep = reached.get(step) ?? new Map<string, Set<string>>();
  reached.set(step, ofStep);
  const ids = ofStep.get(what) ?? new Set<string>();
  ofStep.set(what, ids);
  ids.add(id);
};

/** Which variant has won: decided once, so long after the version was published, of enough messages each. */
export const winnerOf = (
  variants: Variants,
  wish: Extract<AskWish, { readonly kind: "winner" }>,
  { now, publishedAt }: { readonly now: number; readonly publishedAt: number },
): string | undefined => {
  const name = nameOf(wish);
  const before = variants.decided.get(name);
  if (before !== undefined || now < publishedAt + wish.afterMs) return before;
  const counts = new Map([...(variants.reached.get(name) ?? [])].map(([what, ids]) => [what, ids.size]));
  const best = bestOf(counts, wish);
  if (best !== undefined) variants.decided.set(name, best);
  return best;
};
