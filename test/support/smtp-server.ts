import net from "node:net";
import tls from "node:tls";
import type { TestCertificate } from "./certificate.ts";

/** What the server does at a point of the conversation: a reply, or trouble: "close", "hang", "slow" (the usual reply, 0.7 s later), or at END "accept-then-close". */
export type SmtpAct = string;

export interface SmtpServerOptions {
  readonly security: "tls" | "starttls" | "none";
  readonly certificate?: TestCertificate;
  /** By command (GREETING, EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA, END); left out = as a server that takes everything. */
  readonly acts?: Readonly<Record<string, SmtpAct>>;
  /** Replies to RCPT by address. */
  readonly recipients?: Readonly<Record<string, string>>;
  readonly extensions?: readonly string[];
  readonly login?: { readonly user: string; readonly password: string };
  /** Every reply comes a byte at a time. */
  readonly dribbles?: boolean;
}

export interface TakenMail {
  readonly from: string;
  readonly recipients: readonly string[];
  /** Dots single again. */
  readonly data: string;
  readonly secure: boolean;
}

export interface RunningSmtpServer {
  readonly port: number;
  readonly mails: readonly TakenMail[];
  /** Every command, as it came; data is not among them. */
  readonly commands: readonly string[];
  /** What the client did that the protocol forbids. */
  readonly violations: readonly string[];
  stop(): Promise<void>;
}

