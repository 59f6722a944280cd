import { readBounded } from "../read-bounded.ts";

/** A body that cannot be read: the code and sentence of a 400. */
export class UnreadableBody extends Error {
  readonly code: "too-large" | "bad-gzip" | "bad-json";
  constructor(code: UnreadableBody["code"], message: string) {
    super(message);
    this.code = code;
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

const tooLarge = (limit: number): UnreadableBody => new UnreadableBody("too-large", `the body is larger than ${limit / 1024} KB`);

/** Collects a stream; stops reading, and so decompressing, as soon as the limit is passed. */
const collect = async (stream: ReadableStream<Uint8Array>, limit: number): Promise<Uint8Array> => {
  const bytes = await readBounded(stream, limit);
  if (bytes === undefined) throw tooLarge(limit);
  return bytes;
};

const readBytes = async (request: Request, limit: number): Promise<Uint8Array> => {
  if (request.body === null) return new Uint8Array();
  const declared = request.headers.get("content-length");
  if (declared === null) return collect(request.body, limit);
  if (Number(declared) > limit) throw tooLarge(limit);
  return new Uint8Array(await request.arrayBuffer());
};

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

const gunzip = async (bytes: Uint8Array, limit: number): Promise<Uint8Array> => {
  try {
    return await collect(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")), limit);
  } catch (error) {
    if (error instanceof UnreadableBody) throw error;
    throw new UnreadableBody("bad-gzip", "the body is not valid gzip");
  }
};

/**
 * Reads a JSON body of at most `limit` bytes, before and after decompression. The content type is never trusted (clients send JSON
 * as text/plain or as a form), nor the content-encoding: gzip is known by its first bytes. Throws UnreadableBody.
 */
export const readJson = async (request: Request, limit: number): Promise<unknown> => {
  let bytes = await readBytes(request, limit);
  if (isGzip(bytes)) bytes = await gunzip(bytes, limit);
  else if (request.headers.get("content-encoding")?.toLowerCase().includes("gzip") === true && bytes[0] !== 0x7b) {
    throw new UnreadableBody("bad-gzip", "the body is not valid gzip");
  }
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    const encoding = request.headers.get("content-encoding");
    const packed = encoding !== null && !/^(?:gzip|identity)?$/i.test(encoding.trim());
    throw new UnreadableBody(
      "bad-json",
      `the body is not valid JSON in UTF-8${packed ? ": it may be packed by gzip once, or not at all" : ""}`,
    );
  }
};
