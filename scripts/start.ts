// `npm start`: the whole platform on this machine. PORT, DASHBOARD_PORT and TERN_STATE let several run side by side.
//   --no-dashboard  the platform alone      --no-example  an empty workspace
import { mkdirSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { buildDashboard, serveDashboard, type Dashboard, type DashboardOptions } from "./launch/dashboard.ts";
import { startInstance, type Instance } from "./launch/instance.ts";
import { endLeftovers } from "./launch/leftovers.ts";
import { root, stateFolder } from "./launch/paths.ts";
import { isFree } from "./launch/ports.ts";
import { loadSecrets } from "./launch/secrets.ts";
import { setUp } from "./launch/set-up.ts";

const sweepEveryMs = 60_000;

const { values: flags } = parseArgs({
  options: { dashboard: { type: "boolean", default: true }, example: { type: "boolean", default: true } },
  allowNegative: true,
});

const portFrom = (name: string, fallback: number): number => {
  const port = Number(process.env[name] ?? fallback);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error(`${name}=${process.env[name]} is not a port.`);
  return port;
};

const claimPort = async (name: string, port: number): Promise<void> => {
  if (!(await isFree(port)))
    throw new Error(`Port ${port} is in use. Stop what listens there, or choose another: ${name}=${port + 10} npm start`);
};

let instance: Instance | undefined;
let dashboard: Dashboard | undefined;
let stopping = false;

const stop = async (code: number): Promise<never> => {
  stopping = true;
  await Promise.allSettled([dashboard?.stop(), instance?.stop()]);
  process.exit(code);
};

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    if (stopping) return; // npm and the terminal may both deliver it
    if (flags.dashboard) process.stdout.write("\nStopping …\n");
    void stop(0);
  });
}
process.stdout.on("error", () => undefined); // whoever read our output is gone: go on

const startDashboard = async (built: Promise<unknown>, options: DashboardOptions): Promise<string | undefined> => {
  try {
    await built;
    dashboard = await serveDashboard(options);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

const main = async (): Promise<void> => {
  const state = stateFolder();
  const [port, dashboardPort] = [portFrom("PORT", 8787), portFrom("DASHBOARD_PORT", 8788)];
  mkdirSync(state, { recursive: true });
  await endLeftovers(state);
  await claimPort("PORT", port);
  if (flags.dashboard) await claimPort("DASHBOARD_PORT", dashboardPort);

  const dashboardUrl = `http://127.0.0.1:${dashboardPort}`;
  const secrets = loadSecrets(state);
  const built = flags.dashboard ? buildDashboard() : Promise.resolve(false);
  built.catch(() => undefined); // reported by startDashboard
  instance = await startInstance({ state, port, secrets, vars: { DASHBOARD_ORIGIN: dashboardUrl } });
  const { url, fire } = instance;
  await fire("@start"); // what was accepted but not applied before the stop: local queues do not survive it
  setInterval(() => void fire("* * * * *"), sweepEveryMs);

  const starting = flags.dashboard ? startDashboard(built, { port: dashboardPort, apiUrl: url, state }) : Promise.resolve(undefined);
  const local = await setUp({ state, url, dashboardUrl, secrets, example: flags.example });
  const problem = await starting;
  await fire("@ready"); // whoever waits for /health finds local.json, the example and the dashboard there
  const where = path.relative(root, path.join(state, "local.json"));
  process.stdout.write(`Tern is ready.

  API        ${url}
${flags.dashboard ? `  Dashboard  ${problem === undefined ? dashboardUrl : `not running: ${problem}`}\n  Sign in    ${local.operator.email}  ${local.operator.password}\n` : ""}  Keys       ${where}

Send traffic to it with: npm run demo. Ctrl-C stops it; the next start goes on where it was.
`);
};

try {
  await main();
} catch (error) {
  if (!stopping) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    await stop(1);
  }
}
