import { setProfile, without, type Draft } from "./draft.ts";
import { limits } from "./limits.ts";
import type { Stimulus } from "./stimulus.ts";

/** Adds and removes push tokens; beyond the bound the ones added longest ago give way. */
export const changeDevices = (draft: Draft, { add, remove }: Extract<Stimulus, { type: "devices" }>): void => {
  let { devices } = draft.state.profile;
  const order = [draft.at, draft.at, 0] as const;
  for (const { token, platform } of add) {
    const before = Object.hasOwn(devices, token) ? devices[token] : undefined;
    if (before?.platform === platform && before.removed === undefined) continue;
    devices = { ...devices, [token]: { platform, order } };
    draft.facts.push({ kind: "device-added", at: draft.at, token });
  }
  for (const token of remove) {
    const before = Object.hasOwn(devices, token) ? devices[token] : undefined;
    if (before === undefined || before.removed === true) continue;
    devices = { ...devices, [token]: { ...before, removed: true, order } };
    draft.facts.push({ kind: "device-removed", at: draft.at, token });
  }
  if (devices === draft.state.profile.devices) return;
  for (const [token] of Object.entries(devices)
    .toSorted(([, a], [, b]) => b.order[0] - a.order[0])
    .slice(limits.devices))
    devices = without(devices, token);
  setProfile(draft, { devices });
  draft.changes.aspects.push("devices");
};
