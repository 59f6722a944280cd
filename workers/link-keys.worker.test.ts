import { expect, it } from "vitest";
import { linkTo, readLink } from "../src/links/message-link.ts";
import { bindings } from "./api/client.test-support.ts";
import { linkKeys } from "./link-keys.ts";

const secret = (letter: string): string => btoa(letter.repeat(32));

it("links signed before the secret was changed are read for as long as the earlier one is kept", async () => {
  const before = { ...bindings, TERN_SECRET: secret("a") };
  const [key = new Uint8Array()] = await linkKeys(before);
  const link = { workspace: "w", shard: 0, message: "m1", kind: "u" } as const;
  const url = new URL(linkTo("https://go.example.com", key, link));
  const after = { ...bindings, TERN_SECRET: secret("c") };
  expect(readLink(url, await linkKeys({ ...after, TERN_SECRET_PREVIOUS: `${secret("b")}, ${secret("a")}` }))).toEqual(link);
  expect(readLink(url, await linkKeys(after))).toBeUndefined();
  expect((await linkKeys(after))[0]).not.toEqual(key);
});
