/** What the pages say. `{topic}` and `{channel}` are filled in. */
export interface Words {
  readonly unsubscribe: string;
  readonly askTopic: string;
  readonly askChannel: string;
  readonly yesUnsubscribe: string;
  readonly everything: string;
  readonly doneTopic: string;
  readonly doneChannel: string;
  readonly doneEverything: string;
  readonly preferences: string;
  readonly intro: string;
  readonly nothingToChoose: string;
  readonly save: string;
  readonly saved: string;
  readonly pending: string;
  /** Beside a switch. */
  readonly waits: string;
  readonly confirm: string;
  readonly askConfirm: string;
  readonly yesConfirm: string;
  readonly confirmed: string;
  readonly confirmOver: string;
  readonly invalid: string;
  readonly openAgain: string;
  readonly later: string;
  readonly email: string;
  readonly sms: string;
  readonly push: string;
  readonly whatsapp: string;
  readonly inApp: string;
  readonly slack: string;
}

const en: Words = {
  unsubscribe: "Unsubscribe",
  askTopic: "Do you no longer want to receive “{topic}”?",
  askChannel: "Do you no longer want to receive news by {channel}?",
  yesUnsubscribe: "Yes, unsubscribe",
  everything: "Unsubscribe from everything",
  doneTopic: "You will no longer receive “{topic}”.",
  doneChannel: "You will no longer receive news by {channel}.",
  doneEverything: "You will no longer receive any news.",
  preferences: "What you receive",
  intro: "Choose what you want to receive, and how.",
  nothingToChoose: "There is nothing to choose from.",
  save: "Save",
  saved: "Your choice is saved.",
  pending: "We are sending you an email about {topic}: please confirm there.",
  waits: "still to be confirmed",
  confirm: "Confirm",
  askConfirm: "Do you want to receive “{topic}”?",
  yesConfirm: "Yes, I want to receive it",
  confirmed: "Thank you. You will receive “{topic}”.",
  confirmOver: "This confirmation is no longer needed, or it is too old. Please sign up again if you still want to receive “{topic}”.",
  invalid: "This link is not valid.",
  openAgain: "Perhaps it was cut off. Please open it in the message again.",
  later: "That did not work just now. Please try again in a moment.",
  email: "Email",
  sms: "Text message",
  push: "Notification",
  whatsapp: "WhatsApp",
  inApp: "In the app",
  slack: "Slack",
};

const de: Words = {
  unsubscribe: "Abbestellen",
  askTopic: "Möchten Sie „{topic}“ nicht mehr erhalten?",
  askChannel: "Möchten Sie keine Neuigkeiten per {channel} mehr erhalten?",
  yesUnsubscribe: "Ja, abbestellen",
  everything: "Alles abbestellen",
  doneTopic: "Sie erhalten „{topic}“ nicht mehr.",
  doneChannel: "Sie erhalten keine Neuigkeiten per {channel} mehr.",
  doneEverything: "Sie erhalten keine Neuigkeiten mehr.",
  preferences: "Was Sie erhalten",
  intro: "Wählen Sie, was Sie erhalten möchten und auf welchem Weg.",
  nothingToChoose: "Es gibt nichts zur Auswahl.",
  save: "Speichern",
  saved: "Ihre Auswahl ist gespeichert.",
  pending: "Wir senden Ihnen eine E-Mail zu {topic}: Bitte bestätigen Sie dort.",
  waits: "noch zu bestätigen",
  confirm: "Bestätigen",
  askConfirm: "Möchten Sie „{topic}“ erhalten?",
  yesConfirm: "Ja, ich möchte es erhalten",
  confirmed: "Vielen Dank. Sie erhalten „{topic}“.",
  confirmOver:
    "Diese Bestätigung wird nicht mehr gebraucht oder ist zu alt. Bitte melden Sie sich erneut an, wenn Sie „{topic}“ noch erhalten möchten.",
  invalid: "Dieser Link ist nicht gültig.",
  openAgain: "Vielleicht wurde er abgeschnitten. Bitte öffnen Sie ihn noch einmal in der Nachricht.",
  later: "Das hat gerade nicht geklappt. Bitte versuchen Sie es gleich noch einmal.",
  email: "E-Mail",
  sms: "SMS",
  push: "Mitteilung",
  whatsapp: "WhatsApp",
  inApp: "In der App",
  slack: "Slack",
};

