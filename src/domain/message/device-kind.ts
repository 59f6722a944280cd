/** Kinds of push tokens, by their look; a provider says which it reaches. */
export const deviceKinds = ["subscription", "expo", "uuid", "native"] as const;

/**
 * `subscription`: a browser's Web Push subscription as JSON. `expo`: a token of Expo's push service. `uuid`: an id that a push
 * service gave (OneSignal). `native`: whatever the platform's own service gave, above all FCM.
 */
export type DeviceKind = (typeof deviceKinds)[number];

export const deviceKindOf = (token: string): DeviceKind => {
  if (token.startsWith("{")) return "subscription";
  if (/^Expo(?:nent)?PushToken\[.+\]$/.test(token)) return "expo";
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(token) ? "uuid" : "native";
};
