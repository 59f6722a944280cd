import { readBounded } from "../read-bounded.ts";

export type Form = ReadonlyMap<string, readonly string[]>;

/** Fields of a form of at most so many bytes, by name; what is no form has none. Files are left out. */
export const readForm = async (request: Request, maxBytes: number): Promise<Form | "too-large"> => {
  const type = request.headers.get("content-type") ?? "";
  const bytes = await readBounded(request.body, maxBytes);
  const fields = new Map<string, string[]>();
  if (bytes === undefined) return "too-large";
  if (!/^(?:application\/x-www-form-urlencoded|multipart\/form-data)\b/i.test(type)) return fields;
  try {
    const form = await new Response(bytes, { headers: { "content-type": type } }).formData();
    for (const [name, value] of form) if (typeof value === "string") fields.set(name, [...(fields.get(name) ?? []), value]);
  } catch {
    // Not what its type says: whoever posts to a signed address means it all the same.
  }
  return fields;
};
