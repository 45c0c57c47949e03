import type { NoticeCategory, NoticeLanguage } from '@candor/protocol/notices-api.ts'
import type { Heading } from './template.ts'

/** What the program itself says in a notice, in each language. */
export interface NoticeVocabulary {
  headings: Record<Heading, string>
  categories: Record<NoticeCategory, string>
  day(date: Date): string
  between(from: string, to: string): string
  on(day: string): string
  estimated: string
  discovered(day: string): string
  delayed: string
  notDelayed: string
  reviewAccounts: string
  changePassword: string
  fraudAlertsAndFreezes: string[]
  affected(count: string): string
  policeReport: string
  offer(provider: string, months: number, enrolAt: string, until: string): string
  web(address: string): string
  dataProtection(who: string): string
  page(n: number, of: number): string
  code(company: string): string
}

const english = new Intl.DateTimeFormat('en-US', { dateStyle: 'long', timeZone: 'UTC' })
const spanish = new Intl.DateTimeFormat('es-ES', { dateStyle: 'long', timeZone: 'UTC' })

export const vocabularies: Readonly<Record<NoticeLanguage, NoticeVocabulary>> = {
  en: {
    headings: {
      'what-happened': 'What Happened',
      'what-information': 'What Information Was Involved',
      'what-we-are-doing': 'What We Are Doing',
      'what-you-can-do': 'What You Can Do',
      'more-information': 'For More Information',
    },
    categories: {
      'payment-card': 'Payment card: number, expiry date and security code',
      contact: 'Name and contact details',
      credentials: 'User name and password',
      conversation: 'What you wrote to us in the chat',
      'government-id': 'Government identification number',
      passport: 'Passport number',
      loyalty: 'Loyalty programme number',
      health: 'Information about your health',
      'bank-account': 'Bank account number',
    },
    day: (date) => english.format(date),
    between: (from, to) => `between ${from} and ${to}`,
    on: (day) => `on ${day}`,
    estimated: ' (estimated)',
    discovered: (day) => `We discovered it on ${day}.`,
    delayed: 'This notice was delayed at the request of a law enforcement agency.',
    notDelayed: 'This notice was not delayed by a law enforcement investigation.',
    reviewAccounts:
      'Look at your statements of the last months and of the next twelve. If there is a payment that you did not make, tell your bank or the issuer of your card at once; the number is on the back of the card.',
    changePassword:
      'Change your password and your security question with us now, and everywhere else where you use the same ones.',
    fraudAlertsAndFreezes: [
      'You can have a fraud alert placed on your credit file, free of charge: whoever grants credit in your name is then asked to make sure that it is you. One of the agencies below is enough; it tells the others.',
      'You can place a security freeze on your credit file, and lift or remove it again, free of charge. Ask each of the agencies below, by telephone, on its web site or by letter, with your full name, date of birth, Social Security number, your addresses of the last years, and a copy of an identity document and of a bill with your address.',
    ],
    affected: (count) => `${count} persons are affected.`,
    policeReport:
      'You have the right to obtain a police report about this incident. If you are a victim of identity theft, you have the right to file a police report and to obtain a copy of it.',
    offer: (provider, months, enrolAt, until) =>
      `We offer you identity theft protection and credit monitoring by ${provider} for ${months} months, at no cost to you. Enrol at ${enrolAt} by ${until}.`,
    web: (address) => `Updates and answers to common questions are at ${address}.`,
    dataProtection: (who) => `Questions about data protection: ${who}.`,
    page: (n, of) => `Page ${n} of ${of}`,
    code: (company) =>
      `Your personal code. ${company} asks for it only on the page about this incident, never by telephone or mail.`,
  },
  es: {
    headings: {
      'what-happened': 'Qué ocurrió',
      'what-information': 'Qué información quedó afectada',
      'what-we-are-doing': 'Qué estamos haciendo',
      'what-you-can-do': 'Qué puede hacer usted',
      'more-information': 'Para más información',
    },
    categories: {
      'payment-card': 'Tarjeta de pago: número, fecha de caducidad y código de seguridad',
      contact: 'Nombre y datos de contacto',
      credentials: 'Nombre de usuario y contraseña',
      conversation: 'Lo que nos escribió en el chat',
      'government-id': 'Número de identificación oficial',
      passport: 'Número de pasaporte',
      loyalty: 'Número del programa de fidelidad',
      health: 'Información sobre su salud',
      'bank-account': 'Número de cuenta bancaria',
    },
    day: (date) => spanish.format(date),
    between: (from, to) => `entre el ${from} y el ${to}`,
    on: (day) => `el ${day}`,
    estimated: ' (fecha estimada)',
    discovered: (day) => `Lo descubrimos el ${day}.`,
    delayed: 'Este aviso se retrasó a petición de una autoridad policial.',
    notDelayed: 'Este aviso no se retrasó por ninguna investigación policial.',
    reviewAccounts:
      'Revise sus extractos de los últimos meses y de los próximos doce. Si hay un pago que usted no hizo, avise de inmediato a su banco o al emisor de su tarjeta; el número está en el reverso.',
    changePassword:
      'Cambie ahora su contraseña y su pregunta de seguridad con nosotros, y en cualquier otro lugar donde use las mismas.',
    fraudAlertsAndFreezes: [
      'Puede pedir gratis una alerta de fraude en su expediente de crédito: a quien conceda crédito en su nombre se le pide entonces que compruebe que es usted. Basta con una de las agencias siguientes, que avisa a las otras.',
      'Puede congelar gratis su expediente de crédito, y levantar o retirar la congelación también gratis. Pídalo a cada una de las agencias siguientes por teléfono, en su sitio web o por carta, con su nombre completo, fecha de nacimiento, número de Seguro Social, sus direcciones de los últimos años y copia de un documento de identidad y de una factura con su dirección.',
    ],
    affected: (count) => `Hay ${count} personas afectadas.`,
    policeReport:
      'Tiene derecho a obtener un informe policial sobre este incidente. Si es víctima de un robo de identidad, tiene derecho a presentar una denuncia y a obtener copia de ella.',
    offer: (provider, months, enrolAt, until) =>
      `Le ofrecemos protección contra el robo de identidad y vigilancia de crédito de ${provider} durante ${months} meses, sin costo para usted. Inscríbase en ${enrolAt} antes del ${until}.`,
    web: (address) => `Hay novedades y respuestas a preguntas frecuentes en ${address}.`,
    dataProtection: (who) => `Para preguntas sobre protección de datos: ${who}.`,
    page: (n, of) => `Página ${n} de ${of}`,
    code: (company) =>
      `Su código personal. ${company} lo pide solo en la página sobre este incidente, nunca por teléfono ni por correo.`,
  },
}
