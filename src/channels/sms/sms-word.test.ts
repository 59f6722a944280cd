import { describe, expect, it } from "vitest";
import { smsWord } from "./sms-word.ts";

describe("smsWord: SMS STOP, START and HELP words are honoured", () => {
  it.each(["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"])("%s stops", (word) => {
    expect(smsWord(word)).toBe("stop");
    expect(smsWord(word.toLowerCase())).toBe("stop");
  });

  it.each(["START", "YES", "UNSTOP", "unstop"])("%s starts again", (word) => expect(smsWord(word)).toBe("start"));

  it.each(["HELP", "INFO", "help", "Info."])("%s asks for help", (word) => expect(smsWord(word)).toBe("help"));

  it.each(["  Stop ", "STOP.", "stop!!!", "“Stop”", "Stop 🛑", "stop\n", "STOP ALL", "stop-all", "Opt-out", "ＳＴＯＰ", "S\u0301TOP"])(
    "case, spaces, punctuation, accents and pictures make no difference: %j",
    (text) => expect(smsWord(text)).toBe("stop"),
  );

  it.each([
    "Stopp",
    "abmelden",
    "ARRÊT",
    "arret",
    "Baja",
    "PARAR",
    "afmelden",
    "iptal",
    "İPTAL",
    "СТОП",
    "стоп",
    "إيقاف",
    "退订",
    "הסר",
    "Στοπ",
    "berhenti",
  ])("words of other languages stop too: %s", (text) => expect(smsWord(text)).toBe("stop"));

  it.each([
    "Please stop",
    "stop please!",
    "STOP NOW",
    "Stop this",
    "Bitte stopp",
    "stop texting me",
    "Don't text me",
    "Do not text me, please",
    "remove me",
    "unsub",
  ])("whoever says in other words that it must stop is understood: %j", (text) => expect(smsWord(text)).toBe("stop"));

  it.each(["Yes please", "start now", "yes, thanks", "Please start"])("what starts again has to stand alone: %j", (text) =>
    expect(smsWord(text)).toBeUndefined(),
  );

  it.each(["Hilfe", "aide", "HJÄLP", "hjælp"])("and ask for help: %s", (text) => expect(smsWord(text)).toBe("help"));

  it.each([
    "",
    " ",
    "!",
    "🛑",
    "Stop by at six",
    "please don't stop",
    "please",
    "now now",
    "Stop it works now, thanks",
    "Yes, at six",
    "the end",
    "STOPPING",
    "constructor",
    `STOP${"!".repeat(100)}`,
    "S T O P",
  ])("a conversation is no word: %j", (text) => expect(smsWord(text)).toBeUndefined());
});
