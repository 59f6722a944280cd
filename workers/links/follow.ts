import type { UserKey } from "../../src/domain/user/user-key.ts";
import { isMachine } from "../../src/links/machine.ts";
import { unlisted } from "../../src/links/page.ts";
import { stimulate } from "../tell-user.ts";
import { type LinkCall, rowOf } from "./subject.ts";

/** One transparent pixel (GIF89a). */
const pixel = Uint8Array.from(atob("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"), (char) => char.charCodeAt(0));

/** The pixel was fetched: told to the user's object after the answer, which waits for nothing. */
export const opened = (call: LinkCall): Response => {
  call.ctx.waitUntil(tell(call, "opened"));
  return new Response(call.request.method === "HEAD" ? null : pixel, {
    headers: { ...unlisted, "content-type": "image/gif", "cache-control": "no-store, no-cache, must-revalidate, private" },
  });
};

/** A link was followed: leads on at once. The address is under the signature, so it leads nowhere else. */
export const clicked = (call: LinkCall): Response => {
  const { link } = call;
  if (link.url === undefined || !URL.canParse(link.url)) return new Response("Not found", { status: 404, headers: unlisted });
  call.ctx.waitUntil(tell(call, "clicked"));
  return new Response(null, { status: 302, headers: { ...unlisted, location: inHeader(link.url) } });
};

/** Byte for byte where a header can hold it; else what a browser makes of the same address in a page. */
const inHeader = (address: string): string => (/^[\x21-\x7e]+$/.test(address) ? address : new URL(address).href);

/** Addresses are counted without their fragment and our own parameters, at most so long. */
const MAX_COUNTED = 500;

const counted = (address: string): string => {
  const url = new URL(address);
  url.hash = "";
  const ours = Array.from(url.searchParams.keys()).filter((name) => name.startsWith("utm_"));
  for (const name of ours) url.searchParams.delete(name);
  return url.href.slice(0, MAX_COUNTED);
};

/** What cannot be told now is lost: an opening more or less decides nothing, and nobody waits for it. */
const tell = async ({ env, request, link }: LinkCall, what: "opened" | "clicked"): Promise<void> => {
  try {
    const row = await rowOf(env, link);
    if (row === undefined) return;
    const machine = isMachine({ what, method: request.method, header: (name) => request.headers.get(name) });
    await stimulate({ env, workspace: link.workspace, user: row.user as UserKey }, [
      {
        type: "followed",
        message: link.message,
        what,
        machine,
        ...(what === "clicked" && link.url !== undefined && { link: counted(link.url) }),
        ...(link.place !== undefined && { place: link.place }),
      },
    ]);
  } catch (error) {
    console.warn(JSON.stringify({ what: `a link was ${what} and could not be told`, workspace: link.workspace, error: String(error) }));
  }
};
