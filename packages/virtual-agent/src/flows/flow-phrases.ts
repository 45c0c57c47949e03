import type { Localised } from '../script.ts'

/** What the machine itself says; `{title}` is that of a flow. */
export type FlowPhraseName = 'backTo' | 'cancelled' | 'stopped' | 'notRead' | 'notConfirmed' | 'waiting'

/** With the quick replies below a question that is confirmed. */
export type FlowPhrases = Record<FlowPhraseName | 'confirmYes' | 'confirmNo', Localised>

/** Where the tenant's people have not put it in their own words. */
export const flowPhrases: FlowPhrases = {
  backTo: {
    en: 'Back to: {title}.',
    es: 'Volvamos a: {title}.',
    de: 'Zurück zu: {title}.',
    ar: 'نعود إلى: {title}.',
  },
  cancelled: {
    en: 'All right, I have stopped this: {title}. Nothing was done.',
    es: 'De acuerdo, lo dejo: {title}. No se ha hecho nada.',
    de: 'In Ordnung, ich lasse das: {title}. Es wurde nichts veranlasst.',
    ar: 'حسنًا، أوقفت هذا: {title}. لم يتم تنفيذ أي شيء.',
  },
  stopped: {
    en: 'All right, I have stopped this: {title}. What was done before stays done.',
    es: 'De acuerdo, lo dejo: {title}. Lo que ya se hizo, hecho está.',
    de: 'In Ordnung, ich lasse das: {title}. Was schon veranlasst wurde, bleibt bestehen.',
    ar: 'حسنًا، أوقفت هذا: {title}. ما تم تنفيذه سابقًا يبقى كما هو.',
  },
  notRead: {
    en: 'I could not read that.',
    es: 'No he podido entenderlo.',
    de: 'Das konnte ich nicht lesen.',
    ar: 'لم أتمكن من فهم ذلك.',
  },
  notConfirmed: {
    en: 'Please say yes or no.',
    es: 'Dígame sí o no, por favor.',
    de: 'Bitte sagen Sie ja oder nein.',
    ar: 'من فضلك أجب بنعم أو لا.',
  },
  waiting: {
    en: 'One moment, I am still waiting for an answer from the system.',
    es: 'Un momento, aún espero la respuesta del sistema.',
    de: 'Einen Moment, ich warte noch auf die Antwort des Systems.',
    ar: 'لحظة من فضلك، ما زلت أنتظر ردّ النظام.',
  },
  confirmYes: { en: 'Yes', es: 'Sí', de: 'Ja', ar: 'نعم' },
  confirmNo: { en: 'No', es: 'No', de: 'Nein', ar: 'لا' },
}
