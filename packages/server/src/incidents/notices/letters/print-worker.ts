/** Draws a batch of letters: minutes of work that nobody else should wait for. */
import assert from 'node:assert/strict'
import { parentPort, workerData } from 'node:worker_threads'
import { composeNotice } from '../compose-notice.ts'
import { openPerson } from '../sealed-person.ts'
import { openLetterPages } from './letter-pages.ts'
import type { FromPrinter, PrintSetting, ToPrinter } from './print-letters.ts'

assert.ok(parentPort)
const port = parentPort
const { mailing, number, material, key, paper, title } = workerData as PrintSetting
const tell = (message: FromPrinter): void => port.postMessage(message)

const pages = openLetterPages(
  paper,
  title,
  (bytes) => tell({ kind: 'bytes', bytes }),
  () => tell({ kind: 'end' }),
)

port.on('message', (message: ToPrinter) => {
  if (message.kind === 'end') return pages.end()
  const unprintable: number[] = []
  for (const { place, sealed, code } of message.letters) {
    const person = openPerson(key, mailing, place, Buffer.from(sealed))
    const drawn = pages.add({
      notice: composeNotice(material, person),
      person,
      company: material.facts.company,
      code,
      reference: `${number}-${String(place).padStart(7, '0')}`,
    })
    if (!drawn) unprintable.push(place)
  }
  tell({ kind: 'drawn', unprintable })
})
