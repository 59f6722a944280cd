import * as z from "zod";
import { comparableAddress } from "../../src/domain/consent/comparable-address.ts";
import { isComplaint } from "../../src/domain/consent/suppression.ts";
import { Fault } from "../../src/domain/fault.ts";
import { e164 } from "../../src/domain/message/e164.ts";
import type { ListedAddress } from "../../src/storage/shard/suppressions.ts";
import { badInput, refusal } from "./problem.ts";

/** Addresses one call may bring, and bytes of its body. */
export const maxAddresses = 100_000;
export const maxImportBytes = 10_000_000;
/** Refused rows that are named one by one. */
const maxNamed = 1_000;

/** Channels whose messages go to an address that somebody may know. */
export const channel = z.enum(["email", "sms", "whatsapp", "push", "slack"]);
export const address = z.string().trim().min(1).max(320);

const imported = z.strictObject({ channel: channel.default("email"), address, reason: z.string().min(1).max(500).default("imported") });

/** Of the body's forms one. */
export const importSchema = z
  .strictObject({
    items: z.array(z.unknown()).max(maxAddresses).optional().describe("each {address, channel?, reason?}"),
    csv: z
      .string()
      .max(maxImportBytes)
      .optional()
      .describe("first line: the names of the columns, address (or email), channel, reason; address alone is enough; also with ; or tabs"),
    jsonLines: z.string().max(maxImportBytes).optional(),
  })
  .refine((body) => Object.values(body).filter((one) => one !== undefined).length === 1, "one of items, csv and jsonLines");

export const importAnswer = z.object({
  listed: z.int().describe("different addresses that are on the list now"),
  rejected: z.int(),
  problems: z
    .array(z.object({ line: z.int(), path: z.string(), message: z.string() }))
    .describe("of the first thousand refused: line of the text, or place among the items, from 1"),
});

/** A row as it was written, and where: line of the text or place among the items, from 1. */
interface Row {
  readonly line: number;
  readonly value: unknown;
}

interface Import {
  readonly addresses: readonly ListedAddress[];
  readonly answer: z.output<typeof importAnswer>;
}

/**
 * What can be listed is, what cannot is named: one bad line must not keep a thousand people from being left alone.
 *
 * @throws Fault bad-input where nothing can be listed, too-large
 */
export const readImport = ({ items, csv, jsonLines }: z.output<typeof importSchema>): Import => {
  const rows: readonly Row[] =
    csv !== undefined
      ? readCsv(csv)
      : jsonLines !== undefined
        ? readJsonLines(jsonLines)
        : (items ?? []).map((value, index) => ({ line: index + 1, value }));
  if (rows.length === 0) throw badInput("items", "there is no address in it");
  if (rows.length > maxAddresses) throw new Fault("too-large", `A call may bring ${maxAddresses} addresses`);
  const byAddress = new Map<string, ListedAddress>();
  const problems: { readonly line: number; readonly path: string; readonly message: string }[] = [];
  for (const { line, value } of rows) {
    const read = readRow(value);
    if ("problem" in read) {
      problems.push({ line, ...read.problem });
      continue;
    }
    const key = `${read.channel}:${read.address}`;
    const before = byAddress.get(key);
    if (before === undefined || (isComplaint(read.reason) && !isComplaint(before.reason))) byAddress.set(key, read);
  }
  const named = problems.slice(0, maxNamed);
  if (byAddress.size === 0)
    throw refusal(
      "bad-input",
      named.map(({ line, path, message }) => ({ path: `line ${line}${path === "" ? "" : `, ${path}`}`, message })),
    );
  return { addresses: [...byAddress.values()], answer: { listed: byAddress.size, rejected: problems.length, problems: named } };
};

const readRow = (value: unknown): ListedAddress | { readonly problem: { readonly path: string; readonly message: string } } => {
  const read = imported.safeParse(value);
  if (!read.success) {
    const issue = read.error.issues[0];
    return { problem: { path: issue?.path.join(".") ?? "", message: issue?.message ?? "is no address" } };
  }
  const wrong = wrongWith(read.data);
  return wrong === undefined
    ? { ...read.data, address: comparableAddress(read.data.channel, read.data.address) }
    : { problem: { path: "address", message: wrong } };
};

/** An address that nothing is ever sent to would be listed for nothing, and whoever meant another one still be written to. */
const wrongWith = ({ channel: by, address: given }: Omit<ListedAddress, "reason">): string | undefined => {
  const plain = comparableAddress(by, given);
  if (by === "email") return /^[^\s@,;<>]+@[^\s@,;<>]+$/.test(plain) ? undefined : "is no email address";
  if (by !== "sms" && by !== "whatsapp") return undefined;
  const number = e164(plain);
  return number.ok ? undefined : number.reason;
};

const columns: Readonly<Record<string, string>> = { channel: "channel", address: "address", email: "address", reason: "reason" };

/**
 * CSV (RFC 4180) with the names of the columns in its first line; other columns and empty fields are left out.
 *
 * @throws Fault bad-input
 */
const readCsv = (text: string): readonly Row[] => {
  const [head, ...records] = recordsOf(text);
  const names = head?.fields.map((name) => columns[name.trim().toLowerCase()]) ?? [];
  if (!names.includes("address")) throw badInput("csv", "the first line names the columns: channel, address, reason");
  return records.map(({ line, fields }) => ({
    line,
    value: Object.fromEntries(
      names.flatMap((name, index) => {
        const field = fields[index]?.trim() ?? "";
        return name === undefined || field === "" ? [] : [[name, field] as const];
      }),
    ),
  }));
};

interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

/** Lines of fields; quotes hold separators, line ends and doubled quotes. Empty lines are left out. @throws Fault bad-input */
const recordsOf = (text: string): readonly CsvRecord[] => {
  const head = /^[^\r\n]*/.exec(text)?.[0] ?? "";
  // Spreadsheets write what their country takes for a comma.
  const separator = head.includes(",") ? "," : head.includes(";") ? ";" : head.includes("\t") ? "\t" : ",";
  const records: CsvRecord[] = [];
  let fields: string[] = [];
  let field = "";
  let isQuoted = false;
  let line = 1;
  let began = 1;
  const endRecord = (): void => {
    fields.push(field);
    if (fields.some((one) => one !== "")) records.push({ line: began, fields });
    fields = [];
    field = "";
  };
  for (let at = text.startsWith("\ufeff") ? 1 : 0; at < text.length; at++) {
    const character = text[at] ?? "";
    const isLineEnd = character === "\n" || (character === "\r" && text[at + 1] !== "\n");
    if (isLineEnd) line++;
    if (isQuoted) {
      if (character !== '"') field += character;
      else if (text[at + 1] === '"') {
        field += '"';
        at++;
      } else isQuoted = false;
    } else if (character === '"' && field === "") isQuoted = true;
    else if (character === separator) {
      fields.push(field);
      field = "";
    } else if (isLineEnd) {
      endRecord();
      began = line;
    } else if (character !== "\r") field += character;
  }
  if (isQuoted) throw badInput("csv", `a quote in line ${began} is not closed`);
  endRecord();
  return records;
};

/** One JSON object per line; what is none is refused with its row. */
const readJsonLines = (text: string): readonly Row[] =>
  text.split(/\r?\n/).flatMap((line, index) => (line.trim() === "" ? [] : [{ line: index + 1, value: parsed(line) }]));

const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};
