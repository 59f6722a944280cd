import type { ApiClient } from "../scripts/launch/api-client.ts";
import type { Sink } from "./sink.ts";

/**
 * Installs one journey that sends a webhook to the sink: trigger, (wait,) send, exit. The call names the user and the
 * trigger's `n`, so that the sink can tell whose it is.
 */
export const installHook = async (
  api: ApiClient,
  sink: Sink,
  given: {
    readonly key: string;
    readonly event: string;
    /** How long it waits before it sends, or until which date of the trigger. */
    readonly wait?: string | { readonly trigger: string };
    /** The provider's rate. */
    readonly rate?: { readonly count: number; readonly per: string };
  },
): Promise<void> => {
  const { key, event, wait, rate } = given;
  await api("PUT", "/api/providers/hook", {
    key: "hook",
    channel: "webhook",
    type: "webhook",
    settings: {},
    default: true,
    onUncertain: "resend",
    ...(rate && { rate }),
  });
  await api("PUT", `/api/templates/${key}`, {
    key,
    channel: "webhook",
    name: key,
    defaultLocale: "en",
    locales: {
      en: {
        url: `${sink.url}/${key}`,
        method: "POST",
        headers: { "content-type": "application/json" },
        body: '{"user": {{ user.id | json }}, "n": {{ trigger.properties.n | json }}}',
      },
    },
  });
  await api("PUT", `/api/journeys/${key}`, {
    key,
    name: key,
    trigger: { type: "event", event },
    frequency: { type: "every-time" },
    start: wait === undefined ? "call" : "pause",
    steps: {
      ...(wait === undefined
        ? {}
        : { pause: { type: "wait", ...(typeof wait === "string" ? { for: wait } : { until: wait }), next: "call" } }),
      call: { type: "send", channel: "webhook", template: key, next: "done" },
      done: { type: "exit" },
    },
  });
  await api("POST", `/api/journeys/${key}/publish`, { inFlight: "stay" });
};
