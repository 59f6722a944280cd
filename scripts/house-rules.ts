// Rules of this house that the linter cannot express. One line per finding; exit code 1 when there is one.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { inRoot, root } from "./launch/paths.ts";

interface Rule {
  readonly files: RegExp;
  readonly pattern: RegExp;
  readonly message: string;
}

const rules: readonly Rule[] = [
  {
    files: /\.tsx?$/,
    pattern: /^import\s+(?:\{|z\b).*from "zod"/,
    message: 'write `import * as z from "zod"`: the named import bundles every locale (770 KB instead of 198)',
  },
  {
    files: /^src\/domain\/(?:consent|filter|journey|schedule|segment|sending|template\/contents)\/(?!.*\.test)/,
    pattern: /^(?:export )?const \w+(?:: [^=]+)? = z(?:$|\.(?!lazy\())/,
    message: "write z.lazy(() => …): every isolate evaluates this when it starts, and most never read a definition",
  },
  { files: /^src\/domain\/(?!.*\.test\.ts$)/, pattern: /\bnew Date\(\s*\)|\bDate\(\s*\)/, message: "the core is given `now`" },
  { files: /\.tsx?$/, pattern: /\b(?:TODO|FIXME|XXX)\b/, message: "file an issue and name it, or do it" },
  { files: /(^|\/)(?:utils?|helpers?|common)\//, pattern: /^/, message: "no folders named for nothing in particular: name what is in it" },
];

const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
  maxBuffer: 1 << 26,
});
let found = 0;
for (const file of listed.split("\n").filter((name) => name !== "" && name !== "scripts/house-rules.ts" && existsSync(inRoot(name)))) {
  const applying = rules.filter((rule) => rule.files.test(file));
  if (applying.length === 0) continue;
  for (const [index, line] of readFileSync(inRoot(file), "utf8").split("\n").entries()) {
    for (const rule of applying) {
      if (!rule.pattern.test(line) || (rule.pattern.source === "^" && index > 0)) continue;
      found++;
      console.log(`${file}:${index + 1}  ${rule.message}`);
    }
  }
}
if (found > 0) process.exitCode = 1;
