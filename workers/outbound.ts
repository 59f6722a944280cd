import { refusedAddress } from "../src/channels/outbound-address.ts";
import type { HttpCall } from "../src/channels/provider.ts";
import type { Reply } from "../src/channels/reply.ts";

export interface OutboundOptions {
  /** May loopback addresses be called? Only where the operator's variable says so. */
  readonly allowLoopback: boolean;
  /** From the first byte sent to the last one read. Default 10 s. */
  readonly timeoutMs?: number;
  /** Says whether anyone listens, before anything is sent. Left out where it makes no difference. */
  readonly isListening?: (url: URL) => Promise<boolean>;
}

const defaultTimeoutMs = 10_000;
/** What is kept of a reply: enough for any provider's error, too little to fill the memory. */
const maxBodyBytes = 64 * 1024;

/**
 * The only way out: every call to a provider or a customer's endpoint goes through here. Addresses are checked, redirects
 * are never followed (each hop would need the same check, and an API that moves is a matter for its operator), time and
 * size are bounded. Never throws: how a call ended is a value.
 */
export async function callOutbound(call: HttpCall, options: OutboundOptions): Promise<Reply> {
  const refused = refusedAddress(call.url, options.allowLoopback);
  if (refused !== undefined) return { kind: "blocked", detail: refused };
  if (options.isListening && !(await options.isListening(new URL(call.url))))
    return { kind: "no-connection", detail: "connection refused" };
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  let request: Request;
  try {
    request = new Request(call.url, {
      method: call.method,
      // Some providers refuse requests that do not say what sent them.
      headers: { "user-agent": "Tern", ...call.headers },
      ...(call.body !== undefined && { body: call.body }),
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch (problem) {
    // A header the platform does not take: nothing was sent, and nothing ever will be.
    return { kind: "blocked", detail: `not a request that can be sent: ${messageOf(problem)}` };
  }
  try {
    const response = await fetch(request);
    const { body, complete } = await readBody(response);
    return { kind: "answer", status: response.status, headers: Object.fromEntries(response.headers), body, complete, at: Date.now() };
  } catch (problem) {
    const isTimeout = problem instanceof Error && problem.name === "TimeoutError";
    return { kind: "lost", detail: isTimeout ? `no answer within ${timeoutMs / 1000} s` : messageOf(problem) };
  }
}

/** The status has arrived, so a body that breaks off does not make the answer unknown: what came of it is kept. */
async function readBody(response: Response): Promise<{ readonly body: string; readonly complete: boolean }> {
  if (!response.body) return { body: "", complete: true };
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let body = "";
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { body: body + decoder.decode(), complete: true };
      const room = maxBodyBytes - bytes;
      body += decoder.decode(value.subarray(0, room), { stream: true });
      bytes += value.byteLength;
      if (bytes <= maxBodyBytes) continue;
      await reader.cancel();
      return { body, complete: false };
    }
  } catch {
    return { body, complete: false };
  }
}

const messageOf = (problem: unknown): string => (problem instanceof Error ? problem.message : String(problem));
