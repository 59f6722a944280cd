import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { nodeSql } from "../../../test/support/node-sql.ts";
import { historyCases } from "../../domain/user/history-conformance.test-suite.ts";
import type { Message } from "../../domain/message/message.ts";
import { layOut } from "./layout.ts";
import { SqliteHistory } from "./sqlite-history.ts";

const newHistory = (changed?: ReadonlyMap<string, Message>): SqliteHistory => {
  const sql = nodeSql(new DatabaseSync(":memory:"));
  layOut(sql);
  return new SqliteHistory(sql, changed);
};

describe("SqliteHistory keeps the rules of History", () => {
  it.each(historyCases)("$name", ({ run }) => {
    expect(() => run(newHistory())).not.toThrow();
  });

  it("a message decided in this transaction is seen before it is written", () => {
    const message: Message = { id: "m1", channel: "email", template: "t", status: "queued", createdAt: 1, attempts: 0 };
    expect(newHistory(new Map([["m1", message]])).message("m1")).toBe(message);
    expect(newHistory().message("m1")).toBeUndefined();
  });
});
