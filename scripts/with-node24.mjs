// The only file that must run on whatever Node is on the machine (20 or newer): it installs what the lock file names when
// that is not there, then hands over to the locked Node 24. No dependencies, no syntax newer than Node 20.
//   node scripts/with-node24.mjs <file.ts> [arguments]
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "..");
const bin = path.join(root, "node_modules", ".bin");
const node24 = path.join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");

const readPackages = (file) => JSON.parse(readFileSync(path.join(root, file), "utf8")).packages;

/** True when node_modules holds exactly what the lock file names (optional packages of other platforms aside). */
const isInstalled = () => {
  if (!existsSync(node24)) return false;
  try {
    const locked = readPackages("package-lock.json");
    const installed = readPackages("node_modules/.package-lock.json");
    const same = Object.entries(installed).every(([name, entry]) => locked[name] !== undefined && locked[name].version === entry.version);
    const whole = Object.entries(locked).every(
      ([name, entry]) =>
        name === "" || !name.includes("node_modules/") || entry.optional || entry.devOptional || entry.peer || installed[name],
    );
    return same && whole;
  } catch {
    return false; // no lock file of an earlier install, or a broken one: install again
  }
};

const install = () => {
  console.log("Installing what package-lock.json names (once) …");
  const npm = process.env.npm_execpath; // the npm that runs us, when one does
  const args = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
  const options = { cwd: root, stdio: ["ignore", "inherit", "inherit"] };
  const done = npm?.endsWith(".js")
    ? spawnSync(process.execPath, [npm, ...args], options)
    : spawnSync("npm", args, { ...options, shell: process.platform === "win32" });
  if (done.status !== 0) {
    console.error("npm ci failed; see above.");
    process.exit(done.status ?? 1);
  }
};

if (!isInstalled()) install();

const [script, ...rest] = process.argv.slice(2);
const child = spawn(node24, ["--disable-warning=ExperimentalWarning", path.resolve(root, script), ...rest], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, PATH: `${bin}${path.delimiter}${path.dirname(node24)}${path.delimiter}${process.env.PATH ?? ""}` },
});
// Ctrl-C reaches the child too (same terminal); a signal sent to this process alone is passed on.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal === "SIGINT" ? "SIGTERM" : signal));
// npm runs us through a shell that dies of SIGTERM without passing it on: notice that our parent is gone.
if (process.env.npm_lifecycle_event !== undefined) {
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && child.kill("SIGTERM"), 500).unref();
}
child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" || signal === "SIGTERM" ? 0 : 1)));
