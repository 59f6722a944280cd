import { hashText } from "../hash.ts";
import { setRun, without, type Draft } from "./draft.ts";
import { timedId } from "./ids.ts";
import type { AskWish, OpenAsk, Run } from "./state.ts";

/** A question nobody answered is put again after this, then ever less often, up to the second figure. */
const FIRST_REPEAT_MS = 30_000;
const LONGEST_REPEAT_MS = 600_000;

/** Characters of all open questions of a user: they are one row, of at most 2 MB in bytes. */
const MAX_CHARACTERS = 200_000;

type Asks = Draft["state"]["asks"];

/** Those of several users that are one now, the oldest of them that fit. A run whose question is dropped goes on when its time is over. */
export const fittingAsks = (asks: Asks): Asks => {
  if (JSON.stringify(asks).length <= MAX_CHARACTERS) return asks;
  let left = MAX_CHARACTERS;
  const oldest = Object.entries(asks).toSorted(([a, one], [b, other]) => one.createdAt - other.createdAt || (a < b ? -1 : 1));
  const end = oldest.findIndex(([id, ask]) => (left -= id.length + JSON.stringify(ask).length + 4) < 0);
  return Object.fromEntries(oldest.slice(0, end));
};

/** Puts a step's question; the run stays until the answer, or `until` (ms). False (and nothing happens) when it does not fit beside those that are open. */
export const putAsk = (draft: Draft, run: Run, { wish, until }: { readonly wish: AskWish; readonly until: number }): boolean => {
  if (JSON.stringify(draft.state.asks).length + JSON.stringify(wish).length > MAX_CHARACTERS) return false;
  const { step } = run.position;
  const id = timedId("q", draft.at, hashText(`${run.id}|${step}|${run.visits[step] ?? 0}|${wish.kind}`));
  const ask: OpenAsk = {
    id,
    run: run.id,
    journey: run.journey,
    step,
    wish,
    createdAt: draft.at,
    due: draft.at + FIRST_REPEAT_MS,
    attempts: 1,
  };
  draft.state.asks = { ...draft.state.asks, [id]: ask };
  draft.asks.set(id, ask);
  setRun(draft, { ...run, position: { at: "ask", step, since: draft.at, ask: id, due: until } });
  return true;
};

/** Questions whose own instant has come are put again; those whose run stays on them no longer are dropped. */
export const runAskTimers = (draft: Draft): void => {
  for (const id in draft.state.asks) {
    const ask = draft.state.asks[id];
    if (ask === undefined) continue;
    const position = draft.state.runs[ask.run]?.position;
    if (position?.at !== "ask" || position.ask !== id) {
      dropAsk(draft, id);
      continue;
    }
    if (ask.due > draft.at) continue;
    const pause = Math.min(FIRST_REPEAT_MS * 2 ** ask.attempts, LONGEST_REPEAT_MS);
    const again = { ...ask, due: draft.at + pause, attempts: ask.attempts + 1 };
    draft.state.asks = { ...draft.state.asks, [id]: again };
    draft.asks.set(id, again);
  }
};

export const dropAsk = (draft: Draft, id: string): void => {
  draft.state.asks = without(draft.state.asks, id);
};
