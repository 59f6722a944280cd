import * as z from "zod";
import { isLoopback, refusedAddress } from "./outbound-address.ts";
import type { InboundCall } from "./provider.ts";

const isCallable = (text: string): boolean => {
  if (!URL.canParse(text) || refusedAddress(text, true) !== undefined) return false;
  const url = new URL(text);
  return url.hash === "" && (url.protocol === "https:" || isLoopback(url.hostname));
};

/** An address on the web that may be given to somebody: https, or http to this very machine. */
export const urlSetting = (what: string, example?: string) =>
  z
    .url({ protocol: /^https?$/ })
    .max(1_000)
    .refine(isCallable, "a public https address without user name and fragment (http only for loopback addresses)")
    .meta({ description: what, ...(example !== undefined && { examples: [example] }) });

/** The setting of providers that are told with each message where its reports go. */
export const callbackSetting = () =>
  urlSetting(
    "Where each message says its reports go. Left out, this provider's own webhook address, where the deployment's public address is known",
    "https://tern.example.com/hooks/shop/texts",
  ).optional();

const name = "tern";

/** The address with our word for the message, which comes back with every report about it. */
export const withEcho = (url: string, echo: string): string => `${url}${url.includes("?") ? "&" : "?"}${name}=${encodeURIComponent(echo)}`;

/** Our word in an address that came back. Believe the address first. */
export const echoIn = (url: string): string | undefined => {
  const echo = URL.canParse(url) ? new URL(url).searchParams.get(name) : null;
  return echo === null || echo === "" ? undefined : echo;
};

/**
 * Addresses that a caller who signs them may have signed: the one it came by, the same over TLS (which whatever stands in front
 * may have taken off), and the one it was told. They differ where something between us rewrites scheme, host or path; the
 * query stays as it came.
 */
export const signedUrls = (call: InboundCall, callbackUrl: string | undefined): readonly string[] => {
  const at = call.url.indexOf("?");
  const query = at < 0 ? "" : call.url.slice(at);
  const told = callbackUrl?.split("?", 1)[0];
  return [...new Set([call.url, call.url.replace(/^http:/, "https:"), ...(told === undefined ? [] : [told + query])])];
};
