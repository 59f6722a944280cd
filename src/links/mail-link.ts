import { LINKS_PATH } from "./message-link.ts";

/** What a link and the subject of a mail both carry: the message and its signature. */
const TOKEN = /[A-Za-z0-9_-]{3,200}\.[A-Za-z0-9_-]{22}(?![A-Za-z0-9_-])/;

/** The address (RFC 6068) that a mail program writes to for unsubscribing: who it is about stands in the subject, signed as in the link. */
export const mailTo = (mailbox: string, unsubscribe: string): string =>
  `mailto:${mailbox}?subject=${encodeURIComponent(`unsubscribe ${unsubscribe.slice(unsubscribe.lastIndexOf("/") + 1)}`)}`;

/** The link that a mail's subject stands for; undefined where there is none in it. Whether it is ours its signature says. */
export const linkInSubject = (subject: string): URL | undefined => {
  const token = TOKEN.exec(decodedWords(subject).replace(/\r?\n[ \t]+/g, " "))?.[0];
  return token === undefined ? undefined : new URL(`${LINKS_PATH}u/${token}`, "https://mail.invalid");
};

/** Encoded words (RFC 2047) as the text they stand for; some programs write every subject so. Blanks between two of them are none. */
const decodedWords = (text: string): string =>
  text.replace(/\?=\s+=\?/g, "?==?").replace(/=\?[^?\s]{1,40}\?([BQ])\?([^?\s]*)\?=/gi, (whole, encoding: string, content: string) => {
    if (encoding.toUpperCase() === "Q")
      return content.replace(/_/g, " ").replace(/=([0-9A-F]{2})/gi, (_byte, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    try {
      return atob(content);
    } catch {
      return whole;
    }
  });
