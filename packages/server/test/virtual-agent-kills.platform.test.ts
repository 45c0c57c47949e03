/** SIGKILL at any moment of a turn: after the start there is one answer, and one effect outside, whatever was done before. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ConversationEvent } from '@candor/protocol/events.ts'
import type { Definition } from '@candor/virtual-agent/definition.ts'
import { upgradeScript } from '@candor/virtual-agent/upgrade-script.ts'
import { systemClock } from '../src/clock.ts'
import { airlineScript } from '../src/demo/airline-script.ts'
import { openIds } from '../src/ids.ts'
import { startServerProcess, type ServerProcess } from './server-process.ts'
import { visitorClient } from './test-client.ts'

const ids = openIds(systemClock)
const folder = mkdtempSync(path.join(tmpdir(), 'candor-kills-'))
/** Undefined where no certificate can be made for the system outside. */
let server: ServerProcess | undefined
let desk: Server | undefined
/** What the system outside did, by the key of the call, and how often it was asked to. */
const effects = new Map<string, { number: string; requests: number }>()

before(async () => {
  const [cert, key] = [path.join(folder, 'cert.pem'), path.join(folder, 'key.pem')]
  const subject = ['-subj', '/CN=desk', '-addext', 'subjectAltName=IP:127.0.0.1']
  const made = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '2',
  ]
  try {
    execFileSync('openssl', [...made, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' })
  } catch (caught) {
    if ((caught as { code?: string }).code === 'ENOENT') return
    throw caught
  }
  desk = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (request, response) => {
    const call = String(request.headers['idempotency-key'])
    const known = effects.get(call) ?? { number: `R${effects.size + 1000}`, requests: 0 }
    known.requests++
    effects.set(call, known)
    // As long as a turn takes: the server is killed before, while and after it waits.
    setTimeout(() => {
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ number: known.number }))
    }, 120)
  })
  const listening = desk
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  const origin = `https://127.0.0.1:${(listening.address() as AddressInfo).port}`
  const file = path.join(folder, 'definition.json')
  writeFileSync(file, JSON.stringify(definitionWith(origin)))
  server = await startServerProcess(
    { CANDOR_LOG_LEVEL: 'error', CANDOR_PRIVATE_ORIGINS: origin, NODE_EXTRA_CA_CERTS: cert },
    undefined,
    [`--virtual-agent=${file}`],
  )
})
after(async () => {
  await server?.stop()
  desk?.closeAllConnections()
  desk?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** The airline's, and one flow that changes something outside. */
function definitionWith(origin: string): Definition {
  const definition = upgradeScript(airlineScript)
  definition.tools = [
    {
      id: 'pay-fee-back',
      title: { en: 'Pay a fee back' },
      effect: 'write',
      method: 'POST',
      url: `${origin}/fees`,
      input: [],
      output: [{ name: 'number', type: { kind: 'code', shapes: ['A9999'] }, required: true }],
      timeoutMs: 2_000,
      retries: 2,
      budgetPerConversation: 2,
    },
  ]
  definition.flows = [
    {
      id: 'fee',
      title: { en: 'Seat fee' },
      slots: [{ name: 'number', title: { en: 'number' }, type: { kind: 'code', shapes: ['A9999'] } }],
      start: 'pay',
      steps: [
        {
          id: 'pay',
          kind: 'action',
          tool: 'pay-fee-back',
          args: {},
          save: { number: 'number' },
          confirm: { en: 'Shall I pay the seat fee back?' },
          next: 'paid',
        },
        { id: 'paid', kind: 'say', say: { en: 'Paid back as {number}.' }, next: 'end' },
        { id: 'end', kind: 'end' },
      ],
    },
  ]
  definition.intents.push({
    id: 'seat-fee',
    title: { en: 'Seat fee' },
    examples: { en: ['pay the seat fee back', 'I want my seat fee back'] },
    flow: 'fee',
    followUps: [],
  })
  return definition
}

/** What visitors write, one turn after the other, and what stands there in the end. */
const asked: { texts: string[]; types: string[]; last: RegExp }[] = [
  {
    texts: ['can I bring skis?'],
    types: ['turn', 'message'],
    last: new RegExp(`^${airlineScript.topics.find(({ id }) => id === 'baggage')!.answer.en!.slice(0, 20)}`),
  },
  {
    texts: ['human please'],
    types: ['turn', 'message', 'handover', 'note'],
    last: new RegExp(`^${airlineScript.phrases.nobodyHere.en!.slice(0, 20)}`),
  },
  {
    texts: ['pay the seat fee back', 'yes'],
    types: ['turn', 'message', 'turn', 'turn', 'message'],
    last: /^Paid back as R\d{4}\./,
  },
]

async function eventsOf(conversation: string): Promise<ConversationEvent[]> {
  const response = await fetch(`${server!.url}/v1/conversations/${conversation}/events`, {
    headers: { authorization: `Bearer ${server!.key}` },
  })
  assert.equal(response.status, 200)
  return ((await response.json()) as { events: ConversationEvent[] }).events
}

const own = (events: ConversationEvent[]): ConversationEvent[] =>
  events.filter(({ actor }) => actor.kind === 'virtual-agent')

async function until(holds: () => Promise<boolean>): Promise<boolean> {
  for (const end = Date.now() + 15_000; Date.now() < end; await sleep(50)) if (await holds()) return true
  return false
}

test('killed at any moment of its turns, it has answered each visitor once, and every effect took place once', async (t) => {
  if (server === undefined)
    return t.skip('openssl makes the certificate of the system outside, and is not here.')
  const running = server
  const conversations: { id: string; what: (typeof asked)[number] }[] = []
  /** Also those whose last message was not acknowledged before the kill: it may be stored all the same. */
  const all: string[] = []
  const leftAt = new Map<number, number>()
  for (let round = 0; round < 4; round++) {
    const begun: typeof conversations = []
    const clients = await Promise.all(
      Array.from({ length: 15 }, async (_, i) => {
        const client = await visitorClient(running.url, { tenant: running.slug, locale: 'en' })
        const [id, what] = [ids.next(), asked[i % asked.length]!]
        all.push(id)
        await client.ask({ type: 'start', id: ids.next(), conversation: id })
        // All but the last turn are taken in peace.
        for (const [n, text] of what.texts.slice(0, -1).entries()) {
          await client.ask({ type: 'send', id: ids.next(), conversation: id, text })
          assert.ok(await until(async () => own(await eventsOf(id)).length === 4 + 2 * n))
        }
        return { client, id, what }
      }),
    )
    // Turns begin 400 ms after the message: these are at all their steps when the server is killed.
    const last = clients.map(async ({ client, id, what }, i) => {
      await sleep(i * 50)
      const answer = await client.ask({
        type: 'send',
        id: ids.next(),
        conversation: id,
        text: what.texts.at(-1)!,
      })
      if (answer.type === 'ack') begun.push({ id, what })
    })
    await Promise.race([Promise.allSettled(last), sleep(780 + round * 30)])
    conversations.push(...begun)
    await running.killAndRestart()
    for (const { client } of clients) client.drop()
    for (const { id } of begun) {
      const n = own(await eventsOf(id)).length
      leftAt.set(n, (leftAt.get(n) ?? 0) + 1)
    }
  }
  assert.ok(conversations.length >= 40, `${conversations.length} conversations`)
  const numbers: string[] = []
  for (const { id, what } of conversations) {
    const wanted = ['turn', 'message', ...what.types]
    await until(async () => own(await eventsOf(id)).length >= wanted.length)
    const events = own(await eventsOf(id))
    assert.deepEqual(
      events.map(({ type }) => type),
      wanted,
      id,
    )
    const said = events.flatMap((event) => (event.type === 'message' ? [event.data.text] : []))
    assert.match(said.at(-1)!, what.last)
    numbers.push(...(/R\d{4}/.exec(said.at(-1)!) ?? []))
  }
  // Nothing more comes.
  await sleep(1_000)
  for (const { id, what } of conversations)
    assert.equal(own(await eventsOf(id)).length, what.types.length + 2, id)
  assert.equal(new Set(numbers).size, numbers.length, 'no two visitors were told the same number')
  let paid = 0
  for (const id of all)
    if (
      own(await eventsOf(id)).some(
        (event) => event.type === 'message' && event.data.text!.startsWith('Paid back'),
      )
    )
      paid++
  assert.ok(paid > 8, `${paid} were paid`)
  assert.equal(effects.size, paid, 'one effect for each visitor who was told of one')
  const again = [...effects.values()].filter(({ requests }) => requests > 1).length
  t.diagnostic(
    `${conversations.length} conversations, ${effects.size} effects outside, ${again} of them asked for again under the same key; ` +
      `events of its own found after the start: ${JSON.stringify(Object.fromEntries(leftAt))}`,
  )
})
