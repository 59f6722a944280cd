import { compareOrder, orderOf, type EventOrder, type UserEvent } from "../event/event.ts";
import type { Json } from "../json.ts";
import { setProfile, without, type Draft } from "./draft.ts";
import { withReason } from "./give-reason.ts";
import { limits } from "./limits.ts";
import type { Device, Profile } from "./state.ts";
import type { Stimulus } from "./stimulus.ts";

/** Characters of a push token: a web push subscription as JSON is the longest there is. */
const LONGEST_TOKEN = 2_000;

/** Adds and removes push tokens; beyond the bound the ones added longest ago give way. */
export const changeDevices = (draft: Draft, { add, remove }: Extract<Stimulus, { type: "devices" }>): void => {
  const order = [draft.at, draft.at, 0] as const;
  write(draft, [
    ...add.map(({ token, platform }) => ({ token, device: { platform, order } })),
    ...remove.map((token) => ({ token, device: { order, removed: true as const } })),
  ]);
};

/** The token any call carries in `context.device`, as mobile clients send it. */
export const takeDevice = (draft: Draft, event: UserEvent): void => {
  const said = event.context?.["device"];
  if (typeof said !== "object" || said === null || Array.isArray(said)) return;
  const { token, type } = said as Readonly<Record<string, Json>>; // an object, as checked
  if (typeof token !== "string" || token === "" || token.length > LONGEST_TOKEN || token === "__proto__") return;
  withReason(draft, { clause: `event ${event.event ?? event.type}` }, () =>
    write(draft, [{ token, device: { platform: platformOf(type), order: orderOf(event) } }]),
  );
};

const platformOf = (type: Json | undefined): Device["platform"] => {
  const name = typeof type === "string" ? type.toLowerCase() : "";
  return name === "android" || name === "ios" || name === "web" ? name : "other";
};

interface Write {
  readonly token: string;
  readonly device: { readonly order: EventOrder; readonly platform?: Device["platform"]; readonly removed?: true };
}

/** A word to the same effect moves the date once a day: mobile clients carry the token in every call, and each move is a row. */
const DAY_MS = 86_400_000;
const isKnown = (known: Device, { removed, order }: Write["device"], platform: Device["platform"]): boolean =>
  known.platform === platform && known.removed === removed && order[0] - known.order[0] < DAY_MS;

/** A push service said that nothing reaches the token any more. */
export const removeDevice = (draft: Draft, token: string, reason: string): void => {
  if (draft.state.profile.devices[token]?.removed === true) return;
  withReason(draft, { clause: reason }, () => write(draft, [{ token, device: { order: [draft.at, draft.at, 0], removed: true } }]));
};

/** Last write wins per token. */
const write = (draft: Draft, writes: readonly Write[]): void => {
  const before = draft.state.profile.devices;
  let devices = before;
  for (const { token, device } of writes) {
    const known = Object.hasOwn(devices, token) ? devices[token] : undefined;
    if (known !== undefined && compareOrder(device.order, known.order) < 0) continue;
    const platform = device.platform ?? known?.platform;
    if (platform === undefined || (known !== undefined && isKnown(known, device, platform))) continue;
    devices = { ...devices, [token]: { platform, order: device.order, ...(device.removed && { removed: true as const }) } };
    if (known === undefined || known.removed !== device.removed)
      draft.facts.push({ kind: device.removed ? "device-removed" : "device-added", at: draft.at, token });
  }
  if (devices === before) return;
  setProfile(draft, { devices: fittingDevices(devices) });
  draft.changes.aspects.push("devices");
};

/** Removed ones go before those in use, older before newer. */
export const fittingDevices = (devices: Profile["devices"]): Profile["devices"] => {
  if (Object.keys(devices).length <= limits.devices) return devices;
  const surplus = Object.entries(devices)
    .toSorted(([, a], [, b]) => Number(a.removed ?? false) - Number(b.removed ?? false) || compareOrder(b.order, a.order))
    .slice(limits.devices);
  return surplus.reduce((left, [token]) => without(left, token), devices);
};
