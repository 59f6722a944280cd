/** What a user who writes one of the agreed words wants. */
export type SmsWish = "stop" | "start" | "help";

/**
 * The words, in the languages people write them in. Source: CTIA Messaging Principles and Best Practices (STOP, STOPALL,
 * UNSUBSCRIBE, CANCEL, END, QUIT, START, YES, UNSTOP, HELP, INFO), 47 CFR 64.1200(a)(10) (REVOKE, OPT OUT), and what carriers
 * of the other countries ask for. Words that lift a stop are few on purpose: one that is read wrongly there makes us write to
 * somebody who said no.
 */
const wordsByWish: Readonly<Record<SmsWish, string>> = {
  // English, German and Scandinavian, French, Spanish and Portuguese, Italian, Dutch, Polish, Turkish, Russian, Arabic, Chinese, Japanese, Korean.
  stop: `STOP | STOPALL | STOP ALL | UNSUBSCRIBE | UNSUB | CANCEL | END | QUIT | REVOKE | OPTOUT | OPT OUT | STOP SMS | REMOVE ME
    | STOP TEXTING | STOP TEXTING ME | STOP MESSAGING ME | DO NOT TEXT | DO NOT TEXT ME | DON T TEXT ME | NO MORE TEXTS | LEAVE ME ALONE
    | STOPP | ABMELDEN | ABBESTELLEN | AFMELD | AVMELD | LOPETA | ARRET | ARRETER | DESABONNER
    | PARAR | BAJA | ALTO | CANCELAR | SAIR | DETENER | FERMA | ANNULLA | CANCELLA | AFMELDEN | STOPPEN
    | REZYGNUJE | WYPISZ | IPTAL | DUR | СТОП | ОТПИСАТЬСЯ | إيقاف | توقف | الغاء | הסר | ΣΤΟΠ | ΔΙΑΓΡΑΦΗ | BERHENTI | AVSLUTA | 停止 | 退订 | 退訂 | 配信停止 | 수신거부`,
  start: "START | YES | UNSTOP | ANMELDEN | DEMARRER | REPRENDRE | ALTA | INICIAR | AANMELDEN | СТАРТ",
  help: "HELP | INFO | HILFE | AIDE | AYUDA | AJUDA | AIUTO | HULP | HJALP | HJELP | HJÆLP | APUA | POMOC | YARDIM | ПОМОЩЬ | مساعدة",
};

/** Politeness says nothing else: "Please stop", "Stop, danke". */
const polite = /(?:^| )(?:PLEASE|PLS|PLZ|BITTE|THANKS|THANK YOU|DANKE|SVP|MERCI|NOW|THIS)(?= |$)/g;

/** Case, accents, punctuation and pictures make no difference: "Stop!" and "« ARRÊT »" are the words too. */
const bare = (text: string): string =>
  text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toUpperCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();

const wishByWord: ReadonlyMap<string, SmsWish> = new Map(
  Object.entries(wordsByWish).flatMap(([wish, words]) => words.split("|").map((word): [string, SmsWish] => [bare(word), wish as SmsWish])), // keys of wordsByWish
);

/**
 * What an inbound text asks for, where it is one of the agreed words and nothing else: "Stop by at six" is a conversation.
 * `stop` suppresses the sms channel for good, `start` lifts that, `help` is only recorded. Source: docs/semantics.md.
 */
export const smsWord = (text: string): SmsWish | undefined => {
  // No word is longer; the text comes from anybody.
  if (text.trim().length > 40) return undefined;
  const word = bare(text);
  const wish = wishByWord.get(word) ?? wishByWord.get(word.replace(polite, "").trim());
  // Only the word alone starts again: whoever says more may well mean something else by it.
  return wish === "start" && !wishByWord.has(word) ? undefined : wish;
};
