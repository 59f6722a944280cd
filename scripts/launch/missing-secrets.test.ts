import { describe, expect, it } from "vitest";
import { missingSecrets } from "./missing-secrets.ts";

const listed = (...names: readonly string[]) =>
  Promise.resolve(
    JSON.stringify(
      names.map((name) => ({ name, type: "secret_text" })),
      undefined,
      2,
    ),
  );
const failed = (message: string) => () => Promise.reject(new Error(message));

describe("missingSecrets", () => {
  it("makes those that are not there, and only those", async () => {
    expect(await missingSecrets(() => listed("TERN_SECRET", "SETUP_TOKEN"))).toEqual({});
    const { TERN_SECRET, ...rest } = await missingSecrets(() => listed("SETUP_TOKEN"));
    expect([Buffer.from(TERN_SECRET ?? "", "base64").length, rest]).toEqual([32, {}]);
    const noisy = async () => `▲ [WARNING] update\n${await listed("TERN_SECRET", "SETUP_TOKEN")}\nbye [1]`;
    expect(await missingSecrets(noisy)).toEqual({});
    expect(Object.keys(await missingSecrets(() => listed()))).toEqual(["TERN_SECRET", "SETUP_TOKEN"]);
    // The earlier one's name begins alike.
    expect(Object.keys(await missingSecrets(() => listed("TERN_SECRET_PREVIOUS", "SETUP_TOKEN")))).toEqual(["TERN_SECRET"]);
  });

  it("makes all of a Worker that is not deployed yet", async () => {
    const said = 'Worker "tern" not found.\n\nIf this is a new Worker, run `wrangler deploy` first to create it.';
    expect(Object.keys(await missingSecrets(failed(`wrangler secret list failed:\n${said}`)))).toEqual(["TERN_SECRET", "SETUP_TOKEN"]);
  });

  it("never makes one because it could not look: a secret set anew closes all that the earlier one sealed", async () => {
    for (const message of [
      "fetch failed",
      "A request to the Cloudflare API failed. Authentication error [code: 10000]",
      "429 not found out why",
    ])
      await expect(missingSecrets(failed(message))).rejects.toThrow("could not be listed, so none are set");
    await expect(missingSecrets(() => Promise.resolve("no list"))).rejects.toThrow("could not be listed");
  });
});
