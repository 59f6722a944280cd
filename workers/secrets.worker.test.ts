import { runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { contents, samples } from "../src/channels/providers/conformance-samples.ts";
import { kindOf, secretSettings } from "../src/channels/provider-definition.ts";
import { soon, userStub } from "../test/support/workspace.ts";
import { routes } from "./api/api.ts";
import { providerFor } from "./catalog-cache.ts";
import { bindings, call, newWorkspace, templateOf, type TestWorkspace } from "./api/client.test-support.ts";
import { reseal } from "./reseal.ts";
import { presentPrefix } from "./seal.ts";
import { readStream } from "./stream/stream-definition.ts";

// The first call of a run loads the whole management API.
vi.setConfig({ testTimeout: 120_000 });

const streamSecrets = ["alpha", "omega"].map((seed) => `whsec_${btoa(`${seed}-stream-secret-of-thirty-two`.slice(0, 32))}`);
const streamHeader = "Bearer stream-header-credential";
/** Those with settings that are secret, with settings as they are put. */
const types = Object.keys(samples).filter((type) => secretSettings(type).length > 0);

/** The texts a secret is made of: of a record its values, of a key file its longer lines. */
const textsOf = (value: unknown): readonly string[] => {
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(textsOf);
  if (typeof value !== "string") return [];
  if (value.trimStart().startsWith("{")) return textsOf((JSON.parse(value) as { readonly private_key?: string }).private_key);
  return value.split("\n").filter((line) => line.length > 5 && !line.startsWith("-----"));
};

/** A pair of our own: the sample's stands as an example in the form. */
const webPush = await (async () => {
  const pair = (await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"])) as CryptoKeyPair;
  const raw = (await crypto.subtle.exportKey("raw", pair.publicKey)) as ArrayBuffer; // of a public key, bytes
  const { d } = (await crypto.subtle.exportKey("jwk", pair.privateKey)) as JsonWebKey;
  const publicKey = btoa(String.fromCharCode(...new Uint8Array(raw)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
  return { publicKey, privateKey: d };
})();

/** Secrets made longer, so that none of them is found by accident. */
const settingsOf = (type: string): Readonly<Record<string, unknown>> => {
  const { settings } = samples[type] ?? { settings: {} };
  const longer = secretSettings(type).flatMap((name) => {
    const value = settings[name];
    return typeof value === "string" && value.length < 40 ? [[name, `${value}${type}${name}`.replaceAll(/[^\w/]/g, "")]] : [];
  });
  // Nobody listens there: the one that is no HTTP is asked nothing.
  return {
    ...settings,
    ...Object.fromEntries(longer),
    ...(type === "smtp" && { host: "127.0.0.1", port: 9 }),
    ...(type === "web-push" && webPush),
  };
};

let logged: string[] = [];
beforeEach(() => {
  logged = [];
  for (const method of ["log", "info", "warn", "error", "debug"] as const)
    vi.spyOn(console, method).mockImplementation((...said) => void logged.push(said.map(String).join(" ")));
});
afterEach(() => vi.restoreAllMocks());

/** What an endpoint says that repeats what it was told, first what it was told in this place. */
const echo = async (request: Request, place: number): Promise<string> => {
  const headers = [...request.headers.values()];
  const basic = headers.flatMap((value) => (value.startsWith("Basic ") ? [atob(value.slice(6)), ...atob(value.slice(6)).split(":")] : []));
  const told = [...basic, ...headers, await request.text()];
  return [...told.slice(place % told.length), ...told].join(" ");
};

/** Every table of the object's own database, as text. */
const dump = (stub: DurableObjectStub): Promise<string> =>
  runInDurableObject(stub, (_instance, { storage }) => {
    const names = storage.sql.exec<{ name: string }>(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'",
    );
    return JSON.stringify(names.toArray().map(({ name }) => storage.sql.exec(`SELECT * FROM "${name}"`).toArray()));
  });

const databases = async (): Promise<readonly { readonly table: string; readonly rows: readonly Record<string, unknown>[] }[]> => {
  const found = [];
  for (const db of new Set([bindings.DB, bindings.SHARD_0, bindings.INTAKE_0])) {
    const { results } = await db
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_cf%' ESCAPE '\\'")
      .all<{ name: string }>();
    for (const { name } of results) found.push({ table: name, rows: (await db.prepare(`SELECT * FROM "${name}"`).all()).results });
  }
  return found;
};

/** Answers of every GET there is, at the things of this workspace. */
const readAll = async (ws: TestWorkspace, messages: readonly string[]): Promise<readonly (readonly [string, string])[]> => {
  const answers: (readonly [string, string])[] = [];
  for (const { spec } of routes.filter(({ spec: one }) => one.method === "get" && one.path !== "/api/live")) {
    const kind = /^\/api\/(\w+)/.exec(spec.path)?.[1] ?? "";
    const keys: Readonly<Record<string, readonly string[]>> = {
      providers: types,
      streams: ["feed"],
      templates: ["hello"],
      users: ["ada"],
      messages,
    };
    const paths = spec.path.includes("{") ? (keys[kind] ?? ["x"]).map((key) => spec.path.replaceAll(/\{\w+\}/g, key)) : [spec.path];
    for (const path of paths)
      answers.push(
        [path, JSON.stringify((await ws.api(`GET ${path}?limit=200`)).body)] as const,
        [path, JSON.stringify((await ws.api(`GET ${path}`)).body)] as const,
      );
  }
  return answers;
};

describe("secrets", () => {
  it("of providers and streams are in no answer, log line, fact, stream item, row or object, also where endpoints say them back", async () => {
    const ws = await newWorkspace();
    const told: string[] = [];
    let calls = 0;
    vi.spyOn(globalThis, "fetch").mockImplementation(async (input) => {
      const request = (input as Request).clone(); // callOutbound makes one
      if (new URL(request.url).host === "told.example.com") {
        told.push(await request.clone().text());
        const said = await echo(request, told.length);
        if (told.length % 3 === 0) throw new Error(said);
        return new Response(said, { status: told.length % 2 === 0 ? 500 : 200 });
      }
      const message = await echo(request, calls++);
      // The runtime's own words may hold them as well.
      if (calls % 3 === 0) throw new Error(message);
      return Response.json({ message, error: { message }, errors: [{ message }] }, { status: 400 });
    });
    const answers: string[] = [];
    const put = async (what: string, body: object): Promise<void> => {
      const answer = await ws.api(what, body);
      expect([what, answer.status, JSON.stringify(answer.body)]).toEqual([what, 201, expect.anything()]);
      answers.push(JSON.stringify(answer.body));
    };
    const include = ["events", "users", "messages", "segments", "journeys"];
    await put("PUT /api/streams/feed", {
      url: "https://told.example.com/",
      include,
      secrets: streamSecrets,
      headers: { authorization: streamHeader },
    });
    await put("PUT /api/templates/hello", templateOf("Hello"));
    for (const type of types)
      await put(`PUT /api/providers/${type}`, { type, channel: kindOf(type).channels[0], settings: settingsOf(type) });
    await ws.api("PATCH /api/users/ada", { attributes: { email: "ada@example.com", phone: "+4915112345678" } });
    const sent: string[] = [];
    for (const type of types) {
      const channel = kindOf(type).channels[0] ?? "email";
      const full: Record<string, unknown> = { ...contents[channel] };
      const { channel: _channel, cc: _cc, bcc: _bcc, attachments: _files, headers: _headers, ...plain } = full;
      const to = channel === "webhook" || channel === "email" ? {} : { to: samples[type]?.to };
      const answer = await ws.api("POST /api/messages", {
        user: { id: "ada" },
        channel,
        provider: type,
        content: channel === "webhook" ? { url: "https://hook.example.com/", body: "{}" } : plain,
        ...to,
      });
      expect([type, answer.status, JSON.stringify(answer.body)]).toEqual([type, 202, expect.anything()]);
      sent.push(answer.body.id);
      const tested = await ws.api(`POST /api/providers/${type}/test`, {
        to: channel === "webhook" ? "https://hook.example.com/" : (samples[type]?.to ?? "a@example.com"),
      });
      answers.push(JSON.stringify(tested.body));
    }
    await call("POST /v1/track", { body: { writeKey: ws.writeKey, userId: "ada", event: "Seen" } });
    answers.push(JSON.stringify((await ws.api("POST /api/streams/feed/test")).body));
    await soon(async () => {
      for (const id of sent) expect((await ws.api(`GET /api/messages/${id}`)).body.attempts).toBeGreaterThan(0);
    });
    await soon(() => expect(told.length).toBeGreaterThan(1));

    const secrets = [
      ...types.flatMap((type) =>
        secretSettings(type).flatMap((name) => textsOf(settingsOf(type)[name]).map((text) => [`${type}.${name}`, text] as const)),
      ),
      ...streamSecrets.map((text) => ["stream.secrets", text] as const),
      ["stream.headers", streamHeader.slice(7)] as const,
      ["TERN_SECRET", bindings.TERN_SECRET] as const,
      ["SETUP_TOKEN", bindings.SETUP_TOKEN ?? ""] as const,
      ["api key", ws.apiKey] as const,
      ["write key", ws.writeKey] as const,
      ["password", ws.password] as const,
    ];
    expect(secrets.length).toBeGreaterThan(25);
    const objects = await Promise.all([dump(userStub(ws.id, "u:ada")), dump(bindings.STREAMS.getByName(`${ws.id}:feed`))]);
    const places: readonly (readonly [string, string])[] = [
      ...answers.map((text) => ["an answer", text] as const),
      ...(await readAll(ws, sent)),
      ["the log", logged.join("\n")],
      ["the stream", told.join("\n")],
      ...(await databases()).map(({ table, rows }) => {
        const own = rows.filter(({ workspace }) => workspace === undefined || workspace === ws.id);
        return [`table ${table}`, JSON.stringify(own)] as const;
      }),
      ...objects.map((text) => ["an object", text] as const),
    ];
    // Something is looked at in each of them.
    expect(places.filter(([place, text]) => text.length < 2 && place !== "the log").map(([place]) => place)).toEqual([]);
    const found = places.flatMap(([place, text]) =>
      secrets.flatMap(([name, secret]) => (text.includes(secret) ? [`${name} in ${place}`] : [])),
    );
    expect(found).toEqual([]);
    // Else it would go on telling what other tests listen for.
    expect((await ws.api("DELETE /api/streams/feed")).status).toBe(204);
  });

  it("everything sealed, in whatever column of whatever table, is sealed anew when TERN_SECRET changes", async () => {
    const ws = await newWorkspace();
    await ws.api("PUT /api/streams/feed", { url: "https://told.example.com/", include: ["events"], secrets: streamSecrets });
    await ws.api("PUT /api/providers/resend", { type: "resend", channel: "email", settings: settingsOf("resend") });
    const wanted = { kind: "api", name: "once", scopes: ["read"] };
    const made = await ws.api("POST /api/keys", wanted, { "idempotency-key": "k" });
    const after = { ...bindings, TERN_SECRET: btoa("quite another secret".padEnd(32, ".")), TERN_SECRET_PREVIOUS: bindings.TERN_SECRET };
    const [old, present] = await Promise.all([presentPrefix(bindings), presentPrefix(after)]);
    /** Columns with texts that are sealed by the key, of this workspace. */
    const sealedBy = async (prefix: string): Promise<readonly string[]> => {
      const columns = (await databases()).flatMap(({ table, rows }) =>
        rows
          .filter((row) => row["workspace"] === ws.id)
          .flatMap((row) => Object.entries(row).flatMap(([name, value]) => (String(value).includes(prefix) ? [`${table}.${name}`] : []))),
      );
      return [...new Set(columns)].toSorted();
    };
    expect(await sealedBy(old)).toEqual(["definitions.sealed", "idempotency.body"]);
    expect(await reseal(after)).toMatchObject({ failed: 0, more: false });
    expect([await sealedBy(old), await sealedBy(present)]).toEqual([[], ["definitions.sealed", "idempotency.body"]]);
    // Back again, for the other tests of this database: the earlier secret is needed for nothing.
    await reseal({ ...bindings, TERN_SECRET_PREVIOUS: after.TERN_SECRET });
    expect((await readStream(bindings, ws.id, "feed"))?.stream.secrets).toEqual(streamSecrets);
    expect((await ws.api("POST /api/keys", wanted, { "idempotency-key": "k" })).body).toEqual(made.body);
    expect((await providerFor(bindings, ws.id, "resend"))?.settings).toEqual(settingsOf("resend"));
  });
});
