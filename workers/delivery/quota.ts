import type { Quota, QuotaWord } from "../../src/domain/sending/quota.ts";
import type { QuotaAnswer, QuotaRequest } from "../../src/storage/object/quota-counts.ts";

/** A message that was counted; given back where it is not sent. */
export interface Counted {
  readonly word: QuotaWord;
  readonly giveBack: () => Promise<void>;
}

/** What counts a workspace's messages. */
export interface QuotaPorts {
  readonly count: (workspace: string, request: QuotaRequest) => Promise<QuotaAnswer>;
  readonly uncount: (workspace: string, messages: number, at: number) => Promise<void>;
}

interface Asker {
  readonly quota: Quota;
  readonly passing: boolean;
  readonly answer: (counted: Counted) => void;
  readonly fail: (problem: unknown) => void;
}

/**
 * Asks for room under workspaces' quotas: who asks while an answer is on its way is asked for together with all others of the
 * workspace, so that many messages cost few calls. Rejects where nobody could be asked.
 */
export const quotaAsker = (ports: QuotaPorts): ((workspace: string, quota: Quota, passing: boolean) => Promise<Counted>) => {
  const waiting = new Map<string, Asker[]>();
  const ask = async (workspace: string, askers: readonly Asker[]): Promise<void> => {
    const [first] = askers;
    if (first === undefined) return;
    const held = askers.filter(({ passing }) => !passing);
    const passing = askers.length - held.length;
    const { granted, over, at } = await ports.count(workspace, { quota: first.quota, held: held.length, passing });
    const counted: Counted = { word: { kind: "counted" }, giveBack: () => ports.uncount(workspace, 1, at) };
    const refused: Counted = { word: over, giveBack: () => Promise.resolve() };
    const isGranted = new Set(held.slice(0, granted));
    for (const asker of askers) asker.answer(asker.passing || isGranted.has(asker) ? counted : refused);
  };
  const drain = async (workspace: string): Promise<void> => {
    for (let askers = waiting.get(workspace); askers !== undefined && askers.length > 0; askers = waiting.get(workspace)) {
      waiting.set(workspace, []);
      // In an instant others may have come to ask too.
      const asking = askers;
      await ask(workspace, asking).catch((problem: unknown) => asking.forEach(({ fail }) => fail(problem)));
    }
    waiting.delete(workspace);
  };
  return (workspace, quota, passing) =>
    new Promise((answer, fail) => {
      const line = waiting.get(workspace);
      const asker: Asker = { quota, passing, answer, fail };
      if (line !== undefined) return void line.push(asker);
      waiting.set(workspace, [asker]);
      void drain(workspace);
    });
};
