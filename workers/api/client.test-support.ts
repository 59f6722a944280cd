import { exports, env } from "cloudflare:workers";
import type { Env } from "../env.ts";
import { createKey } from "../../src/storage/control/key-ring.ts";

/** The Worker's bindings, as tests have them. */
export const bindings = env as unknown as Env; // the test runtime is given wrangler.toml's bindings
const worker = exports as unknown as { readonly default: { fetch(request: Request): Promise<Response> } };

export const fetchWorker = (request: Request): Promise<Response> => worker.default.fetch(request);

export const origin = "http://127.0.0.1";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // Tests look into answers of every shape.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
}

export interface CallOptions {
  readonly key?: string;
  readonly body?: unknown;
  readonly text?: string;
  readonly headers?: Record<string, string>;
}

/** Calls the Worker: "PUT /api/segments/vip". JSON answers are parsed. */
export const call = async (what: string, { key, body, text, headers = {} }: CallOptions = {}): Promise<Answer> => {
  const [method = "GET", path = "/"] = what.split(" ");
  const response = await fetchWorker(
    new Request(origin + path, {
      method,
      redirect: "manual",
      headers: {
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined && text === undefined ? {} : { body: text ?? JSON.stringify(body) }),
    }),
  );
  const answered = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: response.headers.get("content-type")?.includes("json") ? JSON.parse(answered) : answered,
  };
};

export interface TestWorkspace {
  readonly id: string;
  readonly apiKey: string;
  readonly writeKey: string;
  readonly email: string;
  readonly password: string;
  /** Calls with the workspace's full key. */
  readonly api: (what: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;
}

let made = 0;

/** A workspace of its own, made by POST /api/setup. */
export const newWorkspace = async (): Promise<TestWorkspace> => {
  const id = `w${Date.now().toString(36)}-${++made}`;
  const email = `${id}@example.com`;
  const password = `pass-${crypto.randomUUID()}`;
  const answer = await call("POST /api/setup", {
    key: "test-setup-token",
    body: { id, name: `Workspace ${id}`, timezone: "Europe/Berlin", email, password },
  });
  if (answer.status !== 201) throw new Error(`set-up answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  const { apiKey, writeKey } = answer.body;
  return {
    id,
    apiKey,
    writeKey,
    email,
    password,
    api: (what, body, headers) =>
      call(what, { key: apiKey, ...(body === undefined ? {} : { body }), ...(headers === undefined ? {} : { headers }) }),
  };
};

/** An API key of a workspace with these scopes only. */
export const keyWith = async (workspace: string, scopes: readonly string[]): Promise<string> => {
  const { statement, text } = await createKey(bindings.DB, {
    workspace,
    kind: "api",
    name: "test",
    scopes,
    expiresAt: null,
    now: Date.now(),
  });
  await statement.run();
  return text;
};

export const segmentOf = (event = "Order Completed") => ({ name: "Buyers", kind: "dynamic", condition: { type: "event", event } });
export const templateOf = (subject = "Hello {{ user.name | default: 'you' }}") => ({
  channel: "email",
  name: "Hello",
  locales: { en: { subject, html: "<p>Hi</p>" } },
  defaultLocale: "en",
});
export const journeyOf = (template: string, event = "Signed Up") => ({
  name: "Welcome",
  trigger: { type: "event", event },
  frequency: { type: "once" },
  start: "hello",
  steps: {
    hello: { type: "send", channel: "email", template, next: "pause" },
    pause: { type: "wait", for: "P1D", next: "done" },
    done: { type: "exit" },
  },
});
