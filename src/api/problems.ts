import type * as z from "zod";
import type { InputProblem } from "../domain/fault.ts";
import { issueWords } from "./issue-words.ts";

/**
 * The bad places of an input, as the API names them: "steps.remind.channel", "items[3].userId"; "" is the input itself.
 * A field that the strict schemas do not know is named one by one. At most 50 are listed.
 */
export const problemsOf = (error: z.ZodError): readonly InputProblem[] =>
  error.issues.flatMap((issue) => problemsOfIssue(issue, [])).slice(0, 50);

type Path = readonly PropertyKey[];

const problemsOfIssue = (issue: z.core.$ZodIssue, parent: Path): readonly InputProblem[] => {
  const path = [...parent, ...issue.path];
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => ({ path: dotted([...path, key]), message: "Unknown field" }));
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    // The branch that got furthest is the one the writer meant.
    const closest = issue.errors.toSorted((a, b) => depthOf(b) - depthOf(a) || a.length - b.length)[0] ?? [];
    if (depthOf(closest) > 0) return closest.flatMap((inner) => problemsOfIssue(inner, path));
  }
  if (issue.code === "invalid_key" || issue.code === "invalid_element")
    return issue.issues.flatMap((inner) => problemsOfIssue(inner, path));
  return [{ path: dotted(path), message: issueWords(issue) }];
};

const depthOf = (issues: readonly z.core.$ZodIssue[]): number =>
  Math.max(0, ...issues.map((issue) => issue.path.length + (issue.code === "unrecognized_keys" ? 1 : 0)));

/** "steps", "remind", 0 -> "steps.remind[0]"; a part with other characters than the path language has is bracketed. */
export const dotted = (path: Path): string => {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else if (/^[\w-]+$/u.test(String(part))) text += text === "" ? String(part) : `.${String(part)}`;
    else text += `[${JSON.stringify(String(part))}]`;
  }
  return text;
};
