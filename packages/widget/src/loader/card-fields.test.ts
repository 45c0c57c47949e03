import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasCardFields } from './card-fields.ts'
import { cardFieldSigns } from './launcher.ts'

interface Field {
  type?: string
  name?: string
  id?: string
  title?: string
  placeholder?: string
  ariaLabel?: string
  autocomplete?: string
  dataset?: Record<string, string>
  labels?: { textContent: string }[]
}

/** A page with this one field. Reading what stands in it fails the test. */
function pageWith(field: Field): ParentNode {
  const guarded = new Proxy(
    { type: 'text', name: '', id: '', title: '', dataset: {}, ...field },
    {
      get(target, key) {
        assert.ok(
          !['value', 'innerHTML', 'outerHTML', 'selectedOptions', 'options'].includes(String(key)),
          `${String(key)} was read`,
        )
        return Reflect.get(target, key) as unknown
      },
    },
  )
  return { querySelectorAll: () => [guarded] } as unknown as ParentNode
}

const cards: Field[] = [
  { autocomplete: 'cc-number' },
  { autocomplete: 'section-pay billing cc-exp' },
  { autocomplete: 'cc-csc' },
  { name: 'cardNumber' },
  { name: 'card_number' },
  { id: 'card-no' },
  { name: 'ccnum' },
  { id: 'cvc' },
  { name: 'cvv2' },
  { name: 'pan' },
  { ariaLabel: 'Card number' },
  { placeholder: 'Card No.' },
  { placeholder: 'Security code' },
  { placeholder: 'Número de tarjeta' },
  { labels: [{ textContent: 'Kartennummer' }] },
  { labels: [{ textContent: 'رقم البطاقة' }] },
  { labels: [{ textContent: 'Numéro de carte bancaire' }] },
  { dataset: { encryptedCard: 'number' } },
  { dataset: { cse: 'encryptedCardNumber' } },
  { dataset: { checkout: 'card-number' } },
  { type: 'select-one', name: 'card-payment-month' },
  // Hosted fields: frames have a name and a title.
  { name: '__privateStripeFrame8', title: 'Secure card payment input frame' },
  { title: 'Iframe for card number' },
  { name: 'braintree-hosted-field-number', title: 'Secure Credit Card Frame - Credit Card Number' },
  { title: 'Secure Credit Card Frame - CVV' },
]

const others: Field[] = [
  { name: 'name' },
  { name: 'email', autocomplete: 'email' },
  { name: 'booking', placeholder: 'Booking reference' },
  { name: 'company', labels: [{ textContent: 'Company' }] },
  { name: 'postcode' },
  { name: 'q', placeholder: 'Search postcards' },
  { name: 'panorama' },
  { name: 'japan' },
  { type: 'radio', name: 'payment', labels: [{ textContent: 'Pay by card' }] },
  { type: 'checkbox', name: 'cardPaymentTerms' },
  { name: '__privateStripeMetricsController0', title: '' },
  { name: 'discard' },
  { dataset: { testid: 'dashboard' } },
]

for (const field of cards)
  test(`asks for a card: ${JSON.stringify(field)}`, () =>
    assert.equal(hasCardFields(pageWith(field), cardFieldSigns), true))
for (const field of others)
  test(`asks for no card: ${JSON.stringify(field)}`, () =>
    assert.equal(hasCardFields(pageWith(field), cardFieldSigns), false))
