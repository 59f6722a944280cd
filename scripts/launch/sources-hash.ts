import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { root } from "./paths.ts";

const ignored = new Set(["node_modules", "dist", ".wrangler"]);

/** Tests and documents are not part of what is built. */
const isSource = (name: string): boolean => !/\.(test\.tsx?|md|tsbuildinfo)$/.test(name);

const filesUnder = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return ignored.has(entry.name) ? [] : filesUnder(file);
    return isSource(entry.name) ? [file] : [];
  });

/**
 * One hash over the content of files and folders of the repository: what is built from them is built again only when it
 * changes. Content, not times: a checkout or a copy sets those anew.
 */
export const sourcesHash = (...sources: readonly string[]): string => {
  const hash = createHash("sha256");
  for (const source of sources) {
    const full = path.join(root, source);
    const files = statSync(full).isDirectory() ? filesUnder(full).sort() : [full];
    for (const file of files)
      hash
        .update(`${path.relative(root, file)}\0`)
        .update(readFileSync(file))
        .update("\0");
  }
  return hash.digest("hex").slice(0, 16);
};
