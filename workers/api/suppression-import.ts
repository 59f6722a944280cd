import { badInput } from "./problem.ts";

/** A row as it was written; checked by whoever reads it. */
export type ImportedAddress = Readonly<Record<string, unknown>>;

/**
 * CSV (RFC 4180) with the names of the columns in its first line; empty fields are left out. @throws Fault bad-input
 */
export const readCsv = (text: string): readonly ImportedAddress[] => {
  const [head = [], ...rows] = recordsOf(text);
  const names = head.map((name) => name.trim().toLowerCase());
  if (!names.includes("address")) throw badInput("csv", "the first line names the columns: channel, address, reason");
  return rows.map((row) =>
    Object.fromEntries(
      names.flatMap((name, index) => {
        const field = row[index]?.trim() ?? "";
        return ["channel", "address", "reason"].includes(name) && field !== "" ? [[name, field] as const] : [];
      }),
    ),
  );
};

/** Lines of fields; quotes hold commas, line ends and doubled quotes. Empty lines are left out. */
const recordsOf = (text: string): readonly (readonly string[])[] => {
  const records: string[][] = [];
  let record: string[] = [];
  let field = "";
  let isQuoted = false;
  const endRecord = (): void => {
    record.push(field);
    if (record.some((one) => one !== "")) records.push(record);
    record = [];
    field = "";
  };
  for (let at = text.startsWith("\ufeff") ? 1 : 0; at < text.length; at++) {
    const character = text[at] ?? "";
    if (isQuoted) {
      if (character !== '"') field += character;
      else if (text[at + 1] === '"') {
        field += '"';
        at++;
      } else isQuoted = false;
    } else if (character === '"' && field === "") isQuoted = true;
    else if (character === ",") {
      record.push(field);
      field = "";
    } else if (character === "\n" || character === "\r") endRecord();
    else field += character;
  }
  if (isQuoted) throw badInput("csv", "a quote is not closed");
  endRecord();
  return records;
};

/** One JSON object per line. @throws Fault bad-input */
export const readJsonLines = (text: string): readonly ImportedAddress[] =>
  text.split(/\r?\n/).flatMap((line, index) => {
    if (line.trim() === "") return [];
    try {
      const value: unknown = JSON.parse(line);
      if (typeof value === "object" && value !== null && !Array.isArray(value)) return [{ ...value }];
    } catch {
      // Said below.
    }
    throw badInput("jsonLines", `line ${index + 1} is no JSON object`);
  });

/** A line of CSV. What a spreadsheet would take for a formula is kept from being one. */
export const writeCsvRow = (fields: readonly string[]): string => `${fields.map(csvField).join(",")}\r\n`;

const csvField = (text: string): string => {
  const safe = /^[=@\t\r]|^[+-](?![\d(][\d\s().-]*$)/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
};
