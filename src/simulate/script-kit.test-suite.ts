import { emptyWorkspace } from "./definitions.ts";
import { scriptSchema, type Script } from "./script.ts";
import { simulate, type Simulation } from "./simulate.ts";

/** Templates by the names journeys of tests use. */
export const templates = [
  {
    key: "hello",
    channel: "email",
    name: "Hello",
    locales: { en: { subject: "Hello {{ user.id }}", html: "<p>Hello</p>" } },
    defaultLocale: "en",
  },
  { key: "text", channel: "sms", name: "Text", locales: { en: { body: "Hello {{ user.id }}" } }, defaultLocale: "en" },
] as const;

/** A journey with the dull fields filled in: an email at once, a wait of an hour, the end. */
export const journey = (fields: object = {}): object => ({
  key: "j",
  name: "J",
  trigger: { type: "event", event: "Go" },
  frequency: { type: "every-time" },
  start: "mail",
  steps: {
    mail: { type: "send", channel: "email", template: "hello", next: "pause" },
    pause: { type: "wait", for: "PT1H", next: "done" },
    done: { type: "exit" },
  },
  ...fields,
});

export const segment = (key: string, condition: object): object => ({ key, name: key, kind: "dynamic", condition });

/** A script of one journey (or more) with the dull fields filled in. */
export const scriptOf = (
  script: readonly object[],
  more: { readonly definitions?: object; readonly [field: string]: unknown } = {},
): Script => {
  const { definitions, ...rest } = more;
  return scriptSchema.parse({
    start: "2026-01-05T08:00:00Z",
    until: "P7D",
    definitions: { journeys: [journey()], templates, ...definitions },
    script,
    ...rest,
  });
};

export const play = (
  script: readonly object[],
  more: { readonly definitions?: object; readonly [field: string]: unknown } = {},
): Simulation => simulate(scriptOf(script, more), { ...emptyWorkspace, segments: [] });

/** An identify with an address, so that messages can be sent. */
export const ada = { at: "PT0S", type: "identify", userId: "u1", traits: { email: "ada@example.com", phone: "+491234567" } };
export const go = (at: string, more: object = {}): object => ({ at, type: "track", userId: "u1", event: "Go", ...more });

/** A trace in short: "PT.." offsets are left to the reader; type and what it is about. */
export const brief = ({ trace }: Simulation, ...types: readonly string[]): readonly string[] =>
  trace
    .filter(({ type }) => types.length === 0 || types.includes(type))
    .map((item) =>
      [item.at.slice(5, 16), item.type, item.step ?? item.segment ?? item.attribute ?? item.tag ?? item.goal, item.reason]
        .filter((part) => part !== undefined)
        .join(" "),
    );
