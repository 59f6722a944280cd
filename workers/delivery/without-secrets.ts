import type { HttpCall } from "../../src/channels/provider.ts";

/** Header values that are no secret and may well occur in a provider's sentence. */
const openHeaders = new Set(["content-type", "idempotency-key", "user-agent", "accept"]);

/** An endpoint may say back what it was sent: credentials must not end up in a timeline. */
export function withoutSecrets(detail: string, call: HttpCall): string {
  const secrets = Object.entries(call.headers)
    .filter(([name]) => !openHeaders.has(name.toLowerCase()))
    .flatMap(([, value]) => [value, value.replace(/^\w+ /, "")])
    .filter((value) => value.length >= 4);
  return secrets.reduce((text, secret) => text.replaceAll(secret, "***"), detail);
}
