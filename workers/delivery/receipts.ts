import type { DeliverMessage } from "../../src/api/queue.ts";
import { kindOf, type ProviderDefinition } from "../../src/channels/provider-definition.ts";
import type { HttpCall, Receipt, Receipts } from "../../src/channels/provider.ts";
import type { Reply } from "../../src/channels/reply.ts";
import type { Stimulus } from "../../src/domain/user/stimulus.ts";
import type { UserKey } from "../../src/domain/user/user-key.ts";

/** A message on a queue that asks for a receipt instead of being claimed. */
export interface ReceiptWish {
  readonly body: DeliverMessage;
  /** Times it was brought, from 1. */
  readonly attempts: number;
  ack(): void;
  retry(options: { readonly delaySeconds: number }): void;
}

export interface ReceiptPorts {
  readonly provider: (workspace: string, key: string) => Promise<ProviderDefinition | undefined>;
  readonly call: (call: HttpCall) => Promise<Reply>;
  /** Gives users their stimuli; rejects when one could not be told. */
  readonly tell: (
    workspace: string,
    changes: readonly { readonly user: UserKey; readonly stimuli: readonly Stimulus[] }[],
  ) => Promise<void>;
  /** The provider said that its operator must act. Never rejects. */
  readonly misconfigured: (
    workspace: string,
    provider: string,
    said: { readonly detail: string; readonly begunAt: number },
  ) => Promise<void>;
}

/** Asked so often, a provider that knows nothing of a message will not say any more. */
const mostAttempts = 8;
/** Seconds until the next asking. */
const laterSeconds = 900;

/** What a provider's kind says of receipts; undefined where it gives none. */
export const receiptsOf = (definition: ProviderDefinition | undefined): Receipts<unknown> | undefined => {
  const kind = definition && kindOf(definition.type);
  return kind?.via === "http" ? kind.receipts : undefined;
};

/**
 * Asks providers what became of messages they took, and tells the users of those that did not get through. A receipt that is not
 * there yet is asked for again. Never throws: what could not be asked or told comes again.
 */
export const takeReceipts = async (wishes: readonly ReceiptWish[], ports: ReceiptPorts): Promise<void> => {
  const groups = Map.groupBy(wishes, ({ body }) => `${body.workspace}:${body.receipt?.provider}`);
  for (const group of groups.values()) {
    try {
      await takeGroup(group, ports);
    } catch (problem) {
      console.error(JSON.stringify({ what: "receipts could not be taken", workspace: group[0]?.body.workspace, error: String(problem) }));
      for (const wish of group) again(wish);
    }
  }
};

const again = (wish: ReceiptWish): void => (wish.attempts < mostAttempts ? wish.retry({ delaySeconds: laterSeconds }) : wish.ack());

/** All of one provider. */
const takeGroup = async (group: readonly ReceiptWish[], ports: ReceiptPorts): Promise<void> => {
  const [first] = group;
  if (first?.body.receipt === undefined) return;
  const definition = await ports.provider(first.body.workspace, first.body.receipt.provider);
  const receipts = receiptsOf(definition);
  if (definition === undefined || receipts === undefined) return group.forEach((wish) => wish.ack());
  const baseUrl = definition.baseUrl ?? baseUrlOf(definition);
  for (let from = 0; from < group.length; from += receipts.most) {
    const part = group.slice(from, from + receipts.most);
    const ids = part.flatMap(({ body }) => body.receipt?.id ?? []);
    const told = receipts.read(await ports.call(receipts.request(ids, definition.settings, baseUrl)));
    await tellAll(part, told, ports);
    for (const wish of part) {
      if (told?.has(wish.body.receipt?.id ?? "") === true) wish.ack();
      else again(wish);
    }
  }
};

const baseUrlOf = ({ type }: ProviderDefinition): string => {
  const kind = kindOf(type);
  return kind.via === "http" ? (kind.baseUrl ?? "") : "";
};

const tellAll = async (
  part: readonly ReceiptWish[],
  told: ReadonlyMap<string, Receipt> | undefined,
  ports: ReceiptPorts,
): Promise<void> => {
  const stimuli = new Map<UserKey, Stimulus[]>();
  for (const { body } of part) {
    const receipt = told?.get(body.receipt?.id ?? "");
    if (receipt?.failed === undefined) continue;
    const { reason, permanent } = receipt.failed;
    const own = stimuli.get(body.user) ?? [];
    stimuli.set(body.user, [...own, { type: "reported", message: body.message, status: "bounced", reason, permanent }]);
  }
  const [first] = part;
  await tellOperator(part, told, ports);
  if (stimuli.size > 0 && first !== undefined)
    await ports.tell(
      first.body.workspace,
      [...stimuli].map(([user, own]) => ({ user, stimuli: own })),
    );
};

/** Once for all of them: by the newest message that failed for it, since what was sent before a change of the settings says nothing about it. */
const tellOperator = async (
  part: readonly ReceiptWish[],
  told: ReadonlyMap<string, Receipt> | undefined,
  ports: ReceiptPorts,
): Promise<void> => {
  const failed = part.flatMap(({ body }) => {
    const { failed: said } = told?.get(body.receipt?.id ?? "") ?? {};
    return said?.misconfigured === true && body.receipt !== undefined
      ? [{ ...body.receipt, workspace: body.workspace, detail: said.reason }]
      : [];
  });
  const [newest] = failed.toSorted((a, b) => b.begunAt - a.begunAt);
  if (newest !== undefined)
    await ports.misconfigured(newest.workspace, newest.provider, { detail: newest.detail, begunAt: newest.begunAt });
};
