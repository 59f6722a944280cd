import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { appServer, decryptPush, keyPair, verifiedClaims } from "../../src/channels/push/push-kit.ts";

/** A notification as a device got it. */
export interface ShownPush {
  /** Path of the browser's endpoint, or the FCM token. */
  readonly device: string;
  readonly title: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

export interface PushServices {
  readonly url: string;
  readonly shown: ShownPush[];
  /** What was wrong with requests; empty when all were as the RFCs and Google ask. */
  readonly complaints: string[];
  /** Grants of access tokens. */
  readonly grants: () => number;
  readonly close: () => Promise<void>;
}

/**
 * Plays a browser's push service (`/push/…`: checks VAPID, decrypts as the browser would; 410 for `/push/gone`), Google's
 * token endpoint (`/token`: checks the signature by `serviceKey`) and FCM v1 (404 for the token "fcm-gone").
 */
export const startPushServices = async (serviceKey: CryptoKey): Promise<PushServices> => {
  const shown: ShownPush[] = [];
  const complaints: string[] = [];
  let grants = 0;
  let url = "";

  const webPush = async (request: IncomingMessage, response: ServerResponse, body: Buffer<ArrayBuffer>): Promise<unknown> => {
    const [, token = "", key] = /^vapid t=([^,]+), k=(.+)$/.exec(request.headers.authorization ?? "") ?? [];
    const { publicKey } = await keyPair(appServer.publicKey, appServer.privateKey, "ECDSA");
    const { aud, exp } = await verifiedClaims(token, publicKey);
    if (key !== appServer.publicKey || aud !== url || Number(exp) * 1000 < Date.now()) throw new Error("a token for somebody else");
    if (request.headers.ttl === undefined || request.headers["content-encoding"] !== "aes128gcm") throw new Error("headers are missing");
    const { notification } = JSON.parse(await decryptPush(new Uint8Array(body))) as { notification: { title: string } };
    if (request.url === "/push/gone") return response.writeHead(410).end();
    shown.push({ device: request.url ?? "", title: notification.title, headers: request.headers });
    return response.writeHead(201, { location: `${url}/message/${shown.length}` }).end();
  };

  const grant = async (response: ServerResponse, body: string): Promise<void> => {
    const { aud } = await verifiedClaims(new URLSearchParams(body).get("assertion") ?? "", serviceKey);
    if (aud !== `${url}/token`) throw new Error("an assertion for somebody else");
    grants++;
    response.writeHead(200, { "content-type": "application/json" }).end('{"access_token":"ya29.test","expires_in":3599}');
  };

  const fcm = (request: IncomingMessage, response: ServerResponse, body: string): void => {
    if (request.headers.authorization !== "Bearer ya29.test") throw new Error("no access token");
    const { token, notification } = (JSON.parse(body) as { message: { token: string; notification: { title: string } } }).message;
    response.setHeader("content-type", "application/json");
    if (token === "fcm-gone") {
      const details = [{ "@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", errorCode: "UNREGISTERED" }];
      response.writeHead(404).end(JSON.stringify({ error: { code: 404, status: "NOT_FOUND", message: "gone", details } }));
      return;
    }
    shown.push({ device: token, title: notification.title, headers: request.headers });
    response.writeHead(200).end(JSON.stringify({ name: `projects/shop-1234/messages/${shown.length}` }));
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(request);
    try {
      if (request.url?.startsWith("/push/")) await webPush(request, response, body);
      else if (request.url === "/token") await grant(response, body.toString());
      else if (request.url === "/v1/projects/shop-1234/messages:send") fcm(request, response, body.toString());
      else throw new Error("no such place");
    } catch (problem) {
      complaints.push(`${request.method} ${request.url}: ${String(problem)}`);
      response.writeHead(400).end();
    }
  };

  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("expected a port");
  url = `http://127.0.0.1:${address.port}`;
  return {
    url,
    shown,
    complaints,
    grants: () => grants,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
