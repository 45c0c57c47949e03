import type { Language } from '../script.ts'

/** What the machine itself says; `{title}` is that of a flow or a slot. */
type PhraseName = 'backTo' | 'cancelled' | 'stopped' | 'notRead' | 'notConfirmed' | 'waiting'

const phrases: Record<PhraseName, Record<Language, string>> = {
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
}

export function phrase(name: PhraseName, language: Language, title = ''): string {
  return phrases[name][language].replace('{title}', () => title)
}
