import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import { problemsOf } from "../../src/api/problems.ts";
import { Fault } from "../../src/domain/fault.ts";
import { completeScript } from "../../src/mjml/complete-script.ts";
import type { Failure } from "../../src/simulate/expectation.ts";
import { scriptSchema } from "../../src/simulate/script.ts";
import { simulate } from "../../src/simulate/simulate.ts";
import { BadFiles, definitionsFolder, readJson, readWorkspace, type FileProblem } from "./definition-files.ts";

/** How one script went. */
export interface ScriptResult {
  readonly file: string;
  readonly passed: boolean;
  readonly expectations: number;
  readonly failures: readonly Failure[];
  /** Why it could not be played. */
  readonly problems: readonly FileProblem[];
}

/** Script files among the given files and folders, by name; folders are searched for `*.test.json`. @throws BadFiles */
export const scriptFiles = (given: readonly string[]): readonly string[] => {
  const found = given.flatMap((name) => {
    const stat = statSync(name, { throwIfNoEntry: false });
    if (stat === undefined) throw new BadFiles([{ file: name, path: "", message: "there is no such file or folder" }]);
    if (!stat.isDirectory()) return [name];
    return readdirSync(name, { recursive: true, encoding: "utf8" })
      .filter((inner) => inner.endsWith(".test.json") && !inner.split(path.sep).includes("node_modules"))
      .map((inner) => path.join(name, inner));
  });
  return [...new Set(found)].toSorted();
};

/** Plays one script file over the definitions kept beside it. Never throws for what is wrong in files. */
export const testScript = async (file: string): Promise<ScriptResult> => {
  const bad = (problems: readonly FileProblem[]): ScriptResult => ({ file, passed: false, expectations: 0, failures: [], problems });
  try {
    const workspace = await readWorkspace(definitionsFolder(file));
    const parsed = scriptSchema.safeParse(readJson(file));
    if (!parsed.success) return bad(problemsOf(parsed.error).map((problem) => ({ file, ...problem })));
    const { failures } = simulate(await completeScript(parsed.data), workspace);
    return { file, passed: failures.length === 0, expectations: parsed.data.expect?.length ?? 0, failures, problems: [] };
  } catch (error) {
    if (error instanceof BadFiles) return bad(error.problems);
    if (!(error instanceof Fault)) throw error;
    return bad(
      error.problems.length > 0 ? error.problems.map((problem) => ({ file, ...problem })) : [{ file, path: "", message: error.message }],
    );
  }
};

/** What a person reads of a result. */
export const describeResult = ({ file, passed, expectations, failures, problems }: ScriptResult): string => {
  const lines = problems.map((problem) => `      ${problem.file}${problem.path === "" ? "" : ` at ${problem.path}`}: ${problem.message}`);
  const unmet = failures.flatMap(({ index, expected, why, nearest }) => [
    `      expect[${index}] ${JSON.stringify(expected)}`,
    `        ${why}`,
    ...(nearest === null ? [] : [`        nearest: ${shortly(nearest)}`]),
  ]);
  return [`${passed ? "ok    " : "FAILED"} ${file}${passed ? ` (${expectations} expectations)` : ""}`, ...lines, ...unmet].join("\n");
};

/** Long texts of messages are cut: the terminal is for what differs. */
const shortly = (item: object): string =>
  JSON.stringify(item, (name, value: unknown) =>
    name === "html" ? undefined : typeof value === "string" && value.length > 120 ? `${value.slice(0, 120)}…` : value,
  );
