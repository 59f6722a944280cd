import type { PushContent } from "./group-name.ts";

/**
 * The sound to name in a notification. `none` is no file's name: a device that does not find it would play its own, so that
 * nothing is named, and nothing is heard.
 */
export const soundOf = ({ sound }: PushContent): string | undefined => (sound === "none" ? undefined : sound);
