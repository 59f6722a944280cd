import { bytesOf, toBase64 } from "../bytes.ts";
import type { Mail } from "./mail.ts";
import { asciiAddress, phrase, type Mailbox } from "./mailbox.ts";

export interface MimeOptions {
  /** Without angle brackets. */
  readonly messageId: string;
  /** ms since the epoch; left out where the server writes it. */
  readonly date?: number;
  /** Sets the parts apart; the same message always has the same. */
  readonly boundary: string;
}

/**
 * The mail as RFC 5322 and MIME text: ASCII only, lines end in CRLF and have at most 998 characters. Blind copies are not in it:
 * they are the envelope's.
 */
export function buildMime(mail: Mail, { messageId, date, boundary }: MimeOptions): string {
  const headers: (readonly [string, string | undefined])[] = [
    ["From", addresses([mail.from])],
    ["To", addresses([mail.to])],
    ["Cc", mail.cc.length > 0 ? addresses(mail.cc) : undefined],
    ["Reply-To", mail.replyTo && addresses([mail.replyTo])],
    ["Subject", encodeText(mail.subject)],
    ["Date", date === undefined ? undefined : new Date(date).toUTCString().replace("GMT", "+0000")],
    ["Message-ID", `<${messageId}>`],
    ...Object.entries(encodeHeaders(mail.headers)),
    ["MIME-Version", "1.0"],
  ];
  const written = headers.flatMap(([name, value]) => (value === undefined ? [] : [fold(`${name}: ${value}`)]));
  return `${written.join("\r\n")}\r\n${bodyOf(mail, boundary)}`;
}

const addresses = (mailboxes: readonly Mailbox[]): string => mailboxes.map(encodeMailbox).join(", ");

/** A mailbox in ASCII: the name as encoded words where it needs them, the domain by IDNA. */
export const encodeMailbox = ({ email, name }: Mailbox): string => {
  const ascii = asciiAddress(email);
  // What is no address stays none, but adds nothing to the header that is not ASCII.
  const address = /^[ -~]*$/.test(ascii) ? ascii : encodeText(ascii);
  if (name === undefined) return address;
  const encoded = encodeText(name);
  return `${encoded === name ? phrase(name) : encoded} <${address}>`;
};

/** Bytes of UTF-8 in one encoded word: 75 characters with "=?UTF-8?B?" and "?=" about them (RFC 2047, 2). */
const bytesPerWord = 45;

/** A line may have 998 characters and breaks between words only (RFC 5322, 2.1.1): room for a name before it. */
const longestWord = /[^ ]{870}/;

/** A message's further headers in ASCII. Some have a form of their own ("<https://…?a=?b>"), so nothing is encoded that need not be. */
export const encodeHeaders = (headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, isSayable(value) ? value : encodeText(value)]));

const isSayable = (value: string): boolean => /^[ -~]*$/.test(value) && (value.startsWith("<") || !longestWord.test(value));

/** Text of a header: as it is where it is printable ASCII, else as encoded words that break between characters only. */
export const encodeText = (text: string): string => {
  // What looks like an encoded word would be read as one.
  if (/^[ -~]*$/.test(text) && !text.includes("=?") && !longestWord.test(text)) return text;
  const words: string[] = [];
  let word = "";
  for (const character of text) {
    if (bytesOf(word + character).length > bytesPerWord) {
      words.push(word);
      word = "";
    }
    word += character;
  }
  words.push(word);
  return words.map((one) => `=?UTF-8?B?${toBase64(bytesOf(one))}?=`).join(" ");
};