/** A server that takes mail and holds the client to RFC 5321: line ends, lengths, order, one command at a time, AUTH under TLS only. */
export async function startSmtpServer(options: SmtpServerOptions): Promise<RunningSmtpServer> {
  const mails: TakenMail[] = [];
  const commands: string[] = [];
  const violations: string[] = [];
  const sockets = new Set<net.Socket>();
  const context = options.certificate && { key: options.certificate.keyPem, cert: options.certificate.pem };
  const serve = (socket: net.Socket, secure: boolean): void => {
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    talk(socket, { options, mails, commands, violations, secure, context, serve });
  };
  const server =
    options.security === "tls"
      ? tls.createServer(context ?? {}, (socket) => serve(socket, true))
      : net.createServer((socket) => serve(socket, false));
  // A client that does not trust us ends here.
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("expected a port");
  return {
    port: address.port,
    mails,
    commands,
    violations,
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

interface Talk {
  readonly options: SmtpServerOptions;
  readonly mails: TakenMail[];
  readonly commands: string[];
  readonly violations: string[];
  readonly secure: boolean;
  readonly context: { readonly key: string; readonly cert: string } | undefined;
  readonly serve: (socket: net.Socket, secure: boolean) => void;
}

function talk(socket: net.Socket, { options, mails, commands, violations, secure, context, serve }: Talk): void {
  const { acts = {}, login } = options;
  let buffer = "";
  let mode: "command" | "data" | "user" | "password" = "command";
  let hello = false;
  let loggedIn = login === undefined;
  let user = "";
  let from: string | undefined;
  let recipients: string[] = [];
  let data = "";

  const wrong = (what: string): void => void violations.push(what);
  const act = (name: string, usual: string): void => {
    const chosen = acts[name] ?? usual;
    if (chosen === "close") socket.destroy();
    else if (chosen === "hang") return;
    else if (chosen === "slow") setTimeout(() => send(`${usual}\r\n`), 700);
    else send(`${chosen}\r\n`);
  };
  const send = (text: string): void => {
    if (options.dribbles !== true) return void socket.write(text);
    for (const byte of text) socket.write(byte);
  };
  const checkLogin = (given: string): void => {
    loggedIn = given === `${login?.user}\0${login?.password}`;
    act("AUTH", loggedIn ? "235 2.7.0 Authentication successful" : "535 5.7.8 Authentication failed");
  };
  const decode = (text: string): string => Buffer.from(text, "base64").toString("utf8");

  const verbs: Readonly<Record<string, (rest: string) => void>> = {
    EHLO: (rest) => {
      if (!/^[\w.-]+$/.test(rest)) wrong(`EHLO ${rest}`);
      hello = true;
      const extensions = options.extensions ?? [
        "SIZE 10000000",
        "8BITMIME",
        ...(secure || options.security === "none" ? ["AUTH LOGIN PLAIN"] : ["STARTTLS"]),
      ];
      act("EHLO", ["250-mail.example.com greets you", ...extensions.map((one) => `250-${one}`), "250 ENHANCEDSTATUSCODES"].join("\r\n"));
    },
    STARTTLS: () => {
      const reply = acts["STARTTLS"];
      if (reply !== undefined) return act("STARTTLS", "");
      socket.removeAllListeners("data");
      socket.write("220 2.0.0 Ready\r\n");
      serve(new tls.TLSSocket(socket, { isServer: true, ...context }), true);
    },
    AUTH: (rest) => {
      if (!secure && options.security !== "none") wrong("a password in the clear");
      if (rest.startsWith("PLAIN ")) return checkLogin(decode(rest.slice(6)).slice(1));
      mode = "user";
      send("334 VXNlcm5hbWU6\r\n");
    },
    MAIL: (rest) => {
      if (!hello || !loggedIn || from !== undefined) wrong("MAIL out of turn");
      [, from = ""] = /^FROM:<([^<> ]*)>(?: SIZE=\d+)?$/.exec(rest) ?? [];
      if (from === "") wrong(`MAIL ${rest}`);
      act("MAIL", "250 2.1.0 Sender ok");
    },
    RCPT: (rest) => {
      if (from === undefined) wrong("RCPT out of turn");
      const [, address] = /^TO:<([^<> ]+@[^<> ]+)>$/.exec(rest) ?? [];
      if (address === undefined) wrong(`RCPT ${rest}`);
      const reply = options.recipients?.[address ?? ""] ?? acts["RCPT"] ?? "250 2.1.5 Recipient ok";
      if (reply.startsWith("25") && address !== undefined) recipients.push(address);
      act("RCPT", reply);
    },
    DATA: () => {
      if (recipients.length === 0) wrong("DATA without recipients");
      if (acts["DATA"] === undefined) mode = "data";
      act("DATA", "354 End with a dot");
    },
    QUIT: () => {
      send("221 2.0.0 Bye\r\n");
      socket.end();
    },
  };

  const takeMail = (): void => {
    mode = "command";
    mails.push({ from: from ?? "", recipients, data, secure });
    from = undefined;
    recipients = [];
    data = "";
    if (acts["END"] === "accept-then-close") socket.destroy();
    else act("END", "250 2.0.0 Ok: queued as 4A1B2C3D");
  };

  const takeLine = (line: string): void => {
    if (mode === "data") {
      if (line.length > 998) wrong("a line of more than 998 characters");
      if (/[^ -~\t]/.test(line)) wrong("characters that are not ASCII");
      if (line === ".") return takeMail();
      data += `${line.startsWith(".") ? line.slice(1) : line}\r\n`;
      return;
    }
    if (line.length > 510) wrong("a command of more than 510 characters");
    // A new command may only come once the answer to the one before has gone.
    if (buffer !== "") wrong(`something after ${line} before it was answered`);
    if (mode === "user") {
      user = decode(line);
      mode = "password";
      return send("334 UGFzc3dvcmQ6\r\n");
    }
    if (mode === "password") {
      mode = "command";
      return checkLogin(`${user}\0${decode(line)}`);
    }
    commands.push(line);
    const [verb = "", ...rest] = line.split(" ");
    const known = verbs[verb];
    if (known) known(rest.join(" "));
    else send("500 5.5.1 Unknown command\r\n");
  };

  socket.on("data", (chunk) => {
    buffer += chunk.toString("latin1");
    for (let end = buffer.indexOf("\n"); end >= 0; end = buffer.indexOf("\n")) {
      if (buffer[end - 1] !== "\r") wrong("a line end without CR");
      const line = buffer.slice(0, end - 1);
      buffer = buffer.slice(end + 1);
      if (line.includes("\r")) wrong("a CR without a line end");
      takeLine(line);
    }
  });
  // After STARTTLS the client speaks first.
  if (!secure || options.security === "tls") act("GREETING", "220 mail.example.com ESMTP");
}
