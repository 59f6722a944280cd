import type { SmtpReply } from "./smtp.ts";

/** Most bytes of one reply: more is no reply. */
const maxReplyBytes = 64 * 1024;

/** Puts a server's lines together into replies, however the bytes come. */
export class SmtpReader {
  private text = "";
  private readonly decoder = new TextDecoder();
  private readonly read: () => Promise<Uint8Array | undefined>;

  constructor(read: () => Promise<Uint8Array | undefined>) {
    this.read = read;
  }

  /** Has something come that nobody has asked for? */
  hasMore(): boolean {
    return this.text !== "";
  }

  /** The next reply: lines "250-…" and a last one "250 …" (RFC 5321, 4.2). Throws on anything else. */
  async reply(): Promise<SmtpReply> {
    const lines: string[] = [];
    for (let size = 0; size <= maxReplyBytes;) {
      const line = await this.line();
      size += line.length;
      const [, code, more, rest = ""] = /^(\d{3})(?:([ -])(.*))?$/.exec(line) ?? [];
      if (code === undefined) throw new Error(`not an SMTP reply: ${line.slice(0, 100)}`);
      lines.push(rest);
      if (more !== "-") return replyOf(Number(code), lines);
    }
    throw new Error("an SMTP reply without end");
  }

  private async line(): Promise<string> {
    for (;;) {
      const end = this.text.indexOf("\n");
      if (end >= 0) {
        const line = this.text.slice(0, end).replace(/\r$/, "");
        this.text = this.text.slice(end + 1);
        return line;
      }
      if (this.text.length > maxReplyBytes) throw new Error("an SMTP line without end");
      const bytes = await this.read();
      if (bytes === undefined) throw new Error("the server closed the connection");
      this.text += this.decoder.decode(bytes, { stream: true });
    }
  }
}

/** Each line of a reply repeats the enhanced code (RFC 2034, 4). */
const replyOf = (code: number, lines: readonly string[]): SmtpReply => {
  const [, enhanced] = /^([245]\.\d{1,3}\.\d{1,3})(?: |$)/.exec(lines[0] ?? "") ?? [];
  const text = lines
    .map((line) => (enhanced !== undefined && line.startsWith(enhanced) ? line.slice(enhanced.length).trim() : line))
    .join("\n");
  return { code, ...(enhanced !== undefined && { enhanced }), text };
};
