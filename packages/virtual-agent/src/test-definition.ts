import type { Definition, Intent } from './definition.ts'
import { testBook } from './flows/test-book.ts'
import { testScript } from './test-script.ts'
import { upgradeScript } from './upgrade-script.ts'

const upgraded = upgradeScript(testScript)

const more: Intent[] = [
  {
    id: 'book-table',
    title: { en: 'Book a table', de: 'Einen Tisch buchen' },
    examples: {
      en: ['book a table', 'I would like to reserve a table', 'a table for tonight please'],
      de: ['einen Tisch reservieren', 'ich möchte einen Tisch buchen'],
    },
    flow: 'table',
    followUps: [],
  },
  {
    id: 'money-back',
    title: { en: 'Get money back' },
    examples: { en: ['pay me back for my order', 'reimburse my order'] },
    flow: 'refund',
    followUps: [],
  },
  {
    id: 'parking',
    title: { en: 'Parking' },
    examples: { en: ['where can I park my car', 'is there a car park'] },
    answer: { en: 'Behind the house.' },
    followUps: ['hours'],
  },
]

/** The script of the tests as a definition, with flows, tools and two languages. */
export const testDefinition: Definition = {
  ...upgraded,
  intents: [...upgraded.intents, ...more],
  flows: testBook.flows,
  tools: testBook.tools,
}
