import type { SiteLanguage } from './response-site.ts'

/** What the site says by itself, around the company's own texts. */
export interface SiteWords {
  /** Of the language, in the language. */
  name: string
  skip: string
  inLanguage: string
  dates(from: string, to: string): string
  affected: string
  period: string
  involved: string
  notInvolved: string
  whatToDo: string
  liability: string
  amIAffected: string
  amIAffectedHow: string
  email: string
  code: string
  codeHint: string
  ask: string
  asked: string
  askedHow: string
  updates: string
  lastUpdate: string
  updateOn(day: string): string
  byMail: string
  byMailHow: string
  subscribe: string
  subscribed: string
  subscribedHow: string
  feed: string
  questions: string
  call: string
  real: string
  realHow(address: string): string
  statement: string
  back: string
  tooMany: string
  tooManyHow: string
  unreadable: string
  unreadableHow: string
  away: string
  awayHow: string
  noTracking: string
}

const day = (locale: string) => {
  const format = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' })
  return (iso: string): string => format.format(new Date(iso.length === 10 ? `${iso}T00:00:00Z` : iso))
}
const english = day('en-US')
const spanish = day('es-US')

export const siteWords: Record<SiteLanguage, SiteWords> = {
  en: {
    name: 'English',
    skip: 'Go to what you can do',
    inLanguage: 'This page in other languages',
    dates: (from, to) => (from === to ? english(from) : `${english(from)} to ${english(to)}`),
    affected: 'Who is affected',
    period: 'When',
    involved: 'What was involved',
    notInvolved: 'What was not involved',
    whatToDo: 'What you can do now',
    liability: 'You do not pay for fraud on your card',
    amIAffected: 'Was I affected?',
    amIAffectedHow:
      'Leave your e-mail address. The answer goes to that mailbox and nowhere else, so nobody can find out about you here. This page looks the same whatever the answer is.',
    email: 'E-mail address',
    code: 'Code from our letter',
    codeHint: 'Only if you got a letter. It counts once.',
    ask: 'Send me the answer',
    asked: 'The answer is on its way',
    askedHow:
      'Within an hour you have a message at the address that you gave. If none comes, look into the folder for unwanted mail, or call us.',
    updates: 'Updates',
    lastUpdate: 'Last update',
    updateOn: english,
    byMail: 'Updates by e-mail',
    byMailHow: 'One message for each update, and none about anything else.',
    subscribe: 'Subscribe',
    subscribed: 'One more step',
    subscribedHow: 'We sent a message to that address. Updates come once you confirm in it.',
    feed: 'As a feed',
    questions: 'Questions and answers',
    call: 'Talk to a person',
    real: 'Is this page real?',
    realHow: (address) =>
      `It stands at ${address} and nowhere else. We never ask for a card number, a password or a payment, neither here nor in a message about this. The text of this page is signed; a copy with other words does not have our signature.`,
    statement: 'Signed text of this page',
    back: 'Back to the page',
    tooMany: 'That was a lot at once',
    tooManyHow: 'Please wait a minute and send it again. Nothing was lost, and nothing was kept.',
    unreadable: 'This address cannot be used',
    unreadableHow: 'Go back and look whether the e-mail address is complete, such as name@example.com.',
    away: 'This cannot be taken right now',
    awayHow: 'Please try again in a few minutes, or call us. What this page says is not affected.',
    noTracking: 'This page sets no cookie and loads nothing from anybody else.',
  },
  es: {
    name: 'Español',
    skip: 'Ir a lo que puede hacer',
    inLanguage: 'Esta página en otros idiomas',
    dates: (from, to) => (from === to ? spanish(from) : `Del ${spanish(from)} al ${spanish(to)}`),
    affected: 'A quién afecta',
    period: 'Cuándo',
    involved: 'Qué datos se vieron implicados',
    notInvolved: 'Qué datos no se vieron implicados',
    whatToDo: 'Qué puede hacer ahora',
    liability: 'Usted no paga el fraude con su tarjeta',
    amIAffected: '¿Me afecta a mí?',
    amIAffectedHow:
      'Déjenos su dirección de correo. La respuesta llega a ese buzón y a ningún otro lugar, de modo que nadie puede averiguar aquí nada sobre usted. Esta página se ve igual sea cual sea la respuesta.',
    email: 'Dirección de correo electrónico',
    code: 'Código de nuestra carta',
    codeHint: 'Solo si recibió una carta. Sirve una vez.',
    ask: 'Enviarme la respuesta',
    asked: 'La respuesta está en camino',
    askedHow:
      'En menos de una hora tendrá un mensaje en la dirección que nos dio. Si no llega, mire en la carpeta de correo no deseado o llámenos.',
    updates: 'Novedades',
    lastUpdate: 'Última novedad',
    updateOn: spanish,
    byMail: 'Novedades por correo',
    byMailHow: 'Un mensaje por cada novedad, y ninguno sobre otra cosa.',
    subscribe: 'Suscribirme',
    subscribed: 'Falta un paso',
    subscribedHow: 'Hemos enviado un mensaje a esa dirección. Las novedades llegarán cuando lo confirme.',
    feed: 'Como canal de noticias',
    questions: 'Preguntas y respuestas',
    call: 'Hablar con una persona',
    real: '¿Es auténtica esta página?',
    realHow: (address) =>
      `Está en ${address} y en ningún otro lugar. Nunca pedimos un número de tarjeta, una contraseña ni un pago, ni aquí ni en un mensaje sobre este asunto. El texto de esta página está firmado; una copia con otras palabras no lleva nuestra firma.`,
    statement: 'Texto firmado de esta página',
    back: 'Volver a la página',
    tooMany: 'Eso fue mucho de una vez',
    tooManyHow: 'Espere un minuto y envíelo otra vez. No se ha perdido ni guardado nada.',
    unreadable: 'Esta dirección no se puede usar',
    unreadableHow: 'Vuelva atrás y mire si la dirección está completa, como nombre@example.com.',
    away: 'Ahora mismo no se puede recibir',
    awayHow: 'Inténtelo de nuevo en unos minutos o llámenos. Lo que dice esta página no cambia.',
    noTracking: 'Esta página no pone cookies ni carga nada de nadie más.',
  },
}
