import type { TemplateDefinition } from "../template/template.ts";

const email = (subject: string, text: string, button: string) => ({
  subject,
  html: `<!doctype html><html><head><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"></head><body style="margin:0;padding:24px;font-family:sans-serif;font-size:16px;line-height:1.5"><p>${text}</p><p><a href="{{ confirm_url }}" style="display:inline-block;padding:12px 20px;border-radius:6px;background:#1f4fd8;color:#ffffff">${button}</a></p><p>{{ workspace.name }}</p></body></html>`,
});

/** The email that asks to confirm an opt-in where its topic names no template of its own. */
export const CONFIRMATION: TemplateDefinition = {
  key: "confirmation",
  channel: "email",
  name: "Confirm an opt-in",
  defaultLocale: "en",
  locales: {
    en: email(
      "Please confirm: {{ message.topicName }}",
      "You asked for {{ message.topicName }}. Please confirm it within 7 days. If you did not ask, do nothing: nothing will be sent.",
      "Yes, confirm",
    ),
    de: email(
      "Bitte bestätigen: {{ message.topicName }}",
      "Sie möchten {{ message.topicName }} erhalten. Bitte bestätigen Sie das innerhalb von 7 Tagen. Waren Sie es nicht, tun Sie nichts: Es wird nichts gesendet.",
      "Ja, bestätigen",
    ),
    fr: email(
      "Veuillez confirmer : {{ message.topicName }}",
      "Vous avez demandé {{ message.topicName }}. Veuillez le confirmer sous 7 jours. Si ce n’était pas vous, ne faites rien : rien ne sera envoyé.",
      "Oui, confirmer",
    ),
    es: email(
      "Confirme, por favor: {{ message.topicName }}",
      "Ha solicitado {{ message.topicName }}. Confírmelo en un plazo de 7 días. Si no fue usted, no haga nada: no se enviará nada.",
      "Sí, confirmar",
    ),
    pt: email(
      "Confirme, por favor: {{ message.topicName }}",
      "Pediu para receber {{ message.topicName }}. Confirme no prazo de 7 dias. Se não foi você, não faça nada: nada será enviado.",
      "Sim, confirmar",
    ),
    it: email(
      "Conferma richiesta: {{ message.topicName }}",
      "Hai chiesto di ricevere {{ message.topicName }}. Conferma entro 7 giorni. Se non sei stato tu, non fare nulla: non invieremo nulla.",
      "Sì, conferma",
    ),
    nl: email(
      "Bevestig alstublieft: {{ message.topicName }}",
      "U hebt zich aangemeld voor {{ message.topicName }}. Bevestig dit binnen 7 dagen. Was u het niet, doe dan niets: er wordt niets verzonden.",
      "Ja, bevestigen",
    ),
  },
};
