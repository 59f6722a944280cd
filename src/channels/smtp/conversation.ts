import { bytesOf, toBase64 } from "../bytes.ts";
import { describeReply } from "./reply.ts";
import { SmtpReader } from "./reader.ts";
import type { SmtpEnd, SmtpMail, SmtpReply, SmtpServer, SmtpStage, SmtpWire } from "./smtp.ts";

/** What a server says it can do, by keyword in capitals. */
type Extensions = ReadonlyMap<string, string>;

/**
 * Hands one mail to a server (RFC 5321; submission, RFC 6409; AUTH, RFC 4954; STARTTLS, RFC 3207). Nothing is pipelined: each
 * command waits for its answer, so that it is always known how far things had come. Never throws.
 */
export async function converse(server: SmtpServer, mail: SmtpMail, wire: SmtpWire): Promise<SmtpEnd> {
  const conversation = new Conversation(wire, mail.recipients.length === 1);
  try {
    return await conversation.run(server, mail);
  } catch (problem) {
    if (problem instanceof Ended) return problem.end;
    return { kind: "lost", stage: conversation.stage, detail: problem instanceof Error ? problem.message : String(problem) };
  }
}

/** Leaves the conversation with how it ended. */
class Ended extends Error {
  readonly end: SmtpEnd;
  constructor(end: SmtpEnd) {
    super(end.kind);
    this.end = end;
  }
}

/** One conversation; a class, because the stage it has come to must outlive whatever throws. */
class Conversation {
  stage: SmtpStage = "greeting";
  private readonly reader: SmtpReader;
  private readonly wire: SmtpWire;
  private readonly sole: boolean;

  constructor(wire: SmtpWire, sole: boolean) {
    this.wire = wire;
    this.sole = sole;
    this.reader = new SmtpReader(() => wire.read(this.stage));
  }

  async run(server: SmtpServer, mail: SmtpMail): Promise<SmtpEnd> {
    this.want(await this.reader.reply(), 220);
    let extensions = await this.hello(mail.hello);
    if (server.security === "starttls") {
      if (!extensions.has("STARTTLS")) throw blocked("the server does not offer STARTTLS, and nothing is said in the clear");
      await this.say("tls", "STARTTLS", 220);
      // What came before the handshake may be anybody's (RFC 3207, 6).
      if (this.reader.hasMore()) throw blocked("the server said more than it should before TLS began");
      await this.wire.startTls();
      extensions = await this.hello(mail.hello);
    }
    if (server.login) await this.login(server.login, extensions);
    return this.hand(mail, extensions);
  }

  private async hello(name: string): Promise<Extensions> {
    const reply = await this.say("hello", `EHLO ${name}`, 250);
    return new Map(
      reply.text.split("\n").map((line) => {
        const [keyword = "", ...parameters] = line.trim().split(/[ =]+/);
        return [keyword.toUpperCase(), parameters.join(" ")];
      }),
    );
  }

  private async login({ user, password }: NonNullable<SmtpServer["login"]>, extensions: Extensions): Promise<void> {
    const mechanisms = (extensions.get("AUTH") ?? "").toUpperCase().split(" ");
    const base64 = (text: string): string => toBase64(bytesOf(text));
    if (mechanisms.includes("PLAIN")) {
      await this.say("login", `AUTH PLAIN ${base64(`\0${user}\0${password}`)}`, 235);
    } else if (mechanisms.includes("LOGIN")) {
      await this.say("login", "AUTH LOGIN", 334);
      await this.say("login", base64(user), 334);
      await this.say("login", base64(password), 235);
    } else {
      throw blocked("the server offers neither AUTH PLAIN nor AUTH LOGIN");
    }
  }

  private async hand(mail: SmtpMail, extensions: Extensions): Promise<SmtpEnd> {
    const data = dotted(mail.data);
    const size = extensions.has("SIZE") ? ` SIZE=${data.length}` : "";
    await this.say("sender", `MAIL FROM:<${mail.from}>${size}`, 250);
    for (const [index, recipient] of mail.recipients.entries()) {
      const reply = await this.ask("recipient", `RCPT TO:<${recipient}>`);
      // A copy that is refused for good does not keep the mail from whom it is for; one refused for now lets all of it wait.
      if (index > 0 && reply.code >= 500) continue;
      if (!isOf(reply, 250)) throw this.ended(reply);
    }
    await this.say("data", "DATA", 354);
    await this.wire.write(data);
    this.stage = "end";
    await this.wire.write(".\r\n");
    const reply = await this.reader.reply();
    // Politeness: whatever becomes of it, the mail is with them.
    await this.wire.write("QUIT\r\n").catch(() => undefined);
    return { kind: "reply", stage: "end", reply, sole: this.sole };
  }

  private async ask(stage: SmtpStage, command: string): Promise<SmtpReply> {
    this.stage = stage;
    await this.wire.write(`${command}\r\n`);
    return this.reader.reply();
  }

  private async say(stage: SmtpStage, command: string, wanted: number): Promise<SmtpReply> {
    return this.want(await this.ask(stage, command), wanted);
  }

  private want(reply: SmtpReply, code: number): SmtpReply {
    if (isOf(reply, code)) return reply;
    if (reply.code >= 400) throw this.ended(reply);
    throw new Error(`expected ${code}, got ${describeReply(reply)}`);
  }

  private ended(reply: SmtpReply): Ended {
    return new Ended({ kind: "reply", stage: this.stage, reply, sole: this.sole });
  }
}

/** A code nobody knows means what its first digit says (RFC 5321, 4.2.1 and 4.3.2): 252 for a recipient is a yes. */
const isOf = (reply: SmtpReply, wanted: number): boolean => Math.floor(reply.code / 100) === Math.floor(wanted / 100);

const blocked = (detail: string): Ended => new Ended({ kind: "blocked", detail });

/** Ends in a line end, and no line is a dot alone: a dot at a line's start is doubled (RFC 5321, 4.5.2). */
const dotted = (data: string): string => {
  const doubled = data.replace(/^\./gm, "..");
  return doubled.endsWith("\r\n") ? doubled : `${doubled}\r\n`;
};
