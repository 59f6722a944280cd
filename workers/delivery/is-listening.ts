import { connect } from "cloudflare:sockets";
import { isLoopback } from "../../src/channels/outbound-address.ts";

/**
 * Does anyone listen at this address of this machine? The local runtime reports a refused connection and one that was cut
 * after the request in the same words; asking first tells "definitely not taken" from "maybe". On the network the edge
 * answers 521 to 530 for hosts it cannot reach, so addresses elsewhere are not asked.
 */
export async function isListening(url: URL): Promise<boolean> {
  if (!isLoopback(url.hostname)) return true;
  const port = url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
  try {
    const socket = connect({ hostname: url.hostname.replace(/^\[|\]$/g, ""), port });
    await socket.opened;
    await socket.close();
    return true;
  } catch {
    return false;
  }
}
