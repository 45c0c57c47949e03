/** A virtual agent of an airline, as its authors might have written it. */
import { parseDefinition } from '@candor/virtual-agent/parse-definition.ts'
import type { Definition, Intent } from '@candor/virtual-agent/definition.ts'
import { newDefinition } from '@candor/virtual-agent/upgrade-script.ts'

const intents: Intent[] = [
  {
    id: 'refund-status',
    title: { en: 'Where is my refund', de: 'Wo bleibt meine Erstattung', ar: 'أين المبلغ المسترد' },
    examples: {
      en: [
        'Where is my refund?',
        'When will I get my money back?',
        'I cancelled two weeks ago and have no refund yet',
        'How long does a refund take',
        'refund still not on my account',
        'you owe me money for the cancelled flight',
        'status of my reimbursement',
        'my refund has not arrived',
        'check my refund please',
      ],
      de: ['Wo ist mein Geld?', 'Wie lange dauert die Erstattung?', 'Ich warte auf meine Rückzahlung'],
      ar: ['أين أموالي؟', 'متى أستعيد المبلغ؟'],
    },
    answer: {
      en: 'Refunds reach your account within seven working days after we approved them. You find the state of yours under “My trips”.',
      de: 'Erstattungen sind innerhalb von sieben Werktagen nach der Freigabe auf Ihrem Konto. Den Stand sehen Sie unter „Meine Reisen“.',
      ar: 'يصل المبلغ المسترد إلى حسابك خلال سبعة أيام عمل بعد الموافقة عليه.',
    },
    followUps: ['change-booking', 'voucher'],
  },
  {
    id: 'delayed-baggage',
    title: { en: 'My bag did not arrive', de: 'Mein Koffer fehlt', ar: 'حقيبتي لم تصل' },
    examples: {
      en: [
        'My suitcase did not arrive',
        'my bag is missing',
        'where is my luggage',
        'luggage lost after the flight to Oslo',
        'the baggage belt was empty and my bag is gone',
        'you left my suitcase in Frankfurt',
        'delayed baggage',
        'I landed without my bag',
        'trace my suitcase please',
      ],
      de: ['Mein Koffer ist nicht angekommen', 'Gepäck verloren'],
      ar: ['لم تصل حقيبتي'],
    },
    answer: {
      en: 'I am sorry that your bag is late. Tell us where you stay and the ten digits of the tracing number from the baggage desk; a person goes on from there.',
      de: 'Es tut mir leid, dass Ihr Koffer fehlt. Nennen Sie uns Ihre Adresse und die zehnstellige Nummer vom Gepäckschalter.',
      ar: 'نأسف لتأخر حقيبتك. أخبرنا بعنوانك ورقم التتبع.',
    },
    followUps: [],
    person: true,
    form: [
      {
        name: 'address',
        label: { en: 'Address', de: 'Adresse', ar: 'العنوان' },
        input: 'text',
        required: true,
      },
      { name: 'phone', label: { en: 'Phone', de: 'Telefon', ar: 'الهاتف' }, input: 'tel', required: false },
    ],
  },
  {
    id: 'change-booking',
    title: { en: 'Change my booking', de: 'Buchung ändern', ar: 'تغيير الحجز' },
    examples: {
      en: [
        'I want to change my flight',
        'can I fly a day later',
        'move my booking to another date',
        'rebook me to Tuesday',
        'change my travel dates',
        'need an earlier flight',
        'I picked the wrong day',
        'switch my flight to the evening',
      ],
      de: ['Ich möchte umbuchen', 'Kann ich einen Tag später fliegen?'],
    },
    flow: 'rebook',
    followUps: [],
  },
  {
    id: 'seat',
    title: { en: 'Choose a seat', de: 'Sitzplatz wählen' },
    examples: {
      en: [
        'I want a window seat',
        'choose my seat',
        'can we sit together',
        'change my seat to the aisle',
        'seat with more legroom',
        'which seat do I have',
      ],
      de: ['Ich hätte gern einen Fensterplatz'],
    },
    answer: {
      en: 'You choose seats under “My trips” until the check-in closes. Seats together are kept for families without a fee.',
      de: 'Sitzplätze wählen Sie unter „Meine Reisen“, bis der Check-in schließt.',
    },
    followUps: ['change-booking'],
  },
  {
    id: 'check-in',
    title: { en: 'Check-in times', de: 'Check-in-Zeiten', ar: 'مواعيد تسجيل الوصول' },
    examples: {
      en: [
        'when can I check in',
        'online check-in does not work',
        'until when is the check-in open',
        'how early do I have to be at the airport',
        'what time does the counter close',
        'check in for my flight',
        'where do I get my boarding pass',
        'boarding pass not in the app',
      ],
      de: ['Wann kann ich einchecken?'],
      ar: ['متى يمكنني تسجيل الوصول؟'],
    },
    answer: {
      en: 'Online check-in opens 24 hours before departure and closes one hour before. Counters close 45 minutes before.',
      de: 'Der Online-Check-in öffnet 24 Stunden vor Abflug und schließt eine Stunde vorher.',
      ar: 'يبدأ تسجيل الوصول عبر الإنترنت قبل 24 ساعة من المغادرة.',
    },
    followUps: ['seat'],
  },
  {
    id: 'baggage-allowance',
    title: { en: 'How much baggage', de: 'Wie viel Gepäck' },
    examples: {
      en: [
        'how many bags can I take',
        'what may my suitcase weigh',
        'hand luggage size',
        'is a second bag included',
        'price of an extra bag',
        'can I bring a guitar',
        'weight limit for luggage',
        'my bag is 27 kilos',
      ],
      de: ['Wie schwer darf mein Koffer sein?'],
    },
    answer: {
      en: 'One cabin bag of 8 kg is always included. What else is included stands on your ticket; a further bag costs 35 EUR when it is booked ahead.',
      de: 'Ein Handgepäckstück bis 8 kg ist immer dabei. Was sonst enthalten ist, steht auf Ihrem Ticket.',
    },
    followUps: [],
  },
  {
    id: 'voucher',
    title: { en: 'Use a voucher' },
    examples: {
      en: [
        'how do I use my voucher',
        'gift card does not work',
        'voucher code is refused',
        'redeem a voucher',
        'my voucher has expired',
        'Where is my refund',
      ],
    },
    answer: { en: 'Enter the code of your voucher on the last page of the booking, above the total.' },
    followUps: ['refund-status'],
  },
  {
    id: 'pets',
    title: { en: 'Travel with a pet' },
    examples: { en: ['can I take my dog', 'is a cat allowed in the cabin', 'pet on board'] },
    answer: {
      en: 'Small pets up to 8 kg with their bag travel in the cabin. Please book them with us two days ahead.',
    },
    followUps: [],
  },
]

