import { callFor, kindOf, resendsUncertain, secretSettings, type ProviderDefinition } from "../../src/channels/provider-definition.ts";
import type { AuthorizePorts, HttpCall, HttpProvider, Sending, SmtpProvider } from "../../src/channels/provider.ts";
import type { Reply } from "../../src/channels/reply.ts";
import type { SmtpEnd, SmtpMail, SmtpServer } from "../../src/channels/smtp/smtp.ts";
import { Unprepared } from "../../src/channels/unprepared.ts";
import type { Outcome } from "../../src/domain/message/message.ts";
import { masked, withoutSecrets } from "./without-secrets.ts";

/** What an attempt is made with. */
export interface AttemptPorts {
  /** Settings of a provider, opened; undefined when there is none of that key. */
  readonly provider: (workspace: string, key: string) => Promise<ProviderDefinition | undefined>;
  /** `mayRepeat`: the attempt may be repeated whatever became of it, so nothing is lost by not knowing whether it arrived. */
  readonly call: (call: HttpCall, mayRepeat: boolean) => Promise<Reply>;
  readonly authorize: AuthorizePorts;
  /** Has a token made anew the next time, whatever is left of its life. */
  readonly forgetToken: (name: string) => void;
  /** Does the work once a connection is free for it; answers `otherwise` where none is in time, with nothing begun. */
  readonly connected: <T>(work: () => Promise<T>, otherwise: T) => Promise<T>;
  /** Hands a mail to a server over SMTP. */
  readonly mail: (server: SmtpServer, mail: SmtpMail) => Promise<SmtpEnd>;
  /** Keeps a message in the workspace's outbox. */
  readonly keep: (message: Sending) => Promise<void>;
}

/** Hands one claimed message to its provider. Never throws: whatever happens is one of the six outcomes. */
export async function attempt(message: Sending, providerKey: string, ports: AttemptPorts): Promise<Outcome> {
  let definition: ProviderDefinition | undefined;
  try {
    definition = await ports.provider(message.workspace, providerKey);
  } catch (problem) {
    // Nothing was sent yet.
    return { kind: "retry", detail: `the provider's settings could not be read: ${messageOf(problem)}` };
  }
  if (!definition) return { kind: "misconfigured", detail: `there is no provider ${providerKey}` };
  const kind = kindOf(definition.type);
  switch (kind.via) {
    case "outbox":
      return keep(message, ports);
    case "smtp":
      return mail(message, { definition, kind }, ports);
    case "http":
      return send(message, { definition, kind }, ports);
  }
}

async function keep(message: Sending, ports: AttemptPorts): Promise<Outcome> {
  try {
    await ports.keep(message);
    return { kind: "accepted" };
  } catch (problem) {
    // Keeping twice is keeping once, so this may be tried again whatever became of the write.
    return { kind: "retry", detail: `the outbox could not be written: ${messageOf(problem)}` };
  }
}

async function send(
  message: Sending,
  provider: { readonly definition: ProviderDefinition; readonly kind: HttpProvider },
  ports: AttemptPorts,
): Promise<Outcome> {
  const { definition, kind } = provider;
  let call: HttpCall;
  /** Tokens of an earlier call that this one is made with. */
  const kept = new Set<string>();
  try {
    call = await callFor(kind, definition, message, {
      ...ports.authorize,
      cached: (name, make) => {
        const own = `${message.workspace}:${definition.key}:${name}`;
        kept.add(own);
        return ports.authorize.cached(own, () => {
          kept.delete(own);
          return make();
        });
      },
    });
  } catch (problem) {
    if (problem instanceof Unprepared) return problem.outcome;
    return { kind: "misconfigured", detail: `the request could not be made: ${messageOf(problem)}` };
  }
  const { settings } = definition;
  const reply = await ports.connected(() => ports.call(call, resendsUncertain(definition)), noConnection);
  const outcome = kind.outcome(reply, { message, settings });
  if (outcome.kind === "accepted") return outcome;
  const detail = withoutSettings(withoutSecrets(outcome.detail, call), definition);
  if (reply.kind === "answer" && reply.status === 401 && outcome.kind === "misconfigured" && kept.size > 0) {
    // Taken back before its time, perhaps; what is wrong with the account is said of a new one too.
    for (const name of kept) ports.forgetToken(name);
    return { kind: "retry", detail };
  }
  return { ...outcome, detail };
}

/** Definitely not taken. */
const noConnection = { kind: "no-connection", detail: "no connection was free in time" } as const;

async function mail(
  message: Sending,
  { definition, kind }: { readonly definition: ProviderDefinition; readonly kind: SmtpProvider },
  ports: AttemptPorts,
): Promise<Outcome> {
  let server: SmtpServer;
  let built: SmtpMail;
  try {
    server = kind.server(definition.settings);
    built = kind.mail(message, definition.settings, ports.authorize.now());
  } catch (problem) {
    if (problem instanceof Unprepared) return problem.outcome;
    return { kind: "misconfigured", detail: `the mail could not be made: ${messageOf(problem)}` };
  }
  const outcome = kind.outcome(await ports.connected(() => ports.mail(server, built), noConnection), {
    message,
    settings: definition.settings,
  });
  return outcome.kind === "accepted" ? outcome : { ...outcome, detail: withoutSettings(outcome.detail, definition) };
}

/** Some providers are told their key in the body, and servers say back what they were told. */
function withoutSettings(detail: string, { type, settings }: ProviderDefinition): string {
  const secrets = secretSettings(type)
    .map((name) => settings[name])
    .filter((value) => typeof value === "string" && value.length >= 4) as string[]; // checked right here
  return masked(detail, secrets);
}

const messageOf = (problem: unknown): string => (problem instanceof Error ? problem.message : String(problem));
