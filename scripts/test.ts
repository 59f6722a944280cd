// `npm test`: everything, on a fresh clone. `npm test -- <vitest arguments>` runs a part.
import { ensureBrowser } from "./launch/browser.ts";
import { closingLine, runVitest } from "./launch/vitest.ts";

const args = process.argv.slice(2);
try {
  process.env["TERN_CHROMIUM"] = ensureBrowser();
} catch (error) {
  // Tests that need no browser are still worth running; those that do fail with the reason.
  console.error(error instanceof Error ? error.message : error);
}
const code = await runVitest(args);
console.log(closingLine());
process.exitCode = code;
