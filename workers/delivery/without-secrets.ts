import type { HttpCall } from "../../src/channels/provider.ts";

/** Header values that are no secret and may well occur in a provider's sentence. */
const openHeaders = new Set(["content-type", "idempotency-key", "user-agent", "accept"]);

/** An endpoint may say back what it was sent: credentials must not end up in a timeline. */
export function withoutSecrets(detail: string, call: HttpCall): string {
  const secrets = Object.entries(call.headers)
    .filter(([name]) => !openHeaders.has(name.toLowerCase()))
    .flatMap(([, value]) => [value, value.replace(/^\w+ /, "")])
    .filter((value) => value.length >= 4);
  return masked(detail, secrets);
}

/** Shortest beginning of a secret that is taken for one where the text ends in it. */
const leastCut = 6;

/** The text without these secrets, nor the beginning of one where it was cut short in the middle of it. */
export function masked(text: string, secrets: readonly string[]): string {
  const whole = secrets.reduce((rest, secret) => rest.replaceAll(secret, "***"), text);
  const cut = Math.max(0, ...secrets.map((secret) => beginningAtEnd(whole, secret)));
  return cut === 0 ? whole : `${whole.slice(0, -cut)}***`;
}

/** How many characters at the end of the text are the beginning of the secret; 0 = too few to tell. */
const beginningAtEnd = (text: string, secret: string): number => {
  for (let length = Math.min(secret.length - 1, text.length); length >= leastCut; length--)
    if (text.endsWith(secret.slice(0, length))) return length;
  return 0;
};