const fr: Words = {
  unsubscribe: "Se désabonner",
  askTopic: "Ne souhaitez-vous plus recevoir « {topic} » ?",
  askChannel: "Ne souhaitez-vous plus recevoir d’actualités par {channel} ?",
  yesUnsubscribe: "Oui, me désabonner",
  everything: "Me désabonner de tout",
  doneTopic: "Vous ne recevrez plus « {topic} ».",
  doneChannel: "Vous ne recevrez plus d’actualités par {channel}.",
  doneEverything: "Vous ne recevrez plus aucune actualité.",
  preferences: "Ce que vous recevez",
  intro: "Choisissez ce que vous souhaitez recevoir, et comment.",
  nothingToChoose: "Il n’y a rien à choisir.",
  save: "Enregistrer",
  saved: "Votre choix est enregistré.",
  pending: "Nous vous envoyons un e-mail au sujet de {topic} : veuillez y confirmer.",
  waits: "à confirmer",
  confirm: "Confirmer",
  askConfirm: "Souhaitez-vous recevoir « {topic} » ?",
  yesConfirm: "Oui, je souhaite le recevoir",
  confirmed: "Merci. Vous recevrez « {topic} ».",
  confirmOver:
    "Cette confirmation n’est plus nécessaire ou est trop ancienne. Veuillez vous réinscrire si vous souhaitez encore recevoir « {topic} ».",
  invalid: "Ce lien n’est pas valable.",
  openAgain: "Il a peut-être été coupé. Veuillez l’ouvrir à nouveau dans le message.",
  later: "Cela n’a pas fonctionné. Veuillez réessayer dans un instant.",
  email: "E-mail",
  sms: "SMS",
  push: "Notification",
  whatsapp: "WhatsApp",
  inApp: "Dans l’application",
  slack: "Slack",
};

const es: Words = {
  unsubscribe: "Darse de baja",
  askTopic: "¿Ya no quiere recibir «{topic}»?",
  askChannel: "¿Ya no quiere recibir novedades por {channel}?",
  yesUnsubscribe: "Sí, darme de baja",
  everything: "Darme de baja de todo",
  doneTopic: "Ya no recibirá «{topic}».",
  doneChannel: "Ya no recibirá novedades por {channel}.",
  doneEverything: "Ya no recibirá ninguna novedad.",
  preferences: "Lo que recibe",
  intro: "Elija qué quiere recibir y cómo.",
  nothingToChoose: "No hay nada que elegir.",
  save: "Guardar",
  saved: "Su elección se ha guardado.",
  pending: "Le enviamos un correo sobre {topic}: confírmelo allí, por favor.",
  waits: "por confirmar",
  confirm: "Confirmar",
  askConfirm: "¿Quiere recibir «{topic}»?",
  yesConfirm: "Sí, quiero recibirlo",
  confirmed: "Gracias. Recibirá «{topic}».",
  confirmOver: "Esta confirmación ya no es necesaria o es demasiado antigua. Suscríbase de nuevo si todavía quiere recibir «{topic}».",
  invalid: "Este enlace no es válido.",
  openAgain: "Quizá se cortó. Ábralo de nuevo desde el mensaje.",
  later: "No ha funcionado. Inténtelo de nuevo en un momento.",
  email: "Correo electrónico",
  sms: "SMS",
  push: "Notificación",
  whatsapp: "WhatsApp",
  inApp: "En la aplicación",
  slack: "Slack",
};

const pt: Words = {
  unsubscribe: "Cancelar subscrição",
  askTopic: "Já não quer receber «{topic}»?",
  askChannel: "Já não quer receber novidades por {channel}?",
  yesUnsubscribe: "Sim, cancelar",
  everything: "Cancelar tudo",
  doneTopic: "Deixará de receber «{topic}».",
  doneChannel: "Deixará de receber novidades por {channel}.",
  doneEverything: "Deixará de receber novidades.",
  preferences: "O que recebe",
  intro: "Escolha o que quer receber e como.",
  nothingToChoose: "Não há nada para escolher.",
  save: "Guardar",
  saved: "A sua escolha foi guardada.",
  pending: "Enviamos-lhe um e-mail sobre {topic}: confirme aí, por favor.",
  waits: "por confirmar",
  confirm: "Confirmar",
  askConfirm: "Quer receber «{topic}»?",
  yesConfirm: "Sim, quero receber",
  confirmed: "Obrigado. Vai receber «{topic}».",
  confirmOver: "Esta confirmação já não é necessária ou é demasiado antiga. Subscreva de novo se ainda quiser receber «{topic}».",
  invalid: "Esta ligação não é válida.",
  openAgain: "Talvez tenha sido cortada. Abra-a de novo na mensagem.",
  later: "Não funcionou. Tente de novo daqui a pouco.",
  email: "E-mail",
  sms: "SMS",
  push: "Notificação",
  whatsapp: "WhatsApp",
  inApp: "Na aplicação",
  slack: "Slack",
};

