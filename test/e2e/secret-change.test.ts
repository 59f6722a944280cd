import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import type { Secrets } from "../../scripts/launch/secrets.ts";
import { startTern, type Tern, waitFor } from "../harness.ts";
import { startSink } from "../sink.ts";

const state = mkdtempSync(path.join(tmpdir(), "tern-secret-"));
let tern: Tern | undefined;
afterAll(async () => {
  await tern?.stop();
  rmSync(state, { recursive: true, force: true, maxRetries: 5 });
});

interface Shown {
  readonly status: string;
  readonly content: { readonly headers: Readonly<Record<string, string>> };
}

it("a new TERN_SECRET beside the present one as TERN_SECRET_PREVIOUS loses neither providers' keys nor links in mails sent before", async () => {
  const sink = await startSink(() => ({ status: 200, body: JSON.stringify({ id: "at-the-provider" }) }));
  const instance = await startTern({ state });
  tern = instance;
  await instance.api("PUT", "/api/providers/mail", {
    channel: "email",
    type: "resend",
    default: true,
    baseUrl: sink.url,
    settings: { apiKey: "re_kept", from: "shop@shop.example" },
  });
  await instance.api("PUT", "/api/topics/offers", { name: "Offers", channels: ["email"], default: "opted-in" });
  await instance.track("identify", { userId: "ada", traits: { email: "ada@shop.example" } });
  const send = async (): Promise<Shown> => {
    const { id } = (await instance.api("POST", "/api/messages", {
      user: { email: "ada@shop.example" },
      channel: "email",
      transactional: false,
      topic: "offers",
      content: { subject: "Offer", html: "<p>Offer</p>" },
    })) as { id: string }; // the API's contract, tested there
    return waitFor(async () => {
      const shown = (await instance.api("GET", `/api/messages/${id}`)) as Shown; // the same
      return ["sent", "skipped"].includes(shown.status) && shown;
    });
  };
  const before = await send();

  await instance.kill();
  const file = path.join(state, "secrets.json");
  const secrets = JSON.parse(readFileSync(file, "utf8")) as Secrets; // written by the launcher
  const changed: Secrets = { ...secrets, TERN_SECRET: randomBytes(32).toString("base64"), TERN_SECRET_PREVIOUS: secrets.TERN_SECRET };
  writeFileSync(file, JSON.stringify(changed));
  await instance.restart();

  expect((await send()).status).toBe("sent");
  expect(sink.calls.map(({ headers }) => headers.authorization)).toEqual(["Bearer re_kept", "Bearer re_kept"]);
  const resealed = await fetch(`${instance.url}/api/secrets/reseal`, {
    method: "POST",
    headers: { authorization: `Bearer ${secrets.SETUP_TOKEN}` },
  });
  expect(await resealed.json()).toMatchObject({ failed: 0, more: false });
  const link = before.content.headers["List-Unsubscribe"]?.replace(/^<|>$/g, "") ?? "";
  const unsubscribed = await fetch(link, { method: "POST", body: new URLSearchParams({ "List-Unsubscribe": "One-Click" }) });
  expect(unsubscribed.status).toBe(200);
  expect((await send()).status).toBe("skipped");
  await sink.close();
});
