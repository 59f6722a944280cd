import type { CatalogDocument } from "../domain/catalog/catalog.ts";
import type { InputProblem } from "../domain/fault.ts";
import { parseInstant } from "../domain/schedule/instant.ts";
import { bounds } from "./bounds.ts";
import { documentFor } from "./definitions.ts";
import { failuresOf, type Failure } from "./expectation.ts";
import { momentMs } from "./moment.ts";
import { movesOf, type Move } from "./moves.ts";
import { playMoves } from "./play-moves.ts";
import { isPublication } from "./publication.ts";
import type { Script } from "./script.ts";
import { refused } from "./refused.ts";
import { beginJourneys, newStage } from "./stage.ts";
import type { TraceItem } from "./trace.ts";
import { usersOf, type UserAtEnd } from "./users-at-end.ts";

/** Where the clock stops when a script does not say: so long after its last item. */
const AFTER_MS = 30 * 86_400_000;

export interface Simulation {
  /** By instant; of one instant in the order in which it was decided. */
  readonly trace: readonly TraceItem[];
  /** As they are at the end, by id. */
  readonly users: readonly UserAtEnd[];
  /** Expectations that were not met. */
  readonly failures: readonly Failure[];
}

/**
 * Plays a script over definitions: one fold of `decide` over a virtual clock. Every timer comes at its own instant, every
 * message is claimed as in the object; nothing is read from a real clock and nothing leaves it, so the same script always
 * gives the same trace. Throws Fault `bad-input` or `bad-definition` naming the place, `too-large` where a bound is met.
 */
export const simulate = (script: Script, published: CatalogDocument): Simulation => {
  const { start, until, moves } = timesOf(script);
  const history = moves.filter((move) => move.at < start);
  const stage = newStage(documentFor(published, script.definitions), { start, moves, hasHistory: history.length > 0 });
  if (history.length > 0) {
    playMoves(stage, history, start - 1);
    beginJourneys(stage, script.definitions?.journeys);
  }
  const rest = moves.filter((move) => move.at >= start && move.at <= until);
  playMoves(stage, rest, until);
  const trace = stage.world.lines.toSorted((a, b) => a.at - b.at).map(({ item }) => item);
  return { trace, users: usersOf(stage.world), failures: failuresOf(script.expect ?? [], trace, start) };
};

interface Times {
  readonly start: number;
  readonly until: number;
  readonly moves: readonly Move[];
}

/** The script's instants in ms, within bounds. @throws Fault bad-input */
const timesOf = (script: Script): Times => {
  const problems: InputProblem[] = [];
  const start = parseInstant(script.start) ?? 0; // an instant, by the schema
  const moves = movesOf(script.script, { start, problems });
  const last = Math.max(start, moves.at(-1)?.at ?? start);
  const until = script.until === undefined ? last + AFTER_MS : (momentMs(script.until, start) ?? last);
  const report = (path: string, message: string): void => void problems.push({ path, message });
  if (until < start) report("until", "the end lies before the start");
  if (until - Math.min(start, moves[0]?.at ?? start) > bounds.spanMs)
    report("until", "from the oldest item to the end there may be ten years");
  const publications = moves.filter(({ item }) => item !== undefined && isPublication(item));
  if (publications.length > bounds.publications)
    report("script", `a script publishes, pauses, resumes and stops at most ${bounds.publications} times`);
  if (problems.length > 0) throw refused("bad-input", problems);
  return { start, until, moves };
};