/** Breaks a header between words so that lines keep to 78 characters where they can (RFC 5322, 2.2.3). */
const fold = (header: string): string => {
  const lines: string[] = [];
  let line = "";
  for (const word of header.split(" ")) {
    // The name stays with its first word, and a line of blanks alone is not allowed.
    if (line !== "" && !line.endsWith(":") && line.trim() !== "" && line.length + 1 + word.length > 78) {
      lines.push(line);
      line = "";
    }
    line = line === "" && lines.length === 0 ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines.join("\r\n");
};

function bodyOf(mail: Mail, boundary: string): string {
  const images = mail.images.map((image) => filePart(image, "inline", image.contentId));
  const html = mail.html === undefined ? undefined : textPart("text/html", mail.html);
  // Images belong to the HTML alone (RFC 2387); without one they are files.
  const shown = html === undefined || images.length === 0 ? html : multipart("related", `${boundary}-r`, [html, ...images]);
  const texts = [...(mail.text === undefined ? [] : [textPart("text/plain", mail.text)]), ...(shown === undefined ? [] : [shown])];
  const [only] = texts;
  const content = texts.length === 1 && only !== undefined ? only : multipart("alternative", `${boundary}-a`, texts);
  const files = [...mail.attachments.map((file) => filePart(file, "attachment")), ...(html === undefined ? images : [])];
  return files.length === 0 ? content : multipart("mixed", `${boundary}-m`, [content, ...files]);
}

/** "=_" never occurs in quoted-printable or base64, so no content can end a part early. */
const multipart = (kind: "alternative" | "mixed" | "related", boundary: string, parts: readonly string[]): string => {
  const mark = `=_${boundary}`;
  return `Content-Type: multipart/${kind};\r\n boundary="${mark}"\r\n\r\n${parts.map((part) => `--${mark}\r\n${part}\r\n`).join("")}--${mark}--\r\n`;
};

const textPart = (type: string, text: string): string =>
  `Content-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n${quotedPrintable(text)}`;

const filePart = ({ name, type, content }: Mail["attachments"][number], as: "attachment" | "inline", contentId?: string): string => {
  const lines = content.replace(/\s+/g, "").match(/.{1,76}/g) ?? [];
  return `Content-Type: ${safeType(type)}\r\nContent-Transfer-Encoding: base64\r\n${contentId === undefined ? "" : `Content-ID: <${contentId}>\r\n`}Content-Disposition: ${as};\r\n ${fileName(name)}\r\n\r\n${lines.join("\r\n")}`;
};

const safeType = (type: string): string => (/^[\w.+-]+\/[\w.+-]+$/.test(type) ? type : "application/octet-stream");

/** RFC 2231 for names that are not plain ASCII. */
const fileName = (name: string): string => {
  if (/^[ -~]*$/.test(name)) return `filename="${name.replace(/["\\]/g, "\\$&")}"`;
  const encoded = [...bytesOf(name)].map((byte) => {
    const character = String.fromCharCode(byte);
    return /[A-Za-z0-9._-]/.test(character) ? character : `%${hexOf(byte)}`;
  });
  return `filename*=UTF-8''${encoded.join("")}`;
};

const hexOf = (byte: number): string => byte.toString(16).toUpperCase().padStart(2, "0");

/** RFC 2045, 6.7: lines of at most 76 characters, blanks at a line's end written out. */
export const quotedPrintable = (text: string): string =>
  text
    .split(/\r\n|\r|\n/)
    .map(quotedLine)
    .join("\r\n");

const quotedLine = (line: string): string => {
  const units = [...bytesOf(line)].map((byte) =>
    (byte >= 33 && byte <= 126 && byte !== 61) || byte === 32 || byte === 9 ? String.fromCharCode(byte) : `=${hexOf(byte)}`,
  );
  const last = units.at(-1);
  if (last === " " || last === "\t") units[units.length - 1] = `=${hexOf(last.charCodeAt(0))}`;
  const lines: string[] = [];
  let current = "";
  for (const unit of units) {
    // One character is kept for the "=" of a soft break.
    if (current.length + unit.length > 75) {
      lines.push(`${current}=`);
      current = "";
    }
    current += unit;
  }
  lines.push(current);
  return lines.join("\r\n");
};
