/** Every text in blocks, with its place: `blocks[2].text`. A condition is read as one, a list that is gone through as what does it. */
export const textsOf = (value: unknown, path: string): readonly { readonly path: string; readonly text: string }[] => {
  if (typeof value === "string") return [{ path, text: path.endsWith(".if") ? `{% if ${value} %}{% endif %}` : value }];
  if (Array.isArray(value)) return value.flatMap((item: unknown, index) => textsOf(item, `${path}[${index}]`));
  if (typeof value !== "object" || value === null) return [];
  if ("type" in value && value.type === "partial" && "key" in value)
    return [{ path: `${path}.key`, text: `{% partial "${String(value.key)}" %}` }];
  return Object.entries(value).flatMap(([name, field]) => textsOf(field, `${path}.${name}`));
};
