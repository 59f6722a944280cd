/** A line of CSV. What a spreadsheet would take for a formula is kept from being one. */
export const writeCsvRow = (fields: readonly string[]): string => `${fields.map(csvField).join(",")}\r\n`;

const csvField = (text: string): string => {
  const safe = /^[=@\t\r]|^[+-](?![\d(][\d\s().-]*$)/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
};

/** A file of lines, written as they are made: never more than a part of it is held. */
export const csvResponse = (name: string, parts: AsyncIterable<string>, ctx: ExecutionContext): Response => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const encoder = new TextEncoder();
  const write = async (): Promise<void> => {
    for await (const part of parts) await writer.write(encoder.encode(part));
    await writer.close();
  };
  ctx.waitUntil(write().catch((error: unknown) => writer.abort(error).catch(() => undefined)));
  return new Response(readable, {
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": `attachment; filename="${name}"`,
      "cache-control": "no-store",
    },
  });
};
