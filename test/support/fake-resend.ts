import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

/** A mail that the fake took and would have sent. */
export interface TakenMail {
  readonly key: string;
  readonly to: string;
  readonly subject: string;
}

export interface FakeResend {
  readonly url: string;
  /** Mails sent: one per idempotency key. */
  readonly sent: TakenMail[];
  /** Requests in order: recipient, idempotency key, hash of the body, when (performance.now()). */
  readonly requests: { readonly to: string; readonly key: string; readonly hash: string; readonly at: number }[];
  /** What was wrong with requests; empty when all were as the documentation asks. */
  readonly complaints: string[];
  readonly close: () => Promise<void>;
}

/** A fault for the first request of a recipient: whether the mail is taken all the same, and what the caller sees of it. */
interface Fault {
  readonly takes: boolean;
  readonly answer: (response: ServerResponse) => void;
}

const json = (response: ServerResponse, status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): void => {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
};
const problem = (response: ServerResponse, status: number, name: string, headers?: Readonly<Record<string, string>>): void =>
  json(response, status, { statusCode: status, name, message: `about ${name}` }, headers);

/** Faults by the local part of the recipient's address. */
const faults: Readonly<Record<string, Fault>> = {
  limited: { takes: false, answer: (response) => problem(response, 429, "rate_limit_exceeded", { "retry-after": "1" }) },
  broken: { takes: false, answer: (response) => problem(response, 500, "application_error") },
  blank: { takes: true, answer: (response) => response.writeHead(500).end() },
  cut: { takes: true, answer: (response) => response.destroy() },
  busy: { takes: true, answer: (response) => problem(response, 409, "concurrent_idempotent_requests") },
  slow: {
    takes: true,
    answer: (response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
      response.write('{"id":');
    },
  },
  silent: { takes: true, answer: () => undefined },
};

/**
 * Plays Resend's POST /emails as its documentation describes it: checks the key and the fields, remembers idempotency
 * keys, and makes the first request of some recipients go wrong.
 */
export const startFakeResend = async (apiKey: string): Promise<FakeResend> => {
  const known = new Map<string, { readonly hash: string; readonly id: string }>();
  const fake = { sent: [] as TakenMail[], requests: [] as FakeResend["requests"][number][], complaints: [] as string[] };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request);
    const key = String(request.headers["idempotency-key"] ?? "");
    const refuse = (status: number, name: string): void => {
      fake.complaints.push(`${status} ${name}: ${request.method} ${request.url} ${body.slice(0, 200)}`);
      problem(response, status, name);
    };
    if (request.method !== "POST" || request.url !== "/emails") return refuse(405, "method_not_allowed");
    if (request.headers.authorization !== `Bearer ${apiKey}`) return refuse(403, "invalid_api_key");
    if (request.headers["user-agent"] === undefined) return refuse(403, "invalid_access");
    if (key === "" || key.length > 256) return refuse(400, "invalid_idempotency_key");
    const mail = JSON.parse(body) as Record<string, unknown>;
    const to = String(Array.isArray(mail["to"]) ? mail["to"][0] : mail["to"]);
    if (typeof mail["from"] !== "string" || typeof mail["subject"] !== "string" || typeof mail["html"] !== "string" || !to.includes("@"))
      return refuse(422, "missing_required_field");
    const hash = createHash("sha256").update(body).digest("hex");
    const isFirst = !fake.requests.some((earlier) => earlier.to === to);
    fake.requests.push({ to, key, hash, at: performance.now() });
    if (to.startsWith("refused@")) return problem(response, 422, "validation_error");
    const before = known.get(key);
    if (before && before.hash !== hash) return refuse(409, "invalid_idempotent_request");
    const fault = isFirst ? faults[to.split("@")[0] ?? ""] : undefined;
    if (!before && fault?.takes !== false) {
      known.set(key, { hash, id: `mail-${known.size + 1}` });
      fake.sent.push({ key, to, subject: mail["subject"] });
    }
    if (fault) fault.answer(response);
    else json(response, 200, { id: known.get(key)?.id });
  };

  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("expected a port");
  return {
    ...fake,
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
