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
  const token = apiClient(options.url, options.secrets.SETUP_TOKEN);
  try {
    const answer = await token("POST", "/api/setup", { id: "demo", name: "Demo", timezone: "UTC", ...operator });
    const { writeKey, apiKey } = answer as { writeKey: string; apiKey: string }; // the API's contract, tested there
    return { writeKey, apiKey, operator };
  } catch (error) {
    if (!String(error).includes("answered 409")) throw error;
    throw new Error(
      `${options.state} has a workspace, but its local.json is gone, and keys are shown only once. Remove the folder to begin anew.`,
      { cause: error },
    );
  }
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