const base = newDefinition('Aurelia Assistant', 'en')

/** Given as data, so that it goes through the one way in. */
const given: Definition = {
  ...base,
  phrases: {
    ...base.phrases,
    greeting: {
      ...base.phrases.greeting,
      en: 'Hello, this is the virtual agent of Aurelia Air. What can I do for you?',
    },
  },
  intents,
  flows: [
    {
      id: 'rebook',
      title: { en: 'Change a booking', de: 'Umbuchung' },
      slots: [
        { name: 'booking', title: { en: 'Booking code' }, type: { kind: 'code', shapes: ['AA9999'] } },
        { name: 'day', title: { en: 'New day' }, type: { kind: 'date' } },
        { name: 'seats', title: { en: 'Free seats' }, type: { kind: 'quantity' } },
        { name: 'fee', title: { en: 'Fee' }, type: { kind: 'money', currency: 'EUR' } },
      ],
      start: 'ask-booking',
      steps: [
        {
          id: 'ask-booking',
          kind: 'collect',
          slot: 'booking',
          ask: {
            en: 'What is your booking code? Two letters and four digits.',
            de: 'Wie lautet Ihr Buchungscode?',
          },
          next: 'ask-day',
        },
        {
          id: 'ask-day',
          kind: 'collect',
          slot: 'day',
          ask: { en: 'On which day would you like to fly?', de: 'An welchem Tag möchten Sie fliegen?' },
          next: 'look',
        },
        {
          id: 'look',
          kind: 'action',
          tool: 'free-seats',
          args: { booking: { slot: 'booking' }, day: { slot: 'day' } },
          save: { seats: 'seats', fee: 'fee' },
          next: [{ if: 'seats > 0', to: 'tell' }, { else: 'full' }],
        },
        {
          id: 'tell',
          kind: 'say',
          say: {
            en: 'There are seats on {day}. The change costs {fee}.',
            de: 'Am {day} gibt es Plätze. Die Umbuchung kostet {fee}.',
          },
          next: 'person',
        },
        {
          id: 'full',
          kind: 'say',
          say: { en: 'There is no seat left on {day}.', de: 'Am {day} ist kein Platz mehr frei.' },
          next: 'person',
        },
        { id: 'person', kind: 'handOver', reason: 'rebooking' },
      ],
    },
  ],
  tools: [
    {
      id: 'free-seats',
      title: { en: 'Free seats', de: 'Freie Plätze' },
      effect: 'read',
      method: 'GET',
      url: 'https://flights.aurelia.example/v1/seats',
      input: [
        { name: 'booking', type: { kind: 'code', shapes: ['AA9999'] }, required: true },
        { name: 'day', type: { kind: 'date' }, required: true },
      ],
      output: [
        { name: 'seats', type: { kind: 'quantity' }, required: true },
        { name: 'fee', type: { kind: 'money', currency: 'EUR' }, required: false },
      ],
      timeoutMs: 3_000,
      retries: 1,
      budgetPerConversation: 3,
    },
  ],
}

const parsed = parseDefinition(given)
if ('faults' in parsed) throw new Error(JSON.stringify(parsed.faults))
export const fakeDefinition: Definition = parsed.definition
