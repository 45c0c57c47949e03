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
  const costs: { name: string; cost: Cost }[] = []
  for (const [name, keys] of ways) costs.push({ name, cost: await costOf(() => made(keys)) })
  for (const threads of [1, 2]) {
    const composers = openComposers(
      { from: 'notices@candor.example', domain: 'candor.example', keys: [ed25519, rsa] },
      threads,
    )
    // The threads start with their first order.
    await Promise.all(orders.slice(0, threads).map((order) => composers.compose(order)))
    const cost = await costOf(() => Promise.all(orders.map((order) => composers.compose(order))))
    await composers.close()
    costs.push({ name: `both, ${threads} worker${threads === 1 ? '' : 's'}`, cost })
  }
  const [unsigned] = costs
  printTable(
    print,
    ['made and signed', 'CPU a mail', 'of unsigned', 'mails a second'],
    costs.map(({ name, cost }) => [
      name,
      `${Math.round(cost.cpu)} µs`,
      `${Math.round((cost.cpu / unsigned!.cost.cpu) * 100)} %`,
      Math.round(cost.rate).toLocaleString('en'),
    ]),
  )
  print('')
}

/** Processor time is what a mail costs whoever else is at work; the rate is what came of it beside them. */
interface Cost {
  cpu: number
  rate: number
}

async function costOf(act: () => unknown): Promise<Cost> {
  const from = performance.now()
  const before = process.cpuUsage()
  await act()
  const { user, system } = process.cpuUsage(before)
  return { cpu: (user + system) / mails, rate: mails / ((performance.now() - from) / 1_000) }
}

const sealing = createSecretKey(Buffer.alloc(32, 7))
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

function made(keys: readonly DkimKey[]): void {
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
}
