import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { inRoot } from "../../scripts/launch/paths.ts";
import { freePort } from "../../scripts/launch/ports.ts";
import { startTern, type Tern } from "../harness.ts";

const page = readFileSync(inRoot("docs/messages.md"), "utf8");

let tern: Tern;
let folder: string;
beforeAll(async () => {
  tern = await startTern();
  // A clone as the reader has it: the instance's state in it, and the example.
  folder = mkdtempSync(path.join(tmpdir(), "tern-guide-"));
  symlinkSync(tern.state, path.join(folder, ".tern"));
  cpSync(inRoot("examples/stand-in.mjs"), path.join(folder, "examples/stand-in.mjs"));
}, 120_000);
afterAll(async () => {
  await tern?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a script as the reader's shell would, stopping at the first failure; what it printed. */
const runShell = (script: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const shell = spawn("sh", ["-eu", "-c", script], { cwd: folder, detached: true });
    let output = "";
    for (const stream of [shell.stdout, shell.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const ended = (code: number | null): void => {
      try {
        if (shell.pid !== undefined) process.kill(-shell.pid, "SIGKILL"); // the stand-in, where the script did not come to its end
      } catch {
        // gone already
      }
      if (code === 0) resolve(output);
      else reject(new Error(`The shell ended with ${code}:\n${output}`));
    };
    shell.once("exit", ended);
  });

it("the walk through messages does what it says, command by command", { timeout: 120_000 }, async () => {
  const blocks = [...page.matchAll(/^```sh\n([^`]*)^```$/gm)].map(([, text = ""]) => text);
  const script = blocks.map((text, index) => `echo "--- ${index}"\n${text}`).join("\n");
  const output = await runShell(script.replaceAll("8790", String(await freePort())));
  // What the stand-in shows comes in between, in its own time; the answers come in order.
  const said = output.split(/^--- \d+$/m).slice(1);
  expect(said).toHaveLength(blocks.length);
  const [, provider, one, template, consent, suppressed, stream, paused, dead] = said;
  expect(provider).toContain('"outcome":"accepted"');
  expect(provider).toMatch(/"webhookUrl":"http:\/\/[^"]+\/hooks\/[^"]+\/mail"/);
  expect(one).toContain("\nsent\n");
  expect(one).toContain('"subject":"Welcome, Ada"');
  expect(template).toContain("\nYours for €12.50\n");
  expect(template).toContain("data.price: has to be a number");
  expect(consent).toContain("\nunsubscribed from the topic\none-click\n");
  expect(consent?.match(/^POST \/emails/gm)).toHaveLength(1);
  expect(suppressed).toContain('"listed":1');
  expect(stream).toContain('"secretsSet":1');
  expect(paused).toMatch(/\nheld\n401 [^]*"resumed":true[^]*\nsent\n/);
  expect(paused).toMatch(/POST \/tern .*"type":"message"/);
  expect(dead).toMatch(/\n400 [^]*\nsent\n/);
});
