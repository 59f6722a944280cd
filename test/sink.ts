import { createServer, type IncomingHttpHeaders } from "node:http";

/** A request that a provider would have got. */
export interface SinkCall {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** performance.now() when the body was whole. */
  readonly at: number;
}

export interface Sink {
  readonly url: string;
  readonly calls: SinkCall[];
  readonly close: () => Promise<void>;
}

/** A local HTTP server in a provider's place: keeps what it is sent and answers 200 (or what `answer` says). */
export const startSink = async (
  answer: (call: SinkCall) => { readonly status: number; readonly body?: string } = () => ({ status: 200 }),
): Promise<Sink> => {
  const calls: SinkCall[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const call: SinkCall = {
        method: request.method ?? "",
        path: request.url ?? "",
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
        at: performance.now(),
      };
      calls.push(call);
      const { status, body = "{}" } = answer(call);
      response.writeHead(status, { "content-type": "application/json" }).end(body);
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the sink listens on no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    calls,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
