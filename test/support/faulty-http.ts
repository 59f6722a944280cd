import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

export interface FaultyAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface FaultyServer {
  /** Address under which every call meets the fault. */
  readonly baseUrl: (fault: string) => string;
  readonly requests: { readonly path: string; readonly headers: IncomingMessage["headers"]; readonly body: string }[];
  readonly stop: () => Promise<void>;
}

/** Trouble that a server's own answer does not show. */
const faults: Readonly<Record<string, (response: ServerResponse, answer: FaultyAnswer) => void>> = {
  ok: (response, { status, headers, body }) =>
    void response.writeHead(status, { "content-type": "application/json", ...headers }).end(body),
  cut: (response) => void response.destroy(),
  silent: () => undefined,
  "cut-body": (response, { status, headers, body }) => {
    response.writeHead(status, { "content-type": "application/json", "content-length": "10000", ...headers });
    response.write(body.slice(0, 5), () => setTimeout(() => response.destroy(), 20));
  },
  "slow-body": (response, { status, headers, body }) => {
    response.writeHead(status, { "content-type": "application/json", "content-length": "10000", ...headers });
    response.write(body.slice(0, 5));
  },
  redirect: (response) => void response.writeHead(302, { location: "http://169.254.169.254/latest/meta-data" }).end(),
  page: (response) => void response.writeHead(500, { "content-type": "text/html" }).end("<h1>Internal Server Error</h1>"),
  "bad-gateway": (response) => void response.writeHead(502).end(),
  busy: (response) => void response.writeHead(503, { "retry-after": "7" }).end(),
};

/** A server that answers as a provider does, or goes wrong in the way its address says: "http://127.0.0.1:port/<fault>/…". */
export async function startFaultyServer(answer: () => FaultyAnswer): Promise<FaultyServer> {
  const requests: FaultyServer["requests"] = [];
  const meet = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [, fault = "", path = ""] = /^\/([\w-]+)(\/.*)?$/.exec(request.url ?? "") ?? [];
    requests.push({ path, headers: request.headers, body: await text(request) });
    faults[fault]?.(response, answer());
  };
  const server = createServer((request, response) => void meet(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("expected a port");
  return {
    baseUrl: (fault) => `http://127.0.0.1:${address.port}/${fault}`,
    requests,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
