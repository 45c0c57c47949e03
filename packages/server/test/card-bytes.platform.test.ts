/** After a busy hour with cards in every channel: no card number in any file that the installation wrote. */
import assert from 'node:assert/strict'
import { readFileSync, readdirSync, statSync } from 'node:fs'
import * as path from 'node:path'
import { test } from 'node:test'
import { openIds } from '../src/ids.ts'
import { startServerProcess } from './server-process.ts'
import { staffClient, visitorClient } from './test-client.ts'

/** Published test numbers of the card networks. */
const cards = [
  '4111111111111111',
  '5555555555554444',
  '378282246310005',
  '6011111111111117',
  '30569309025904',
]

/** The forms in which a number could lie on a disk. */
function formsOf(card: string): { name: string; bytes: Buffer }[] {
  const groups = card.length === 15 ? [4, 6, 5] : card.length === 14 ? [4, 6, 4] : [4, 4, 4, 4]
  const grouped = (separator: string): string => {
    let at = 0
    return groups.map((size) => card.slice(at, (at += size))).join(separator)
  }
  const texts = {
    plain: card,
    spaces: grouped(' '),
    dashes: grouped('-'),
    dots: grouped('.'),
    reversed: [...card].reverse().join(''),
  }
  return Object.entries(texts).flatMap(([name, text]) => [
    { name, bytes: Buffer.from(text) },
    { name: `${name}, UTF-16 little endian`, bytes: Buffer.from(text, 'utf16le') },
    { name: `${name}, UTF-16 big endian`, bytes: Buffer.from(text, 'utf16le').swap16() },
    { name: `${name}, hex`, bytes: Buffer.from(Buffer.from(text).toString('hex')) },
    // Whatever stands before it, one of three alignments holds; the ends depend on the neighbours and are cut.
    ...[0, 1, 2].map((shift) => ({
      name: `${name}, base64 at ${shift}`,
      bytes: Buffer.from(
        Buffer.from('\0'.repeat(shift) + text)
          .toString('base64')
          .slice(shift === 0 ? 0 : 4, -4),
      ),
    })),
  ])
}

test(
  'no card number is in the data folder, the write-ahead log or any log, in any form',
  { timeout: 120_000 },
  async () => {
    const ids = openIds({ now: () => Date.now() })
    let output = ''
    const server = await startServerProcess({ CANDOR_LOG_LEVEL: 'debug' }, (text) => (output += text))
    const canary = 'findable-canary-4242'
    try {
      const visitor = await visitorClient(server.url, {
        tenant: server.slug,
        page: {
          url: `https://shop.example/pay/${cards[0]}?card=${cards[1]}`,
          title: `Pay with ${cards[2]}`,
          cardFields: false,
        },
      })
      const conversation = ids.next()
      await visitor.ask({ type: 'start', id: ids.next(), conversation })
      const staff = await staffClient(server.url, { key: server.key })
      staff.send({ type: 'open', conversation })
      await staff.until('snapshot')
      const post = (what: string, body: object, key = ids.next()): Promise<Response> =>
        fetch(`${server.url}/v1/${what}`, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${server.key}`,
            'content-type': 'application/json',
            'idempotency-key': key,
          },
          body: JSON.stringify(body),
        })
      // Shapes of cards as the tenant's own numbers: nobody below writes the word that would introduce one.
      for (const pattern of [
        '################',
        '#### #### #### ####',
        '####-####-####-####',
        '###############',
      ]) {
        const format = { name: `Booking ${pattern.length} ${pattern[4]}`, pattern, prefix: 'booking' }
        assert.equal((await post('identifier-formats', format)).status, 201)
      }
      await post(`conversations/${conversation}/takeover`, {})
      for (const card of cards) {
        const spaced = card.replace(/(.{4})(?=.)/g, '$1 ')
        for (const text of [
          `my card is ${card}`,
          `number: ${spaced}`,
          spaced.replaceAll(' ', '-'),
          Buffer.from(card).toString('base64'),
        ]) {
          await visitor.ask({ type: 'send', id: ids.next(), conversation, text })
          await staff.ask({ type: 'send', id: ids.next(), conversation, text: `So it is ${text}` })
          await staff.ask({ type: 'note', id: ids.next(), conversation, text })
        }
        for (const piece of spaced.split(' '))
          await visitor.ask({ type: 'send', id: ids.next(), conversation, text: piece })
        await visitor.ask({
          type: 'form',
          id: ids.next(),
          conversation,
          form: 'pay',
          answers: { card, holder: 'Amara' },
        })
        await visitor.ask({ type: 'set', id: ids.next(), traits: { name: `Amara ${card}`, card } })
        await visitor.ask({
          type: 'track',
          id: ids.next(),
          name: `paid ${card}`,
          properties: { card, [card]: true },
        })
        await post(`conversations/${conversation}/tags`, { add: [card], remove: [] })
        await post('canned-replies', {
          shortcut: `c${card.slice(0, 4)}`,
          title: card,
          text: `Pay with ${card}`,
        })
        await post(`conversations/${conversation}/notes`, { text: card, [card]: card })
        await fetch(`${server.url}/v1/conversations?cursor=${card}`, {
          headers: { authorization: `Bearer ${server.key}` },
        })
        await fetch(`${server.url}/${card}`)
      }
      visitor.socket.send(`{"type":"send","text":"${cards[0]}`)
      // A tag is stored as it is: it shows that the search would find what is there.
      await post(`conversations/${conversation}/tags`, { add: [canary], remove: [] })
      await new Promise((resolve) => setTimeout(resolve, 1_500))
      visitor.drop()
      staff.drop()
      await server.stopKeepingData()

      const searched: { name: string; bytes: Buffer }[] = [
        { name: 'output of the server', bytes: Buffer.from(output) },
      ]
      for (const entry of readdirSync(server.folder, { recursive: true, withFileTypes: true })) {
        const file = path.join(entry.parentPath, entry.name)
        if (entry.isFile() && statSync(file).size > 0)
          searched.push({ name: file, bytes: readFileSync(file) })
      }
      assert.ok(
        searched.some(({ name, bytes }) => /pg_wal/.test(name) && bytes.includes(canary)),
        'the write-ahead log is searched',
      )
      assert.ok(
        searched.some(({ name, bytes }) => /base\//.test(name) && bytes.includes(canary)),
        'the tables are searched',
      )
      const found: string[] = []
      for (const { name, bytes } of searched)
        for (const card of cards)
          for (const form of formsOf(card))
            if (bytes.includes(form.bytes)) found.push(`${card} (${form.name}) in ${name}`)
      assert.deepEqual(found, [])
    } finally {
      await server.stop()
    }
  },
)
