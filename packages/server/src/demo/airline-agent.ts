import type { Definition, Intent } from '@candor/virtual-agent/definition.ts'
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
    intents: [changeFlight(told), bookingLookup, changeRules(told), ...rest],
  }
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
      ]),
      de: own(examples.de, ['bitte auf den Abendflug umbuchen']),
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
      ],
      es: [
        'cuánto cuesta cambiar el billete',
        'hay un cargo por cambiar el vuelo',
        'hasta cuándo puedo cambiar',
        'es gratis cambiar con flex',
        'reglas para cambiar un billete',
      ],
      de: [
        'was kostet eine Umbuchung',
        'gibt es eine Umbuchungsgebühr',
        'bis wann kann ich umbuchen',
        'ist Umbuchen im Flex-Tarif kostenlos',
        'Regeln für Umbuchungen',
      ],
      ar: [
        'كم تكلفة تغيير التذكرة',
        'هل توجد رسوم لتغيير الرحلة',
        'حتى متى يمكنني التغيير',
        'هل التغيير مجاني مع Flex',
        'شروط تغيير التذكرة',
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
    ],
    es: [
      'muéstreme mi reserva',
      'a qué hora sale mi vuelo',
      'consultar mi reserva',
      'en qué vuelo estoy',
      'detalles de mi viaje',
      'está confirmada mi reserva',
    ],
    de: [
      'zeigen Sie mir meine Buchung',
      'wann geht mein Flug',
      'meine Buchung nachsehen',
      'auf welchem Flug bin ich gebucht',
      'Details zu meiner Reise',
      'ist meine Buchung bestätigt',
    ],
    ar: ['أرني حجزي', 'متى موعد رحلتي', 'البحث عن حجزي', 'على أيّ رحلة أنا', 'تفاصيل سفري', 'هل حجزي مؤكد'],
  },
  flow: 'booking-lookup',
  followUps: ['change-flight', 'baggage'],
}
