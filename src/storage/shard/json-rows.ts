/** D1 takes at most 2 MB in one parameter; half of it leaves room for multi-byte characters. */
const charactersPerParameter = 500_000;

/**
 * Rows as JSON texts for `json_each(?1)`, each small enough for one bound parameter: a statement takes 100 parameters, so
 * bulk writes pass all their rows in one. A row that is too large alone still gets a text of its own.
 */
export const jsonRows = (rows: readonly (readonly unknown[])[]): readonly string[] => {
  const texts: string[] = [];
  let part: string[] = [];
  let size = 0;
  for (const row of rows) {
    const text = JSON.stringify(row);
    if (size + text.length > charactersPerParameter && part.length > 0) {
      texts.push(`[${part.join()}]`);
      part = [];
      size = 0;
    }
    part.push(text);
    size += text.length + 1;
  }
  if (part.length > 0) texts.push(`[${part.join()}]`);
  return texts;
};
