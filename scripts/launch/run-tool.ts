import { spawn } from "node:child_process";
import { inRoot } from "./paths.ts";
import { quietEnv } from "./quiet-env.ts";

/**
 * Runs a tool of node_modules to its end and returns what it printed.
 * @throws Error with the tool's output when it fails
 */
export const runTool = (tool: string, args: readonly string[], cwd = inRoot()): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(inRoot("node_modules/.bin", tool), args, {
      cwd,
      env: quietEnv(),
      stdio: ["ignore", "pipe", "pipe"],
      shell: process.platform === "win32",
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.once("error", reject);
    child.once("close", (code) => (code === 0 ? resolve(output) : reject(new Error(`${tool} ${args.join(" ")} failed:\n${output}`))));
  });
