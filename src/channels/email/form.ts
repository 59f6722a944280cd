import { bytesOf, fromBase64, type Bytes } from "../bytes.ts";

/** A file under the name of a field; `content` is base64. */
export interface FormFile {
  readonly field: string;
  readonly name: string;
  readonly type: string;
  readonly content: string;
}

/**
 * Fields as a form: URL-encoded, or multipart where files come with them (RFC 7578).
 * @param boundary Sets the parts apart; lengthened until it occurs in none of them.
 */
export function formOf(
  fields: readonly (readonly [string, string])[],
  files: readonly FormFile[],
  boundary: string,
): { readonly type: string; readonly body: string | Bytes } {
  if (files.length === 0)
    return {
      type: "application/x-www-form-urlencoded",
      body: new URLSearchParams(fields.map(([name, value]) => [name, value])).toString(),
    };
  const contents = files.map(({ content }) => fromBase64(content) ?? new Uint8Array());
  let mark = boundary;
  while (fields.some(([, value]) => value.includes(mark)) || contents.some((content) => includes(content, bytesOf(mark)))) mark += "-";
  const parts = [
    ...fields.map(([name, value]) => bytesOf(`--${mark}\r\nContent-Disposition: form-data; name="${quoted(name)}"\r\n\r\n${value}\r\n`)),
    ...files.flatMap(({ field, name, type }, index) => [
      bytesOf(
        `--${mark}\r\nContent-Disposition: form-data; name="${field}"; filename="${quoted(name)}"\r\nContent-Type: ${typeOf(type)}\r\n\r\n`,
      ),
      contents[index] ?? new Uint8Array(),
      bytesOf("\r\n"),
    ]),
    bytesOf(`--${mark}--\r\n`),
  ];
  const body = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    body.set(part, at);
    at += part.length;
  }
  return { type: `multipart/form-data; boundary=${mark}`, body };
}

/** As browsers write names of files and fields. */
const quoted = (name: string): string => name.replace(/"/g, "%22").replace(/\p{Cc}/gu, " ");

const typeOf = (type: string): string => (/^[\w.+-]+\/[\w.+-]+$/.test(type) ? type : "application/octet-stream");

const includes = (content: Uint8Array, wanted: Uint8Array): boolean => {
  const [first = 0] = wanted;
  for (let at = content.indexOf(first); at >= 0; at = content.indexOf(first, at + 1))
    if (wanted.every((byte, index) => content[at + index] === byte)) return true;
  return false;
};
