import type { Definition, Intent } from '@candor/virtual-agent/definition.ts'
import { languages } from '@candor/virtual-agent/script.ts'
import { upgradeScript } from '@candor/virtual-agent/upgrade-script.ts'
import { airlineFlows, airlineTools } from './airline-flows.ts'
import { airlineScript } from './airline-script.ts'

/**
 * The virtual agent of the demo airline: what its script says, and the matters that it settles itself. Its rules are
 * invented; its manner is meant. Only approved texts leave it: what its systems answer are days, times, amounts and
 * choices, never words.
 * @param sitesUrl where the airline's systems answer.
 */
export function airlineAgent(sitesUrl: string): Definition {
  const said = upgradeScript(airlineScript)
  const told = said.intents.find(({ id }) => id === 'change-flight')!
  const rest = said.intents.filter((intent) => intent !== told)
  return {
    ...said,
    flows: airlineFlows,
    tools: airlineTools(sitesUrl),
    approvedOnly: true,
    intents: [changeFlight(told), bookingLookup, changeRules(told), ...rest.map(withMore)],
  }
}

/** Ways to ask for money back that were heard since the script was written. */
function withMore(intent: Intent): Intent {
  const more = intent.id === 'refund' ? refundExamples : {}
  const examples = { ...intent.examples }
  for (const language of languages)
    examples[language] = [...(examples[language] ?? []), ...(more[language] ?? [])]
  return { ...intent, examples }
}

const refundExamples: Intent['examples'] = {
  en: [
    'I am ill and cannot fly, can I have my money back',
    'please pay me back for the ticket',
    'how do I get a refund',
    'I do not want to fly any more, return my money',
    'where is my refund',
    'can I cancel and be paid back',
    'refund request',
    'annul my reservation',
  ],
  es: [
    'estoy enfermo y no puedo volar, devuélvanme el dinero',
    'cómo pido un reembolso',
    'dónde está mi reembolso',
    'ya no quiero viajar, anulen el billete',
    'solicitud de devolución',
  ],
  de: [
    'ich bin krank und kann nicht fliegen, ich möchte mein Geld zurück',
    'wie bekomme ich eine Erstattung',
    'wo bleibt meine Rückerstattung',
    'ich will nicht mehr fliegen, bitte stornieren',
    'Ticket zurückgeben',
  ],
  ar: [
    'أنا مريض ولا أستطيع السفر وأريد نقودي',
    'كيف أطلب استرداد المبلغ',
    'أين المبلغ المسترد',
    'لا أريد السفر بعد الآن، ألغوا التذكرة',
  ],
}

/** Asked about a change, the script explained it; now it is done. */
function changeFlight({ id, title, examples }: Intent): Intent {
  const isRule = (example: string): boolean => /how much does it cost|was kostet/.test(example)
  const own = (given: string[] | undefined, more: string[]): string[] => [
    ...(given ?? []).filter((example) => !isRule(example)),
    ...more,
  ]
  return {
    id,
    title,
    examples: {
      ...examples,
      en: own(examples.en, [
        'move booking AU4821 to next friday',
        'can you put me on the evening flight instead',
        'I would rather travel a week later',
        'please book me on another day',
        'take an earlier plane',
        'my plans changed, I need a different date',
        'I want to fly on Sunday instead of Friday',
      ]),
      es: own(examples.es, [
        'prefiero volar una semana después',
        'necesito otra fecha',
        'quiero salir el domingo en lugar del viernes',
        'páseme al vuelo de la tarde',
      ]),
      de: own(examples.de, [
        'bitte auf den Abendflug umbuchen',
        'ich möchte lieber eine Woche später fliegen',
        'ich brauche einen anderen Termin',
        'Sonntag statt Freitag fliegen',
      ]),
      ar: own(examples.ar, ['أفضّل السفر بعد أسبوع', 'أحتاج إلى موعد آخر', 'أريد السفر يوم الأحد بدل الجمعة']),
    },
    flow: 'flight-change',
    followUps: ['change-rules', 'refund'],
  }
}

