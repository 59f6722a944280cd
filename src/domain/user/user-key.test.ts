import { describe, expect, it } from "vitest";
import { objectNameOf, parseObjectName, userKeyOf, type UserKey } from "./user-key.ts";

describe("user keys", () => {
  it("an event with a userId goes to that user, whatever anonymousId it carries", () => {
    expect(userKeyOf({ userId: "1", anonymousId: "dev" })).toBe("u:1");
    expect(userKeyOf({ anonymousId: "dev" })).toBe("a:dev");
    expect(userKeyOf({})).toBeUndefined();
  });

  it("a user and an anonymous user of the same id are two", () =>
    expect(userKeyOf({ userId: "x" })).not.toBe(userKeyOf({ anonymousId: "x" })));

  it("objects are named by workspace and user, so that no two tenants meet, whatever ids look like", () => {
    const users: readonly UserKey[] = ["u:1", "a:1", "u:a:1", "u:b:u:1", "u:\n", "u:é:"];
    const names = ["a", "b", "a-b"].flatMap((workspace) =>
      users.map((user) => {
        expect(parseObjectName(objectNameOf(workspace, user))).toEqual({ workspace, user });
        return objectNameOf(workspace, user);
      }),
    );
    expect(new Set(names).size).toBe(names.length);
    for (const bad of ["", "w", "w:", "w:u", "w:u:", "w:x:1", ":u:1"]) expect(parseObjectName(bad)).toBeUndefined();
  });
});
