/** More than any of our pages, or a mail provider, sends. */
const MAX_BYTES = 64 * 1024;

/** Fields of a form, by name; what is no form has none, what is too large neither. Files are left out. */
export const readForm = async (request: Request): Promise<ReadonlyMap<string, readonly string[]>> => {
  const type = request.headers.get("content-type") ?? "";
  const bytes = await bounded(request);
  const fields = new Map<string, string[]>();
  if (bytes === undefined || !/^(?:application\/x-www-form-urlencoded|multipart\/form-data)\b/i.test(type)) return fields;
  try {
    const form = await new Response(bytes, { headers: { "content-type": type } }).formData();
    for (const [name, value] of form) if (typeof value === "string") fields.set(name, [...(fields.get(name) ?? []), value]);
  } catch {
    // Not what its type says: whoever posts to a signed address means it all the same.
  }
  return fields;
};

const bounded = async (request: Request): Promise<Uint8Array<ArrayBuffer> | undefined> => {
  if (request.body === null) return undefined;
  const reader = request.body.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.byteLength;
    if (length > MAX_BYTES) {
      await reader.cancel();
      return undefined;
    }
    parts.push(value);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
};
