import type { Script } from './script.ts'

/** A small script for the tests of this package. */
export const testScript: Script = {
  version: 1,
  name: 'Robin',
  language: 'en',
  phrases: {
    greeting: { en: 'Hello!', de: 'Hallo!' },
    notUnderstood: { en: 'Say it differently?', de: 'Anders gesagt?' },
    whichOne: { en: 'Which one?', de: 'Welches davon?' },
    handOver: { en: 'A person comes.', de: 'Ein Mensch kommt.' },
    nobodyHere: { en: 'Nobody is here.', de: 'Niemand ist da.' },
    emailLabel: { en: 'E-mail' },
    formThanks: { en: 'Noted.' },
    personOption: { en: 'Talk to a person', de: 'Mit einem Menschen sprechen' },
    back: { en: 'Me again.' },
    cardRemoved: { en: 'I removed a card.' },
    welcome: { en: 'You are welcome.' },
  },
  topics: [
    {
      id: 'hours',
      title: { en: 'Shop hours', de: 'Öffnungszeiten' },
      examples: {
        en: ['when are you open', 'closing time of the shop', 'open on sunday'],
        es: ['abren los domingos'],
        de: ['wann haben Sie geöffnet'],
      },
      answer: { en: 'Nine to five.', de: 'Neun bis fünf.' },
      followUps: ['returns'],
    },
    {
      id: 'returns',
      title: { en: 'Return something' },
      examples: {
        en: ['how do I return something', 'send a thing back', 'bring it back to the shop'],
        ar: ['أريد إرجاع الحذاء'],
      },
      answer: { en: 'Thirty days.' },
      followUps: [],
      form: [{ name: 'order', label: { en: 'Order' }, input: 'text', required: true }],
    },
    {
      id: 'refund',
      title: { en: 'Refund' },
      examples: { en: ['I want my money back', 'refund'] },
      answer: { en: 'That is for a person.' },
      followUps: [],
      person: true,
    },
  ],
}
