/** What signing costs on this machine, and what threads give: mails made and signed, none sent. */
import { createSecretKey, generateKeyPairSync } from 'node:crypto'
import { composeNotice, type NoticeMaterial } from '@candor/server/incidents/notices/compose-notice.ts'
import { composeMail } from '@candor/server/incidents/notices/mail/compose-mail.ts'
import { openComposers } from '@candor/server/incidents/notices/mail/composers.ts'
import type { DkimKey } from '@candor/server/incidents/notices/mail/dkim.ts'
import { sealPerson } from '@candor/server/incidents/notices/sealed-person.ts'
import { standardTemplates } from '@candor/server/incidents/notices/standard-templates.ts'
import { factsOf, personOf } from './notice-world.ts'
import { printTable } from './table.ts'

const mails = 1_500
const mailsPerOrder = 100
const mailing = '01900000-0000-7000-8000-00000000d112'
const material: NoticeMaterial = { templates: standardTemplates, facts: factsOf(0), date: '2026-11-25' }

export async function signingRates(print: (line: string) => void): Promise<void> {
  const key = (type: 'ed25519' | 'rsa', selector: string): DkimKey => ({
    domain: 'candor.example',
    selector,
    key:
      type === 'rsa'
        ? generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
        : generateKeyPairSync('ed25519').privateKey,
  })
  const [ed25519, rsa] = [key('ed25519', 'e'), key('rsa', 'r')]
  const ways: [string, DkimKey[]][] = [
    ['unsigned', []],
    ['Ed25519', [ed25519]],
    ['RSA-2048', [rsa]],
    ['both', [ed25519, rsa]],
  ]
  // Once for the compiler.
  made([ed25519, rsa])
  const rates = ways.map(([name, keys]) => ({ name, rate: made(keys) }))
  const rows = rates.map(({ name, rate }) => [`${name}, one thread`, ...shown(rate, rates[0]!.rate)])
  for (const threads of [1, 2])
    rows.push([
      `both, ${threads} worker${threads === 1 ? '' : 's'}`,
      ...shown(await inThreads(threads, [ed25519, rsa]), rates[0]!.rate),
    ])
  printTable(print, ['made', 'mails a second', 'of unsigned'], rows)
  print('')
}

const shown = (rate: number, unsigned: number): [string, string] => [
  Math.round(rate).toLocaleString('en'),
  `${Math.round((rate / unsigned) * 100)} %`,
]

function made(keys: readonly DkimKey[]): number {
  const from = performance.now()
  for (let n = 0; n < mails; n++) {
    const person = personOf(0, n)
    composeMail(
      composeNotice(material, person),
      {
        from: { name: 'Aurora Air', address: 'notices@candor.example' },
        replyTo: 'privacy@aurora-air.example',
        to: { name: person.name, address: 'p@t0-0.example' },
        messageId: `${n}@candor.example`,
        at: 0,
      },
      keys,
    )
  }
  return mails / ((performance.now() - from) / 1_000)
}

async function inThreads(count: number, keys: readonly DkimKey[]): Promise<number> {
  const sealing = createSecretKey(Buffer.alloc(32, 7))
  const composers = openComposers({ from: 'notices@candor.example', domain: 'candor.example', keys }, count)
  const orders = Array.from({ length: mails / mailsPerOrder }, (_, order) => ({
    mailing,
    material,
    key: sealing,
    at: 0,
    mails: Array.from({ length: mailsPerOrder }, (_, i) => {
      const place = order * mailsPerOrder + i
      return { place, sealed: sealPerson(sealing, mailing, place, personOf(0, place)) }
    }),
  }))
  try {
    // The threads start with their first order.
    await Promise.all(Array.from({ length: count }, () => composers.compose(orders[0]!)))
    const from = performance.now()
    await Promise.all(orders.map((order) => composers.compose(order)))
    return mails / ((performance.now() - from) / 1_000)
  } finally {
    await composers.close()
  }
}
