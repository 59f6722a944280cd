/** Why a channel is suppressed whose user wrote that it must stop. */
export const STOP = "STOP";

const atProvider = "STOP, says the provider: ";

/**
 * Why an address is suppressed whose owner told the provider to stop, before we heard of it or where we never did. A START lifts
 * that as it does at the provider. `detail`: the provider's own words.
 */
export const stoppedAtProvider = (detail: string): string => atProvider + detail;

export const isStoppedAtProvider = (reason: string): boolean => reason.startsWith(atProvider);
