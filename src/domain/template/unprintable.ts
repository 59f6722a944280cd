import { OverBudget } from "./budget.ts";

/** A piece of Liquid that cannot be printed. The message is for people; `line` is 1-based where known. */
export class Unprintable extends Error {
  readonly line: number | undefined;
  constructor(message: string, line?: number) {
    super(message);
    this.line = line;
  }
}

/** Turns whatever liquidjs throws into a sentence with the piece's path and line. */
export function explain(problem: unknown, path: string): Unprintable {
  const cause = rootOf(problem);
  if (cause instanceof Unprintable) return cause;
  if (cause instanceof OverBudget) return new Unprintable(`${path}: ${cause.message}`);
  if (!(problem instanceof Error)) throw problem;
  // The stack is used up.
  if (cause instanceof RangeError && /call stack/i.test(cause.message)) return new Unprintable(`${path}: it is nested too deeply`);
  const token = "token" in problem ? (problem.token as { getPosition(): [number, number]; getText(): string } | undefined) : undefined;
  const line = token?.getPosition()[0];
  if (problem.name === "RenderError" && "originalError" in problem && problem.originalError !== problem) {
    // The outer error only wraps the one with the exact place.
    const inner = problem.originalError;
    if (inner instanceof Error && inner.name === "UndefinedVariableError") return explain(inner, path);
  }
  const where = line === undefined ? path : `${path}, line ${line}`;
  if (problem.name === "UndefinedVariableError")
    return new Unprintable(`missing variable ${token?.getText() ?? cause.message} in ${where}`, line);
  return new Unprintable(`${where}: ${cause.message.replace(/, (?:file:[^,]*, )?line:\d+.*$/s, "")}`, line);
}

function rootOf(problem: unknown): Error {
  let current = problem;
  for (let depth = 0; depth < 5; depth += 1) {
    if (!(current instanceof Error) || !("originalError" in current) || !(current.originalError instanceof Error)) break;
    current = current.originalError;
  }
  return current instanceof Error ? current : new Error(String(current));
}
