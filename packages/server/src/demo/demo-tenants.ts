import type { Role } from '@candor/protocol/api.ts'
import type { WidgetConfig } from '@candor/protocol/frames.ts'
import type { Definition } from '@candor/virtual-agent/definition.ts'
import { airlineAgent } from './airline-agent.ts'
import type { SiteName } from './demo-sites.ts'
import { airlineChats, retailerChats, type PastChat } from './past-chats.ts'
import { airlinePast, retailerPast, type PastConversation } from './past-conversations.ts'
import { retailerAgent } from './retailer-agent.ts'

export interface DemoPerson {
  /** What the tour's buttons say. */
  handle: string
  name: string
  email: string
  role: Role
}

/** A client company of the demo, as an administrator would set it up. */
export interface DemoTenant {
  slug: SiteName
  name: string
  people: DemoPerson[]
  queues: string[]
  widget: Omit<WidgetConfig, 'payUrl' | 'privacyUrl'>
  /** Paths of the tenant's site. */
  payPage: string
  approved: { page: string; reason: string }[]
  cannedReplies: { shortcut: string; title: string; text: string }[]
  /** @param systemsUrl where the company's systems answer. */
  agent: (systemsUrl: string) => Definition
  past: PastConversation[]
  /** With the virtual agent alone. */
  chats: PastChat[]
}

export const demoTenants: DemoTenant[] = [
  {
    slug: 'aurora-air',
    name: 'Aurora Air',
    people: [
      { handle: 'ada', name: 'Ada Lindqvist', email: 'ada@aurora-air.example', role: 'agent' },
      { handle: 'noor', name: 'Noor Haddad', email: 'noor@aurora-air.example', role: 'agent' },
      { handle: 'mateo', name: 'Mateo Rivera', email: 'mateo@aurora-air.example', role: 'agent' },
      { handle: 'ingrid', name: 'Ingrid Solberg', email: 'ingrid@aurora-air.example', role: 'supervisor' },
      { handle: 'tomas', name: 'Tomas Berg', email: 'tomas@aurora-air.example', role: 'administrator' },
      { handle: 'priya', name: 'Priya Nair', email: 'priya@aurora-air.example', role: 'privacy-officer' },
    ],
    queues: ['Baggage', 'Refunds'],
    widget: {
      name: 'Aurora Air',
      accent: '#1846a8',
      accentDark: '#9ab7ff',
      position: 'end',
      greeting: 'Hello! Ask us about your flight.',
      locales: ['en', 'es', 'de', 'ar'],
    },
    payPage: '/aurora-air/pay',
    approved: [
      {
        page: '/aurora-air/checkout',
        reason:
          'People ask about seats and bags while they book. The chat lives in a frame that cannot read the form.',
      },
    ],
    cannedReplies: [
      {
        shortcut: 'bags',
        title: 'What a fare includes',
        text: 'Every fare includes a cabin bag of 8 kg, and Classic and Flex a suitcase of 23 kg. Another suitcase is 35 € online and 60 € at the airport.',
      },
      {
        shortcut: 'late-bag',
        title: 'A bag did not arrive',
        text: 'I am sorry about your bag. With the number on your baggage receipt I can see where it is now, and we bring it to your door as soon as it lands.',
      },
      {
        shortcut: 'no-cards',
        title: 'Never a card number in the chat',
        text: 'Please do not send card numbers here. The safe place to pay is our own payment page; I can wait with you while you do.',
      },
      {
        shortcut: 'thanks',
        title: 'Good-bye',
        text: 'Thank you for flying with us. Is there anything else I can do for you?',
      },
    ],
    agent: airlineAgent,
    past: airlinePast,
    chats: airlineChats,
  },
  {
    slug: 'maple-main',
    name: 'Maple & Main',
    people: [
      { handle: 'ruth', name: 'Ruth Calloway', email: 'ruth@maple-main.example', role: 'agent' },
      { handle: 'leo', name: 'Leo Fontaine', email: 'leo@maple-main.example', role: 'agent' },
      { handle: 'wanda', name: 'Wanda Petrov', email: 'wanda@maple-main.example', role: 'supervisor' },
      { handle: 'grace', name: 'Grace Adeyemi', email: 'grace@maple-main.example', role: 'administrator' },
      { handle: 'hugo', name: 'Hugo Lang', email: 'hugo@maple-main.example', role: 'privacy-officer' },
    ],
    queues: ['Stores', 'Store card'],
    widget: {
      name: 'Maple & Main',
      accent: '#8a2f1f',
      accentDark: '#f0a48f',
      position: 'end',
      greeting: 'Hello! Ask us about an order, a store or the store card.',
      locales: ['en', 'es', 'de', 'ar'],
    },
    payPage: '/maple-main/pay',
    approved: [],
    cannedReplies: [
      {
        shortcut: 'hours',
        title: 'Store hours',
        text: 'Our stores open from 9:30 am to 8 pm, on Sundays from 11 am to 6 pm. The store finder has the hours of each one.',
      },
      {
        shortcut: 'return',
        title: 'Bringing something back',
        text: 'You can bring anything back to any of our 64 stores within 30 days, with the receipt or the order number. We put the money back where it came from.',
      },
      {
        shortcut: 'no-cards',
        title: 'Never a card number in the chat',
        text: 'Please do not send card numbers here, not of our store card either. The cart has a payment page of its own.',
      },
    ],
    agent: retailerAgent,
    past: retailerPast,
    chats: retailerChats,
  },
]

/** Handles of everybody who can be signed in as from the tour. */
export const demoHandles = demoTenants.flatMap(({ people }) => people.map(({ handle }) => handle))
