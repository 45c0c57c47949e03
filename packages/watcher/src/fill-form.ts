import type { Frame, Locator, Page } from 'playwright-core'
import type { Canary } from './canary.ts'

/** What was typed, and where: names of fields by what they are for. */
export interface Filled {
  fields: { kind: FieldKind; frame: string }[]
  /** The last field that was typed into, for `submit`. */
  last: Locator | null
}

export type FieldKind =
  | 'number'
  | 'expiry'
  | 'month'
  | 'year'
  | 'cvc'
  | 'name'
  | 'email'
  | 'phone'
  | 'postcode'
  | 'address'
  | 'city'

/** Between two keys, as a person types: the mean and how far it strays. */
const keyMsMean = 55
const keyMsSpread = 35
/** A page with more fields has something else in mind. */
const fieldsMax = 60
const framesMax = 20
const clickMsMax = 3_000
const readMsMax = 1_000

/**
 * Types the canary into the fields that ask for a card, in the page and in its frames, with real keys: every key,
 * focus and blur is an event that the page cannot tell from a person's. Locators alone are used: a handle of an
 * element is described by script in the page's own world, where the page can notice.
 */
export async function fillForm(page: Page, canary: Canary, random: () => number): Promise<Filled> {
  const filled: Filled = { fields: [], last: null }
  const done = new Set<FieldKind>()
  for (const frame of page.frames().slice(0, framesMax))
    for (const field of await fieldsIn(frame)) {
      const kind = await kindOf(frame, field)
      if (kind === null || done.has(kind)) continue
      const text = textFor(kind, canary)
      const typed = (await isSelect(field))
        ? await choose(field, text)
        : await type(page, field, text, random)
      if (!typed) continue
      done.add(kind)
      filled.fields.push({ kind, frame: frame.url() })
      filled.last = field
    }
  // Leaves the last field, as a person who looks over what they wrote: many scripts read at blur.
  if (filled.last !== null) await page.keyboard.press('Tab')
  return filled
}

async function fieldsIn(frame: Frame): Promise<Locator[]> {
  if (frame.isDetached()) return []
  const fields = frame.locator('css=input, select')
  const count = Math.min(await fields.count(), fieldsMax)
  return Array.from({ length: count }, (_, at) => fields.nth(at))
}

/** HTML's own names for fields (autofill), then what developers write into name and id. */
const kinds: readonly [FieldKind, readonly string[], RegExp][] = [
  ['number', ['cc-number'], /card.?(?:num|no\b)|cc.?(?:num|no\b)|(?:^|[^a-z])pan(?:[^a-z]|$)|credit.?card/i],
  ['month', ['cc-exp-month'], /exp\w*.?(?:mm|month)|card.?month|cc.?month/i],
  ['year', ['cc-exp-year'], /exp\w*.?(?:yy|year)|card.?year|cc.?year/i],
  ['expiry', ['cc-exp'], /exp(?:iry|iration|date|$|[^a-z])|valid.?(?:thru|until|to)/i],
  ['cvc', ['cc-csc'], /cvc|cvv|csc|cvn|security.?code|card.?code/i],
  ['name', ['cc-name', 'name'], /card.?holder|name.?on.?card|holder.?name|cc.?name|full.?name/i],
  ['email', ['email'], /e-?mail/i],
  ['phone', ['tel'], /phone|mobile/i],
  ['postcode', ['postal-code'], /zip|post.?code|postal/i],
  ['address', ['street-address', 'address-line1'], /address.?(?:line)?.?1|street/i],
  ['city', ['address-level2'], /city|town/i],
]

async function kindOf(frame: Frame, field: Locator): Promise<FieldKind | null> {
  try {
    if (!(await field.isVisible())) return null
    const [type, autocomplete, name, id, placeholder, label] = await Promise.all(
      ['type', 'autocomplete', 'name', 'id', 'placeholder', 'aria-label'].map((attribute) =>
        field.getAttribute(attribute, { timeout: readMsMax }),
      ),
    )
    if (notTypedInto.test(type ?? '')) return null
    const tokens = (autocomplete ?? '').toLowerCase().split(/\s+/)
    const byToken = kinds.find(([, names]) => names.some((each) => tokens.includes(each)))
    if (byToken !== undefined) return byToken[0]
    const words = [name, id, placeholder, label].filter((each) => each !== null && each !== '')
    const byName = kinds.find(([, , pattern]) => words.some((word) => pattern.test(word!)))
    if (byName !== undefined) return byName[0]
    const text = id ? await labelOf(frame, id) : null
    return text === null ? null : (kinds.find(([, , pattern]) => pattern.test(text))?.[0] ?? null)
  } catch (caught) {
    // The page took it away meanwhile.
    if (!isDriverFault(caught)) throw caught
    return null
  }
}

const notTypedInto = /^(hidden|checkbox|radio|submit|button|file|image|reset|color|range|password)$/i

async function labelOf(frame: Frame, id: string): Promise<string | null> {
  const labels = frame.locator(`css=label[for=${JSON.stringify(id)}]`)
  return (await labels.count()) === 0 ? null : labels.first().textContent({ timeout: readMsMax })
}

async function isSelect(field: Locator): Promise<boolean> {
  return (await field.locator('css=option').count()) > 0
}

function textFor(kind: FieldKind, canary: Canary): string {
  switch (kind) {
    case 'number':
      return canary.number
    case 'month':
      return canary.month
    case 'year':
      return canary.year
    case 'expiry':
      return `${canary.month}/${canary.year.slice(2)}`
    case 'cvc':
      return canary.cvc
    case 'name':
      return canary.name
    // RFC 2606 §3: nobody's mail.
    case 'email':
      return `${canary.name.toLowerCase().replace(' ', '.')}@example.com`
    case 'phone':
      return '2025550143'
    case 'postcode':
      return '10001'
    case 'address':
      return '1 Example Street'
    case 'city':
      return 'New York'
  }
}

async function type(page: Page, field: Locator, text: string, random: () => number): Promise<boolean> {
  try {
    await field.click({ timeout: clickMsMax })
  } catch (caught) {
    // Covered by something, or gone: another field of the same kind may be the real one.
    if (!isDriverFault(caught)) throw caught
    return false
  }
  for (const key of text)
    await page.keyboard.type(key, { delay: Math.max(5, keyMsMean + (random() * 2 - 1) * keyMsSpread) })
  return true
}

async function choose(field: Locator, text: string): Promise<boolean> {
  for (const value of new Set([text, String(Number(text)), text.slice(-2)]))
    try {
      await field.selectOption(value, { timeout: 500 })
      return true
    } catch (caught) {
      if (!isDriverFault(caught)) throw caught
    }
  return false
}

/** What the driver throws for a page that is not as expected; anything else is a fault of ours. */
export function isDriverFault(caught: unknown): caught is Error {
  return (
    caught instanceof Error &&
    (caught.name === 'TimeoutError' ||
      /Target (page|closed)|closed|detached|did not find|not visible|not an? |intercepts|navigation|Protocol error|net::|crashed/i.test(
        caught.message,
      ))
  )
}
