/** What is signed: the request's id, its instant (seconds) and its body. */
export interface Signed {
  readonly id: string;
  readonly seconds: number;
  readonly body: string;
}

/**
 * Headers of a request by Standard Webhooks: one `v1` signature (HMAC-SHA256) per secret, so that while secrets are changed
 * an endpoint that knows either takes it. Secrets are "whsec_" and base64. Source: the specification, version 1.
 */
export const signedHeaders = async (
  { id, seconds, body }: Signed,
  secrets: readonly string[],
): Promise<Readonly<Record<string, string>>> => {
  const content = new TextEncoder().encode(`${id}.${seconds}.${body}`);
  const signatures = await Promise.all(secrets.map((secret) => sign(secret, content)));
  return {
    "webhook-id": id,
    "webhook-timestamp": String(seconds),
    "webhook-signature": signatures.map((signature) => `v1,${signature}`).join(" "),
  };
};

const sign = async (secret: string, content: Uint8Array): Promise<string> => {
  const bytes = Uint8Array.from(atob(secret.slice("whsec_".length)), (char) => char.charCodeAt(0));
  const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.sign("HMAC", key, content))));
};
