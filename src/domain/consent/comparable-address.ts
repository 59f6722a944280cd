import { asciiDomain } from "./ascii-domain.ts";

/** Marks without width that come along when an address is copied: they are seen by nobody. */
const unseen = /[\u200b-\u200f\u202a-\u202e\u2060\ufeff]/g;

/**
 * How an address is compared: of an email address the case, a name before it and how accents and domains in other scripts are written say nothing, of a
 * telephone number the marks between digits. What comes after a plus stays: it is another address to whoever it belongs to.
 */
export const comparableAddress = (channel: string, address: string): string => {
  const plain = address.replace(unseen, "");
  if (channel === "email") {
    const [local, domain] = parts((/<([^<>]+)>\s*$/.exec(plain)?.[1] ?? plain).trim());
    return `${local.normalize("NFC").toLowerCase()}${domain === "" ? "" : `@${asciiDomain(domain)}`}`;
  }
  return channel === "sms" || channel === "whatsapp" ? plain.replace(/[\s().-]/g, "") : plain.trim();
};

const parts = (address: string): readonly [local: string, domain: string] => {
  const at = address.lastIndexOf("@");
  return at === -1 ? [address, ""] : [address.slice(0, at), address.slice(at + 1)];
};
