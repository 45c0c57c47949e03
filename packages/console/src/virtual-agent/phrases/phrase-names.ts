import type { Phrases } from '@candor/virtual-agent/definition.ts'

/** What an author calls each phrase. */
export const phraseNames: Record<keyof Phrases, string> = {
  greeting: 'Greeting',
  back: 'After a person handed back',
  welcome: 'Thanks and good-bye',
  personOption: 'Quick reply: a person',
  handOver: 'A person will answer',
  nobodyHere: 'Nobody is here',
  emailLabel: 'Label of the address field',
  formThanks: 'A form was filled in',
  notUnderstood: 'Not understood',
  whichOne: 'Which one?',
  confirmYes: 'Quick reply: yes, do it',
  confirmNo: 'Quick reply: no, do not',
  cancelled: 'Given up',
  backTo: 'Back to what was under way',
  toolFailed: 'A system did not answer',
  helpedYes: 'Quick reply: it helped',
  helpedNo: 'Quick reply: it did not',
  helpedThanks: 'It helped',
  notHelped: 'It did not help',
  cardRemoved: 'A card number was removed',
  crisis: 'Somebody speaks of harming themselves',
  emergency: 'Somebody is in danger now',
}