const it: Words = {
  unsubscribe: "Annulla l’iscrizione",
  askTopic: "Non vuoi più ricevere «{topic}»?",
  askChannel: "Non vuoi più ricevere novità tramite {channel}?",
  yesUnsubscribe: "Sì, annulla l’iscrizione",
  everything: "Annulla tutte le iscrizioni",
  doneTopic: "Non riceverai più «{topic}».",
  doneChannel: "Non riceverai più novità tramite {channel}.",
  doneEverything: "Non riceverai più alcuna novità.",
  preferences: "Che cosa ricevi",
  intro: "Scegli che cosa vuoi ricevere e come.",
  nothingToChoose: "Non c’è nulla da scegliere.",
  save: "Salva",
  saved: "La tua scelta è stata salvata.",
  pending: "Ti inviamo un’e-mail su {topic}: conferma da lì.",
  waits: "da confermare",
  confirm: "Conferma",
  askConfirm: "Vuoi ricevere «{topic}»?",
  yesConfirm: "Sì, voglio riceverlo",
  confirmed: "Grazie. Riceverai «{topic}».",
  confirmOver: "Questa conferma non serve più o è troppo vecchia. Iscriviti di nuovo se vuoi ancora ricevere «{topic}».",
  invalid: "Questo link non è valido.",
  openAgain: "Forse è stato troncato. Aprilo di nuovo dal messaggio.",
  later: "Non ha funzionato. Riprova tra poco.",
  email: "E-mail",
  sms: "SMS",
  push: "Notifica",
  whatsapp: "WhatsApp",
  inApp: "Nell’app",
  slack: "Slack",
};

const nl: Words = {
  unsubscribe: "Afmelden",
  askTopic: "Wilt u “{topic}” niet meer ontvangen?",
  askChannel: "Wilt u geen nieuws meer ontvangen via {channel}?",
  yesUnsubscribe: "Ja, afmelden",
  everything: "Voor alles afmelden",
  doneTopic: "U ontvangt “{topic}” niet meer.",
  doneChannel: "U ontvangt geen nieuws meer via {channel}.",
  doneEverything: "U ontvangt geen nieuws meer.",
  preferences: "Wat u ontvangt",
  intro: "Kies wat u wilt ontvangen, en hoe.",
  nothingToChoose: "Er is niets te kiezen.",
  save: "Opslaan",
  saved: "Uw keuze is opgeslagen.",
  pending: "We sturen u een e-mail over {topic}: bevestig daar alstublieft.",
  waits: "nog te bevestigen",
  confirm: "Bevestigen",
  askConfirm: "Wilt u “{topic}” ontvangen?",
  yesConfirm: "Ja, ik wil het ontvangen",
  confirmed: "Dank u wel. U ontvangt “{topic}”.",
  confirmOver: "Deze bevestiging is niet meer nodig of te oud. Meld u opnieuw aan als u “{topic}” nog wilt ontvangen.",
  invalid: "Deze link is niet geldig.",
  openAgain: "Misschien is hij afgebroken. Open hem opnieuw in het bericht.",
  later: "Dat lukte nu niet. Probeer het zo nog eens.",
  email: "E-mail",
  sms: "Sms",
  push: "Melding",
  whatsapp: "WhatsApp",
  inApp: "In de app",
  slack: "Slack",
};

const builtIn: Readonly<Record<string, Words>> = { en, de, fr, es, pt, it, nl };

/** The words of a language, and its tag for the page. */
export interface Language {
  readonly tag: string;
  readonly words: Words;
}

/**
 * The first wished language that there are words in, else English. What a workspace says itself goes first, word by word.
 *
 * @param wishes language tags, the best first ("de-AT", "pt_BR")
 */
export const languageFor = (wishes: readonly string[], own: Readonly<Record<string, Readonly<Record<string, string>>>> = {}): Language => {
  const named = (tag: string): Readonly<Record<string, string>> | undefined =>
    Object.entries(own).find(([key]) => key.toLowerCase() === tag.toLowerCase())?.[1];
  for (const wish of wishes) {
    const tag = wish.replaceAll("_", "-");
    const plain = tag.split("-")[0]?.toLowerCase() ?? "";
    const theirs = named(tag) ?? named(plain);
    const ours = Object.hasOwn(builtIn, plain) ? builtIn[plain] : undefined;
    if (theirs === undefined && ours === undefined) continue;
    return { tag, words: { ...en, ...ours, ...known(theirs) } };
  }
  return { tag: "en", words: { ...en, ...known(named("en")) } };
};

const known = (words: Readonly<Record<string, string>> = {}): Partial<Words> =>
  Object.fromEntries(Object.entries(words).filter(([name]) => Object.hasOwn(en, name)));

/** A sentence with its places filled in. */
export const say = (sentence: string, places: { readonly topic?: string; readonly channel?: string } = {}): string =>
  sentence.replace(/\{(topic|channel)\}/g, (_whole, name: "topic" | "channel") => places[name] ?? "");
