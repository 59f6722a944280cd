import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";

const root = path.join(import.meta.dirname, "../..");

/** The only places that open a connection, and what each checks before it does. */
const waysOut: Readonly<Record<string, string>> = {
  "workers/outbound.ts": "refusedAddress(",
  "workers/delivery/send-mail.ts": "refusedServer(", // which asks refusedAddress
  // Called by callOutbound once the address is checked, and asks only this very machine.
  "workers/delivery/is-listening.ts": "isLoopback(",
};

const sources = ["src", "workers"].flatMap((folder) =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .map((file) => `${folder}/${file.replaceAll("\\", "/")}`)
    .filter((file) => /(?<!\.d|\.test|\.test-suite|\.test-support)\.ts$/.test(file))
    .map((file) => ({ file, source: readFileSync(path.join(root, file), "utf8").replaceAll(/\/\*[^]*?\*\/|\/\/[^\n]*/g, "") })),
);

/** A call of the platform's own fetch or connect, or a socket: not a method of that name, nor its definition. */
const opens =
  /(?<![.\w#]|async |function )(?:fetch|connect)\((?![^()]*\)(?::[^{;]+)?\s*\{)|globalThis\.fetch|new (?:WebSocket|EventSource)\(|from "(?:node:(?:net|tls|https?|dgram)|cloudflare:sockets)"/;

it("connections are opened in three places only, each of which checks the address first", () => {
  expect(sources.length).toBeGreaterThan(300);
  expect(sources.flatMap(({ file, source }) => (opens.test(source) ? [file] : [])).toSorted()).toEqual(Object.keys(waysOut).toSorted());
  for (const [file, check] of Object.entries(waysOut)) {
    const source = sources.find((one) => one.file === file)?.source ?? "";
    const body = source.slice(source.indexOf("export "));
    expect([file, body.indexOf(check) >= 0 && body.indexOf(check) < body.search(opens)]).toEqual([file, true]);
  }
});

it("would find a new one", () => {
  for (const text of [
    "await fetch(url)",
    "const s = connect({ hostname })",
    "new WebSocket(url)",
    "globalThis.fetch(x)",
    'from "node:net"',
  ])
    expect([text, opens.test(text)]).toEqual([text, true]);
  for (const text of ["loaded.api.fetch(request, env)", "async fetch(request, env, ctx) {", "await this.#fetch(x)", "stub.fetch(r)"])
    expect([text, opens.test(text)]).toEqual([text, false]);
});
