import { describe, expect, it, vi } from "vitest";
import { soon } from "../../test/support/workspace.ts";
import { newWorkspace, type TestWorkspace } from "./client.test-support.ts";

// The first call of a run loads the whole management API.
vi.setConfig({ testTimeout: 30_000 });

/** One template of each channel that messages go out by, with a value of the user's in it. */
const contents = {
  email: { subject: "Hi {{ user.name }}", html: "<p>Hi</p>" },
  sms: { body: "Hi {{ user.name }}" },
  whatsapp: { template: { name: "hello", language: "en", parameters: ["{{ user.name }}"] } },
  push: { title: "Hi {{ user.name }}", body: "Look", link: "https://shop.example/" },
  slack: { text: "Hi {{ user.name }}" },
  webhook: { url: "https://shop.example/hook", body: "{{ user.name | json }}" },
} as const;
type Reached = keyof typeof contents;
const channels = Object.keys(contents) as readonly Reached[]; // its own keys

interface Row {
  readonly channel: string;
  readonly to: string | null;
  readonly content: Readonly<Record<string, unknown>>;
}

const journey = {
  key: "all",
  name: "All",
  trigger: { type: "event", event: "Signed Up" },
  frequency: { type: "once" },
  start: channels[0],
  steps: {
    ...Object.fromEntries(
      channels.map((channel, index) => [channel, { type: "send", channel, template: `t-${channel}`, next: channels[index + 1] ?? "done" }]),
    ),
    done: { type: "exit" },
  },
};

const setUp = async (devices: readonly string[]): Promise<TestWorkspace> => {
  const ws = await newWorkspace();
  for (const channel of channels)
    expect(
      await ws.api(`PUT /api/templates/t-${channel}`, {
        key: `t-${channel}`,
        channel,
        name: channel,
        defaultLocale: "en",
        locales: { en: contents[channel] },
      }),
    ).toMatchObject({ status: 201 });
  expect((await ws.api("PUT /api/journeys/all", journey)).body).toMatchObject({ key: "all" });
  expect((await ws.api("POST /api/journeys/all/publish")).status).toBe(200);
  const ada = {
    attributes: { name: "Ada", email: "ada@example.com", phone: "+49 151 1234567" },
    devices: { add: devices.map((token) => ({ token, platform: "android" })) },
  };
  expect(await ws.api("PATCH /api/users/ada", ada)).toMatchObject({ status: 200 });
  return ws;
};
const enter = (ws: TestWorkspace) => ws.api("POST /api/journeys/all/enter", { users: [{ id: "ada" }] });

describe("the built-in outbox", () => {
  it("is the first default of every channel that messages go out by", async () => {
    const { items } = (await (await newWorkspace()).api("GET /api/providers")).body;
    const kept = items.map(({ channel, type, default: isDefault }: Record<string, unknown>) => ({ channel, type, isDefault }));
    expect(kept.toSorted((a: { channel: string }, b: { channel: string }) => a.channel.localeCompare(b.channel))).toEqual(
      channels.toSorted().map((channel) => ({ channel, type: "outbox", isDefault: true })),
    );
  });

  it("keeps every message of a journey, a push message's copies for each device among them, without any account", async () => {
    const ws = await setUp(["phone-1", "phone-2"]);
    await enter(ws);
    const items = (await soon(async () => {
      const { body } = await ws.api("GET /api/messages?status=sent");
      expect(body.items).toHaveLength(channels.length + 1);
      return body.items;
    })) as readonly Row[];
    const of = (channel: string) => items.filter((item) => item.channel === channel);
    for (const channel of channels) expect(of(channel)[0]?.content).toMatchObject({ channel });
    expect(of("sms")[0]).toMatchObject({ to: "+49 151 1234567", content: { body: "Hi Ada" } });
    expect(of("whatsapp")[0]?.content["template"]).toEqual({ name: "hello", language: "en", parameters: ["Ada"] });
    expect(of("slack")[0]?.content).toEqual({ channel: "slack", text: "Hi Ada" });
    expect(new Set(of("push").map(({ to }) => to))).toEqual(new Set(["phone-1", "phone-2"]));
    for (const { content } of of("push")) expect(content).toMatchObject({ title: "Hi Ada", body: "Look", link: "https://shop.example/" });
  });

  it("does not pass for a service of the devices that a real provider does not reach", async () => {
    const ws = await setUp(["phone-1", "ExponentPushToken[abc]"]);
    const put = await ws.api("PUT /api/providers/apps", {
      key: "apps",
      channel: "push",
      type: "expo",
      settings: {},
      baseUrl: "http://127.0.0.1:9",
      default: true,
    });
    expect(put.status).toBe(201);
    await enter(ws);
    const items = (await soon(async () => {
      const { body } = await ws.api("GET /api/messages?channel=push");
      expect(body.items[0]?.attempts).toBeGreaterThan(0);
      return body.items;
    })) as readonly Row[];
    expect(items.map(({ to }) => to)).toEqual(["ExponentPushToken[abc]"]);
  });
});
