import type { AffectedPerson, NoticeFacts } from '@candor/protocol/notices-api.ts'
import { standardTemplates } from '../standard-templates.ts'
import type { NoticeMaterial } from '../compose-notice.ts'

export const exampleFacts: NoticeFacts = {
  company: {
    name: 'Aurora Air',
    postal: ['1 Runway Road', 'Portland, OR 97218'],
    phone: '1-800-555-0100',
    email: 'privacy@aurora-air.example',
    web: 'aurora-air.example/response',
    dataProtectionOfficer: null,
  },
  incident: {
    from: '2026-09-26',
    to: '2026-10-12',
    estimated: false,
    discovered: '2026-10-12',
    personsAffected: 825_000,
    delayedByLawEnforcement: false,
  },
  words: {
    en: {
      whatHappened:
        'Somebody changed the script of the chat on our payment page, so that it read what was typed into the page.',
      measures:
        'We switched the script off within minutes, told the police, and asked the card brands to watch.',
      consequences: 'Your card may be charged by somebody else.',
      advice: 'Ask your bank for a new card.',
    },
    es: {
      whatHappened:
        'Alguien cambió el script del chat en nuestra página de pago, de modo que leía lo que se escribía en ella.',
      measures:
        'Lo desactivamos en minutos, avisamos a la policía y pedimos a las marcas de tarjetas vigilancia.',
      consequences: null,
      advice: 'Pida a su banco una tarjeta nueva.',
    },
  },
  protection: null,
}

export const exampleMaterial: NoticeMaterial = {
  templates: standardTemplates,
  facts: exampleFacts,
  date: '2026-11-25',
}

export function examplePerson(more: Partial<AffectedPerson> = {}): AffectedPerson {
  return {
    id: '01900000-0000-7000-8000-000000000001',
    name: 'Zoë Marín-O’Neill',
    email: 'zoe@mail.example',
    address: ['12 Elm Street', 'Springfield, CA 90000', 'USA'],
    language: 'en',
    jurisdiction: 'US-CA',
    categories: ['payment-card', 'contact'],
    firstAt: '2026-09-27T08:00:00.000Z',
    lastAt: '2026-10-02T09:00:00.000Z',
    ...more,
  }
}
