/** An address with, perhaps, a name. */
export interface Mailbox {
  readonly email: string;
  readonly name?: string;
}

/**
 * Reads "ada@example.com", "Ada <ada@example.com>" and "\"Lovelace, Ada\" <ada@example.com>". Anything else is taken for the
 * address: whether it is one is the provider's to say. Line ends and other controls never get through.
 */
export const readMailbox = (text: string): Mailbox => {
  const line = text.replace(/\p{Cc}+/gu, " ").trim();
  const match = /^(?:"((?:[^"\\]|\\.)*)"|(.*?))\s*<([^<>\s]+)>$/.exec(line);
  const [, quoted, plain = "", email] = match ?? [];
  if (email === undefined) return { email: line };
  const name = (quoted === undefined ? plain : quoted.replace(/\\(.)/g, "$1")).trim();
  return name === "" ? { email } : { email, name };
};

/** As one text, for APIs that take UTF-8. */
export const writeMailbox = ({ email, name }: Mailbox): string => (name === undefined ? email : `${phrase(name)} <${email}>`);

/** A display name, quoted where it has characters with a meaning of their own (RFC 5322, 3.2.3). */
export const phrase = (name: string): string => (/[()<>[\]:;@\\,."]/.test(name) ? `"${name.replace(/["\\]/g, "\\$&")}"` : name);

/**
 * Is it one address, and nothing but one? Lists, routes, quoted names before the @ and addresses in brackets are none: where a
 * provider takes addresses as one text, "a@x.example,b@y.example" would be sent to both. Letters beyond ASCII are.
 */
export const isAddress = (email: string): boolean =>
  /^[^\p{C}\p{Z}@<>()[\]:;,\\"]{1,64}@[\p{L}\p{M}\p{N}_-]+(?:\.[\p{L}\p{M}\p{N}_-]+)*$/u.test(email) && email.length <= 320;

/** The address with its domain as DNS knows it (IDNA), for protocols that are ASCII only. */
export const asciiAddress = (email: string): string => {
  const at = email.lastIndexOf("@");
  const domain = email.slice(at + 1);
  if (at < 0 || /^[!-~]*$/.test(domain) || !URL.canParse(`http://${domain}`)) return email;
  return `${email.slice(0, at)}@${new URL(`http://${domain}`).hostname}`;
};

export const domainOf = (email: string): string => {
  const ascii = asciiAddress(email);
  return ascii.slice(ascii.lastIndexOf("@") + 1);
};
