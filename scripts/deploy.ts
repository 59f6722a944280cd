// `npm run deploy`: creates what is missing on Cloudflare, migrates, deploys the Worker and the dashboard, and makes the
// first workspace. May be run again at any time. Needs a login (`npx wrangler login`, or CLOUDFLARE_API_TOKEN and
// CLOUDFLARE_ACCOUNT_ID); asks only for what it cannot find out: nothing, unless several accounts are possible.
//   --operator you@example.com  e-mail of the first operator (default: git's user.email)
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { apiClient } from "./launch/api-client.ts";
import { configuredDatabases, configuredQueues } from "./launch/configured.ts";
import { buildDashboard } from "./launch/dashboard.ts";
import { missingSecrets } from "./launch/missing-secrets.ts";
import { inRoot } from "./launch/paths.ts";
import { runTool } from "./launch/run-tool.ts";
import { writePrivate } from "./launch/write-private.ts";

const { values: flags } = parseArgs({ options: { operator: { type: "string" } } });

const step = (text: string): void => void process.stdout.write(`${text}\n`);
const wrangler = (...args: readonly string[]): Promise<string> => runTool("wrangler", args);

/** JSON that wrangler prints, whatever it says before it. */
const jsonOf = (output: string): unknown => JSON.parse(output.slice(output.search(/[[{]/)));

const operatorEmail = (): string => {
  if (flags.operator !== undefined) return flags.operator;
  try {
    return execFileSync("git", ["config", "user.email"], { encoding: "utf8" }).trim();
  } catch {
    throw new Error("Say who the first operator is: npm run deploy -- --operator you@example.com");
  }
};

const ensureQueues = async (): Promise<void> => {
  const listed = await wrangler("queues", "list");
  for (const queue of configuredQueues()) {
    if (new RegExp(`\\b${queue}\\b`).test(listed)) continue;
    step(`  queue ${queue}`);
    await wrangler("queues", "create", queue);
  }
};

interface Database {
  readonly name: string;
  readonly uuid: string;
}

/** The account's ids by database name, created where missing. */
const ensureDatabases = async (): Promise<ReadonlyMap<string, string>> => {
  const read = async (): Promise<ReadonlyMap<string, string>> =>
    new Map((jsonOf(await wrangler("d1", "list", "--json")) as readonly Database[]).map(({ name, uuid }) => [name, uuid] as const)); // wrangler's own format
  const before = await read();
  const missing = configuredDatabases().filter((name) => !before.has(name));
  for (const name of missing) {
    step(`  database ${name}`);
    await wrangler("d1", "create", name);
  }
  return missing.length === 0 ? before : read();
};

/** wrangler.toml with this account's ids in it: the file in git holds none. Beside the original, since its paths are relative. */
const withIds = (ids: ReadonlyMap<string, string>): string => {
  const file = inRoot("wrangler.deploy.toml");
  const text = readFileSync(inRoot("wrangler.toml"), "utf8").replaceAll(
    /(database_name = "([^"]+)"\ndatabase_id = )"[^"]*"/g,
    (whole, before: string, name: string) => (ids.has(name) ? `${before}"${ids.get(name)}"` : whole),
  );
  writeFileSync(file, text);
  return file;
};

const deployWorker = async (
  config: string,
  dashboardUrl: string,
): Promise<{ readonly url: string; readonly setupToken: string | undefined }> => {
  const secrets = await missingSecrets(() => wrangler("secret", "list"));
  const folder = mkdtempSync(path.join(tmpdir(), "tern-deploy-"));
  try {
    const file = path.join(folder, "secrets.json");
    writePrivate(file, secrets);
    const given = Object.keys(secrets).length === 0 ? [] : ["--secrets-file", file];
    const vars = ["--var", `DASHBOARD_ORIGIN:${dashboardUrl}`];
    const known = process.env["TERN_URL"];
    const deploy = (publicUrl: string | undefined, more: readonly string[]): Promise<string> =>
      wrangler("deploy", "--config", config, ...vars, ...(publicUrl === undefined ? [] : ["--var", `PUBLIC_URL:${publicUrl}`]), ...more);
    const output = await deploy(known, given);
    const url = /https:\/\/[^\s]+\.workers\.dev/.exec(output)?.[0] ?? process.env["TERN_URL"];
    if (url === undefined)
      throw new Error(`The Worker is deployed, but its address could not be read; set TERN_URL and run again:\n${output}`);
    // Links in messages lead to the Worker's own address, which is known only now.
    if (known === undefined) await deploy(url, []);
    return { url, setupToken: secrets["SETUP_TOKEN"] };
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const pagesProject = "tern-dashboard";

/** The dashboard's address: known before it is deployed, because the Worker must be told whose pages may call it. */
const ensurePagesProject = async (): Promise<string> => {
  const addressIn = (listed: string): string | undefined =>
    /\S+\.pages\.dev/.exec(listed.split("\n").find((line) => line.includes(pagesProject)) ?? "")?.[0];
  const listed = await wrangler("pages", "project", "list");
  if (!listed.includes(pagesProject)) {
    step(`  Pages project ${pagesProject}`);
    await wrangler("pages", "project", "create", pagesProject, "--production-branch", "main");
  }
  const address = addressIn(listed) ?? addressIn(await wrangler("pages", "project", "list")) ?? `${pagesProject}.pages.dev`;
  return `https://${address.replace(/,$/, "")}`;
};

const deployDashboard = async (): Promise<void> => {
  await buildDashboard();
  const args = ["pages", "deploy", "dist", "--project-name", pagesProject, "--branch", "main", "--commit-dirty=true"];
  await runTool("wrangler", args, inRoot("dashboard"));
};

/** The first workspace, when this deployment made the token that may make it. The keys are shown once, here. */
const firstWorkspace = async (url: string, setupToken: string): Promise<void> => {
  const password = randomBytes(12).toString("base64url");
  const email = operatorEmail();
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const keys = await apiClient(url, setupToken)("POST", "/api/setup", { id: "main", name: "Main", timezone: zone, email, password });
  const { writeKey, apiKey } = keys as { writeKey: string; apiKey: string }; // the API's contract
  step(`\n  Sign in    ${email}  ${password}\n  Write key  ${writeKey}\n  API key    ${apiKey}\n  Shown once: keep them.`);
};

step("What is missing on the account:");
await ensureQueues();
const config = withIds(await ensureDatabases());
const dashboardUrl = await ensurePagesProject();
try {
  step("Migrating …");
  for (const database of configuredDatabases()) await wrangler("d1", "migrations", "apply", database, "--remote", "--config", config);
  step("Deploying the Worker …");
  const { url, setupToken } = await deployWorker(config, dashboardUrl);
  step("Deploying the dashboard …");
  await deployDashboard();
  const health = await fetch(`${url}/health`);
  if (!health.ok) throw new Error(`${url}/health answers ${health.status}: ${await health.text()}`);
  step(`\n  API        ${url}\n  Dashboard  ${dashboardUrl}`);
  if (setupToken !== undefined) await firstWorkspace(url, setupToken);
} finally {
  rmSync(config, { force: true });
}
