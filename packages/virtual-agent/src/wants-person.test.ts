import assert from 'node:assert/strict'
import { test } from 'node:test'
import { triggerOf } from './wants-person.ts'

const all = (texts: string[], trigger: ReturnType<typeof triggerOf>): void => {
  for (const text of texts) assert.equal(triggerOf(text), trigger, text)
}

test('a wish for a person is heard in four languages, polite or short', () => {
  all(
    [
      'human please',
      'Agent!',
      'I want to talk to a real person',
      'can i speak with someone about my ticket please',
      'quiero hablar con un agente',
      '¿me pueden pasar con alguien?',
      'Kann ich bitte mit einem Mitarbeiter sprechen?',
      'ich will einen echten Menschen',
      'أريد التحدث مع موظف',
      'حولني لموظف من فضلك',
    ],
    'asked-for-a-person',
  )
})

test('persons in a booking are no wish for one', () => {
  all(
    [
      'my travel agent booked a flight for two persons',
      'how much baggage per person',
      'can someone else collect my parcel',
      'dos personas con una maleta',
      'Wie viel Gepäck pro Person',
    ],
    null,
  )
})

test('trouble with a payment card goes to a person; a lost boarding card does not', () => {
  all(
    [
      'my card was declined twice',
      'mi tarjeta fue rechazada',
      'meine Kreditkarte wurde doppelt belastet',
      'تم خصم المبلغ من بطاقتي مرتين',
    ],
    'payment-card',
  )
  all(['I lost my boarding card', 'tarjeta de embarque perdida', 'do you take cards'], null)
})

test('anger goes to a person; an exclamation does not', () => {
  all(
    ['THIS IS THE WORST SERVICE EVER!!!', 'esto es inaceptable', 'das ist eine Frechheit', 'هذه مهزلة'],
    'anger',
  )
  all(['Thanks!!!', 'OK!!!', 'LHR TO JFK', 'great!'], null)
})