function changeRules(told: Intent): Intent {
  return {
    id: 'change-rules',
    title: {
      en: 'What a change costs',
      es: 'Cuánto cuesta un cambio',
      de: 'Was eine Umbuchung kostet',
      ar: 'تكلفة التغيير',
    },
    examples: {
      en: [
        'how much does it cost to change a ticket',
        'is there a fee for changing my flight',
        'change fee',
        'until when can I change a flight',
        'are changes free with flex',
        'what are the rules for changing a ticket',
        'can a light fare be changed',
        'is it possible to change a ticket without paying',
        'what do I pay if I take another flight',
        'are there fees for another date',
        'do I have to pay the difference in fare',
        'how many times can I change my ticket',
        'what does it cost to rebook',
        'which fares can be changed',
      ],
      es: [
        'cuánto cuesta cambiar el billete',
        'hay un cargo por cambiar el vuelo',
        'hasta cuándo puedo cambiar',
        'es gratis cambiar con flex',
        'reglas para cambiar un billete',
        'qué pago si tomo otro vuelo',
        'qué tarifas se pueden cambiar',
        'tengo que pagar la diferencia de tarifa',
        'cuánto vale el cambio de fecha',
        'coste de un cambio',
      ],
      de: [
        'was kostet eine Umbuchung',
        'gibt es eine Umbuchungsgebühr',
        'bis wann kann ich umbuchen',
        'ist Umbuchen im Flex-Tarif kostenlos',
        'Regeln für Umbuchungen',
        'welche Tarife lassen sich umbuchen',
        'muss ich die Tarifdifferenz zahlen',
        'wie hoch ist die Umbuchungsgebühr',
        'was zahle ich für einen anderen Flug',
        'Kosten einer Umbuchung',
      ],
      ar: [
        'كم تكلفة تغيير التذكرة',
        'هل توجد رسوم لتغيير الرحلة',
        'حتى متى يمكنني التغيير',
        'هل التغيير مجاني مع Flex',
        'شروط تغيير التذكرة',
        'ما رسوم تغيير الموعد',
        'هل أدفع فرق السعر',
        'أيّ الفئات يمكن تغييرها',
        'كم أدفع إذا أخذت رحلة أخرى',
      ],
    },
    answer: told.answer!,
    followUps: ['change-flight', 'refund'],
  }
}

const bookingLookup: Intent = {
  id: 'booking-lookup',
  title: { en: 'My booking', es: 'Mi reserva', de: 'Meine Buchung', ar: 'حجزي' },
  examples: {
    en: [
      'show me my booking',
      'what time is my flight',
      'when do I leave',
      'look up my reservation',
      'check booking AU4821',
      'which flight am I on',
      'details of my trip',
      'how many bags are in my booking',
      'is my booking confirmed',
      'I lost my confirmation, what did I book',
      'at what time do we depart',
      'what have I booked',
      'where can I see my flight details',
      'does my reservation include a suitcase',
      'which fare did I buy',
      'tell me about my reservation',
      'find my booking',
    ],
    es: [
      'muéstreme mi reserva',
      'a qué hora sale mi vuelo',
      'consultar mi reserva',
      'en qué vuelo estoy',
      'detalles de mi viaje',
      'está confirmada mi reserva',
      'qué he reservado',
      'cuándo salgo',
      'buscar mi reserva',
      'ver los datos de mi vuelo',
      'qué tarifa compré',
    ],
    de: [
      'zeigen Sie mir meine Buchung',
      'wann geht mein Flug',
      'meine Buchung nachsehen',
      'auf welchem Flug bin ich gebucht',
      'Details zu meiner Reise',
      'ist meine Buchung bestätigt',
      'was habe ich gebucht',
      'wann fliege ich ab',
      'meine Reservierung finden',
      'wo sehe ich meine Flugdaten',
      'welchen Tarif habe ich gekauft',
    ],
    ar: [
      'أرني حجزي',
      'متى موعد رحلتي',
      'البحث عن حجزي',
      'على أيّ رحلة أنا',
      'تفاصيل سفري',
      'هل حجزي مؤكد',
      'ماذا حجزت',
      'متى أغادر',
      'أين أرى بيانات رحلتي',
      'اعرض تفاصيل الحجز',
    ],
  },
  flow: 'booking-lookup',
  followUps: ['change-flight', 'baggage'],
}
