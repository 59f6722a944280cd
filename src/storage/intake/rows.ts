import type { Part } from "./parts.ts";

/** How long a row may wait for its events to be applied before the sweep sends it again. */
const firstRetryMs = 30_000;

/** D1 takes 100 parameters a statement, a row takes 4: cheaper than one JSON parameter, which would escape every body once more. */
const rowsPerStatement = 25;

const statementTexts = new Map<number, string>();

const statementText = (rows: number): string => {
  const known = statementTexts.get(rows);
  if (known !== undefined) return known;
  const values = Array.from({ length: rows }, (_, row) => {
    const first = row * 4 + 1;
    return `(?${first},?${first + 1},?${first + 2},?${first + 3},?${first + 3}+${firstRetryMs})`;
  });
  const text = `INSERT INTO intake (id, workspace, body, received_at, retry_at) VALUES ${values.join(",")}`;
  statementTexts.set(rows, text);
  return text;
};

/** Writes parts into the intake, all or none, in one round trip. Throws when D1 does not confirm. */
export const insertParts = async (db: D1Database, parts: readonly Part[]): Promise<void> => {
  const statements: D1PreparedStatement[] = [];
  for (let from = 0; from < parts.length; from += rowsPerStatement) {
    const rows = parts.slice(from, from + rowsPerStatement);
    statements.push(
      db.prepare(statementText(rows.length)).bind(...rows.flatMap((part) => [part.id, part.workspace, part.body, part.receivedAt])),
    );
  }
  const [only] = statements;
  if (statements.length === 1 && only !== undefined) await only.run();
  else if (statements.length > 1) await db.batch(statements);
};
