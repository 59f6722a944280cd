export type Form = ReadonlyMap<string, readonly string[]>;

/** Fields of a form of at most so many bytes, by name; what is no form has none. Files are left out. */
export const readForm = async (request: Request, maxBytes: number): Promise<Form | "too-large"> => {
  const type = request.headers.get("content-type") ?? "";
  const bytes = await bounded(request, maxBytes);
  const fields = new Map<string, string[]>();
  if (bytes === "too-large") return bytes;
  if (!/^(?:application\/x-www-form-urlencoded|multipart\/form-data)\b/i.test(type)) return fields;
  try {
    const form = await new Response(bytes, { headers: { "content-type": type } }).formData();
    for (const [name, value] of form) if (typeof value === "string") fields.set(name, [...(fields.get(name) ?? []), value]);
  } catch {
    // Not what its type says: whoever posts to a signed address means it all the same.
  }
  return fields;
};

const bounded = async (request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer> | "too-large"> => {
  if (request.body === null) return new Uint8Array();
  const reader = request.body.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.byteLength;
    if (length > maxBytes) {
      await reader.cancel();
      return "too-large";
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
