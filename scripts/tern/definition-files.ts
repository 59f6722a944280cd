import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { problemsOf } from "../../src/api/problems.ts";
import type { CatalogDocument } from "../../src/domain/catalog/catalog.ts";
import { Fault } from "../../src/domain/fault.ts";
import { completeDefinitions } from "../../src/mjml/complete-script.ts";
import { definitionsSchema, documentFor, emptyWorkspace } from "../../src/simulate/definitions.ts";

/** Folders of definitions, one file each, named as in the API. */
const kinds = ["segments", "journeys", "templates", "topics"] as const;

/** Something wrong with a file: its path, the place in it, a sentence. */
export interface FileProblem {
  readonly file: string;
  readonly path: string;
  readonly message: string;
}

/** What could not be read, with its places. */
export class BadFiles extends Error {
  readonly problems: readonly FileProblem[];
  constructor(problems: readonly FileProblem[]) {
    super(`${problems.length} problems in files`);
    this.problems = problems;
  }
}

/** The folder a script's definitions are in: the nearest one above it that holds folders of definitions; undefined when there is none. */
export const definitionsFolder = (file: string): string | undefined => {
  for (let folder = path.dirname(path.resolve(file)); ; folder = path.dirname(folder)) {
    if (kinds.some((kind) => existsSync(path.join(folder, kind)))) return folder;
    if (folder === path.dirname(folder)) return undefined;
  }
};

/**
 * The definitions of a folder as a workspace that has published them: `segments/`, `journeys/`, `templates/` and `topics/`
 * with a JSON file each, and `workspace.json` with its zone and rules. @throws BadFiles
 */
export const readWorkspace = async (folder: string | undefined): Promise<CatalogDocument> => {
  if (folder === undefined) return emptyWorkspace;
  const read = kinds.map((kind) => [kind, readFolder(path.join(folder, kind))] as const);
  const settings = path.join(folder, "workspace.json");
  const files = Object.fromEntries(read.map(([kind, list]) => [kind, list.map(({ file }) => file)]));
  const given = {
    ...Object.fromEntries(read.map(([kind, list]) => [kind, list.map(({ json }) => json)])),
    ...(existsSync(settings) && { workspace: readJson(settings) }),
  };
  const parsed = definitionsSchema.safeParse(given);
  if (!parsed.success) throw new BadFiles(problemsOf(parsed.error).map((problem) => placed(problem, { files, settings })));
  try {
    return documentFor(emptyWorkspace, await completeDefinitions(parsed.data));
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const inFiles = error.problems.map(({ path: place, message }) =>
      placed({ path: place.replace(/^definitions\./, ""), message }, { files, settings }),
    );
    throw new BadFiles(inFiles.length > 0 ? inFiles : [{ file: folder, path: "", message: error.message }]);
  }
};

const readFolder = (folder: string): readonly { readonly file: string; readonly json: unknown }[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith(".json"))
        .toSorted()
        .map((name) => path.join(folder, name))
        .map((file) => ({ file, json: readJson(file) }))
    : [];

/** @throws BadFiles where the file holds no JSON */
export const readJson = (file: string): unknown => {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as unknown; // any by JSON.parse
  } catch (error) {
    throw new BadFiles([{ file, path: "", message: error instanceof Error ? error.message : String(error) }]);
  }
};

/** "journeys[1].start" -> the second file of journeys, "start". */
const placed = (
  problem: { readonly path: string; readonly message: string },
  { files, settings }: { readonly files: Readonly<Record<string, readonly string[]>>; readonly settings: string },
): FileProblem => {
  const match = /^(\w+)\[(\d+)\]\.?(.*)$/s.exec(problem.path);
  const file = match === null ? undefined : files[match[1] ?? ""]?.[Number(match[2])];
  return file === undefined ? { file: settings, ...problem } : { file, path: match?.[3] ?? "", message: problem.message };
};
