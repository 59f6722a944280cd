import { OverBudget } from "./budget.ts";
import { liquidPieces } from "./liquid-pieces.ts";

/** A piece of Liquid that cannot be printed. The message is for people; `line` is 1-based where known. */
export class Unprintable extends Error {
  readonly line: number | undefined;
  constructor(message: string, line?: number) {
    super(message);
    this.line = line;
  }
}

/** Where people wrote a piece of Liquid, where it was compiled to something else; undefined where nobody did. */
export type Written = (piece: string) => string | undefined;

interface Where {
  readonly path: string;
  /** Left out, what is printed is what was written: lines are its own. */
  readonly written?: Written | undefined;
}

interface Token {
  readonly input: string;
  readonly begin: number;
  getPosition(): [number, number];
  getText(): string;
}

/** Turns whatever liquidjs throws into a sentence with the piece's path and line. */
export function explain(problem: unknown, { path, written }: Where): Unprintable {
  const cause = rootOf(problem);
  if (cause instanceof Unprintable) return cause;
  if (cause instanceof OverBudget) return new Unprintable(`${path}: ${cause.message}`);
  if (!(problem instanceof Error)) throw problem;
  // The stack is used up.
  if (cause instanceof RangeError && /call stack/i.test(cause.message)) return new Unprintable(`${path}: it is nested too deeply`);
  const token = "token" in problem ? (problem.token as Token | undefined) : undefined;
  const line = written === undefined ? token?.getPosition()[0] : undefined;
  if (problem.name === "RenderError" && "originalError" in problem && problem.originalError !== problem) {
    // The outer error only wraps the one with the exact place.
    const inner = problem.originalError;
    if (inner instanceof Error && inner.name === "UndefinedVariableError") return explain(inner, { path, written });
  }
  const place = line === undefined ? token && written?.(pieceAround(token)) : `line ${line}`;
  const where = place === undefined ? path : place.startsWith(path) ? place : `${path}, ${place}`;
  if (problem.name === "UndefinedVariableError")
    return new Unprintable(`missing variable ${token?.getText() ?? cause.message} in ${where}`, line);
  return new Unprintable(`${where}: ${cause.message.replace(/, (?:file:[^,]*, )?line:\d+.*$/s, "")}`, line);
}

const pieceAround = ({ input, begin }: Token): string =>
  liquidPieces(input).find(({ start, end }) => start <= begin && begin < end)?.text ?? "";

function rootOf(problem: unknown): Error {
  let current = problem;
  for (let depth = 0; depth < 5; depth += 1) {
    if (!(current instanceof Error) || !("originalError" in current) || !(current.originalError instanceof Error)) break;
    current = current.originalError;
  }
  return current instanceof Error ? current : new Error(String(current));
}
