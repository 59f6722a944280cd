import { describe, expect, it } from "vitest";
import { providerSchema } from "../../src/channels/provider-definition.ts";
import { contents, samples } from "../../src/channels/providers/conformance-samples.ts";
import { expo } from "../../src/channels/providers/expo.ts";
import { fcm } from "../../src/channels/providers/fcm.ts";
import { onesignal } from "../../src/channels/providers/onesignal.ts";
import { webPush } from "../../src/channels/providers/web-push.ts";
import { appServer, portsAt, pushTo } from "../../src/channels/push/push-kit.ts";
import type { HttpCall } from "../../src/channels/provider.ts";
import type { Outcome } from "../../src/domain/message/message.ts";
import { contentOf, officialContract, schemaOf } from "./official.ts";

const kinds = { fcm, expo, onesignal };
const pathOf = { fcm: "/v1/projects/{project_id}/messages:send", expo: "/--/api/v2/push/send", onesignal: "/notifications" };
const contractOf = { fcm: officialContract("fcm-v1"), expo: officialContract("expo-push"), onesignal: officialContract("onesignal") };
type Name = keyof typeof kinds;
const names: readonly Name[] = ["fcm", "expo", "onesignal"];

const requestOf = (name: Name, full: boolean): HttpCall => {
  const sample = samples[name];
  if (sample?.to === undefined) throw new Error(`expected a sample of ${name} with a token`);
  const { settings } = providerSchema.parse({ key: "p", type: name, channel: "push", settings: sample.settings });
  const message = { ...pushTo(sample.to), ...(full && contents["push"] && { content: contents["push"] }) };
  const kind = kinds[name];
  // The settings were just checked against the kind's own schema.
  return kind.request(message, settings as never, kind.baseUrl ?? "");
};

describe.each(names)("%s against its official contract", (name) => {
  const contract = contractOf[name];
  const operation = contract?.paths[pathOf[name]]?.["post"];

  it.skipIf(contract === undefined).each([
    ["the least", false],
    ["everything", true],
  ])("a message with %s is a valid request", (_, full) => {
    if (!contract || !operation) throw new Error(`expected POST ${pathOf[name]}`);
    const { method, url, body } = requestOf(name, full);
    const path = pathOf[name].replace("{project_id}", "shop-1234");
    expect([method, new URL(url).pathname]).toEqual(["POST", path]);
    if (name !== "fcm") expect(url).toBe(`${contract.servers[0]?.url}${path}`);
    const checked = schemaOf(contract, contentOf(contract, operation)["application/json"]?.schema).safeParse(JSON.parse(String(body)));
    expect(checked).toMatchObject({ success: true });
  });

  it.skipIf(contract === undefined)("the check finds what is wrong", () => {
    if (!contract || !operation) throw new Error(`expected POST ${pathOf[name]}`);
    const schema = schemaOf(contract, contentOf(contract, operation)["application/json"]?.schema);
    for (const wrong of [{}, { message: { token: 1 } }, [{ to: "x" }]]) expect(schema.safeParse(wrong).success).toBe(false);
  });
});

const outcomes: Readonly<Record<Name, Readonly<Record<string, Outcome["kind"]>>>> = {
  fcm: {
    200: "accepted",
    // It names neither the token nor any field: nobody's device goes for it.
    400: "rejected",
    401: "misconfigured",
    403: "unreachable",
    404: "unreachable",
    429: "retry",
    500: "retry",
    503: "retry",
  },
  expo: { 200: "accepted", 400: "rejected", 401: "misconfigured", 429: "retry", 503: "retry" },
  onesignal: { 200: "accepted", 400: "rejected", 403: "misconfigured", 429: "retry", 503: "retry" },
};

describe.each(names.flatMap((name) => Object.entries(outcomes[name]).map(([status, outcome]) => [name, status, outcome] as const)))(
  "%s's example of a %s answer",
  (name, status, outcome) => {
    const contract = contractOf[name];
    it.skipIf(contract === undefined)(`is read as ${outcome}`, () => {
      const example = contract?.paths[pathOf[name]]?.["post"]?.responses[status]?.content?.["application/json"]?.example;
      if (example === undefined) throw new Error(`expected an example of ${status}`);
      const body = JSON.stringify(example);
      expect(kinds[name].outcome({ kind: "answer", status: Number(status), headers: {}, body, complete: true, at: 0 }).kind).toBe(outcome);
    });
  },
);

describe.skipIf(contractOf.expo === undefined)("expo's receipts against its contract", () => {
  const operation = contractOf.expo?.paths["/--/api/v2/push/getReceipts"]?.["post"];

  it("are asked for by a valid request, and its example is read", () => {
    if (!contractOf.expo || !operation || !expo.receipts) throw new Error("expected POST getReceipts");
    const { url, body } = expo.receipts.request(["a", "b"], {}, expo.baseUrl ?? "");
    expect(url).toBe(`${contractOf.expo.servers[0]?.url}/--/api/v2/push/getReceipts`);
    const schema = contentOf(contractOf.expo, operation)["application/json"]?.schema;
    expect(schemaOf(contractOf.expo, schema).safeParse(JSON.parse(String(body)))).toMatchObject({ success: true });
    const example = JSON.stringify(operation.responses["200"]?.content?.["application/json"]?.example);
    const told = expo.receipts.read({ kind: "answer", status: 200, headers: {}, body: example, complete: true, at: 0 });
    expect([...(told ?? [])]).toEqual([["XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX", {}]]);
  });
});

const webContract = officialContract("webpush");

describe.skipIf(webContract === undefined)("web-push against RFC 8030's contract", () => {
  const operation = webContract?.paths["/push/{endpoint}"]?.["post"];

  it("sends the headers that a push service asks for, as it wants them", async () => {
    const sample = samples["web-push"];
    if (!webContract || !operation || sample?.to === undefined || !contents["push"]) throw new Error("expected the contract and a sample");
    const settings = { ...appServer, subject: "mailto:ops@example.com" };
    const message = { ...pushTo(sample.to), content: contents["push"] };
    const call = await webPush.authorize?.(webPush.request(message, settings, ""), settings, portsAt(0).ports, message);
    for (const { in: place, name, schema } of operation.parameters ?? []) {
      if (place !== "header") continue;
      const value = call?.headers[name.toLowerCase()];
      const isWhole = (schema as { readonly type?: string }).type === "integer";
      expect([name, schemaOf(webContract, schema).safeParse(isWhole ? Number(value) : value)]).toMatchObject([name, { success: true }]);
    }
    expect(call?.body).toBeInstanceOf(Uint8Array);
  });

  it.each(Object.keys(operation?.responses ?? {}))("has a meaning for its answer %s", (status) => {
    const expected = {
      "201": "accepted",
      "202": "accepted",
      "400": "rejected",
      "401": "misconfigured",
      "403": "misconfigured",
      "404": "unreachable",
      "410": "unreachable",
      "413": "rejected",
      "429": "retry",
      "500": "uncertain",
      "503": "retry",
    }[status];
    expect(webPush.outcome({ kind: "answer", status: Number(status), headers: {}, body: "", complete: true, at: 0 }).kind).toBe(expected);
  });
});
