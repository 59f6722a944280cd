// `npm run tern -- test <files or folders> [--json]`: plays scripts over the definitions kept beside them, without a server.
import { parseArgs } from "node:util";
import { BadFiles } from "./tern/definition-files.ts";
import { describeResult, scriptFiles, testScript } from "./tern/test-scripts.ts";

const usage =
  "usage: tern test <files or folders> [--json]\n  plays scripts (*.test.json) over the definitions kept beside them; exit code 1 when an expectation fails";

const run = async (): Promise<number> => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { json: { type: "boolean", default: false }, help: { type: "boolean", default: false } },
  });
  const [command, ...given] = positionals;
  if (values.help || command !== "test" || given.length === 0) {
    console.error(usage);
    return values.help ? 0 : 2;
  }
  const files = scriptFiles(given);
  const results = await Promise.all(files.map(testScript));
  const failed = results.filter(({ passed }) => !passed).length;
  if (values.json) console.log(JSON.stringify({ passed: failed === 0 && files.length > 0, results }, undefined, 2));
  else {
    for (const result of results) console.log(describeResult(result));
    console.log(
      files.length === 0 ? "There is no script (*.test.json) there." : `${files.length - failed} of ${files.length} scripts passed.`,
    );
  }
  return failed === 0 && files.length > 0 ? 0 : 1;
};

try {
  process.exitCode = await run();
} catch (error) {
  if (error instanceof BadFiles)
    for (const { file, path, message } of error.problems) console.error(`${file}${path === "" ? "" : ` at ${path}`}: ${message}`);
  else console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
