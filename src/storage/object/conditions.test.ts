import { DatabaseSync } from "node:sqlite";
import { describe } from "vitest";
import { nodeSql } from "../../../test/support/node-sql.ts";
import { conditionProperties } from "../../domain/segment/condition-properties.test-suite.ts";
import { layOut } from "./layout.ts";
import { SqliteHistory } from "./sqlite-history.ts";

describe("conditions over the object's own database equal a naive oracle that rescans all history", () => {
  conditionProperties(() => {
    const sql = nodeSql(new DatabaseSync(":memory:"));
    layOut(sql);
    return new SqliteHistory(sql);
  }, 300);
});
