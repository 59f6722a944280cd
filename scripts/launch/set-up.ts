import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { installExample } from "../../examples/shop/install.ts";
import { apiClient } from "./api-client.ts";
import { readLocal, writeLocal, type Local } from "./local.ts";
import type { Secrets } from "./secrets.ts";

const operatorEmail = "operator@example.com";

export interface SetUpOptions {
  readonly state: string;
  readonly url: string;
  readonly dashboardUrl: string;
  readonly secrets: Secrets;
  /** Install the example shop's segments, templates and journeys, once. */
  readonly example: boolean;
}

const createWorkspace = async (options: SetUpOptions): Promise<Omit<Local, "url" | "dashboardUrl">> => {
  const operator = { email: operatorEmail, password: options.secrets.operatorPassword };
  const setUp = apiClient(options.url, options.secrets.SETUP_TOKEN);
  const keys = await setUp("POST", "/api/setup", { workspace: { id: "demo", name: "Demo", timezone: "UTC" }, operator });
  const { writeKey, apiKey } = keys as { writeKey: string; apiKey: string }; // the API's contract, tested there
  return { writeKey, apiKey, operator };
};

/** On the first start of a state: workspace, keys, operator, example. Always: `local.json` with the current addresses. */
export const setUp = async (options: SetUpOptions): Promise<Local> => {
  const { state, url, dashboardUrl } = options;
  const known = readLocal(state) ?? (await createWorkspace(options));
  const local: Local = { ...known, url, dashboardUrl };
  writeLocal(state, local);
  const marker = path.join(state, "example-installed");
  if (options.example && !existsSync(marker)) {
    await installExample(apiClient(url, local.apiKey));
    writeFileSync(marker, "");
  }
  return local;
};
