import path from "node:path";

/** The repository's folder. */
export const root = path.resolve(import.meta.dirname, "..", "..");

/** An absolute path inside the repository. */
export const inRoot = (...parts: readonly string[]): string => path.join(root, ...parts);

/** The folder an instance keeps everything in: TERN_STATE, or .tern in the repository. */
export const stateFolder = (): string => path.resolve(root, process.env["TERN_STATE"] ?? ".tern");
