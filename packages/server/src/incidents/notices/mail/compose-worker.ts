/** Opens, fills, renders and signs mails beside the server's own thread: signing takes most of what a mail costs. */
import assert from 'node:assert/strict'
import { parentPort, workerData } from 'node:worker_threads'
import { composeNotice } from '../compose-notice.ts'
import { messageIdOf } from '../receipts.ts'
import { openPerson } from '../sealed-person.ts'
import { composeMail } from './compose-mail.ts'
import type { ComposeSetting, ReadyMail, ToComposer } from './composers.ts'

assert.ok(parentPort)
const port = parentPort
const { from, domain, keys } = workerData as ComposeSetting

port.on('message', ({ id, mailing, material, key, at, mails }: ToComposer) => {
  const ready: ReadyMail[] = mails.map(({ place, sealed }) => {
    try {
      const person = openPerson(key, mailing, place, Buffer.from(sealed))
      const to = person.email
      if (to === null) throw new Error('no e-mail address')
      const messageId = messageIdOf(mailing, place, domain)
      const { company } = material.facts
      const { bytes, hash } = composeMail(
        composeNotice(material, person),
        {
          from: { name: company.name, address: from },
          replyTo: company.email,
          to: { name: person.name, address: to },
          messageId,
          at,
        },
        keys,
      )
      return { place, to, bytes, hash, fault: null }
    } catch (caught) {
      // Of one mail; its words may quote the person and are left out.
      const fault = `The mail could not be made (${caught instanceof Error ? caught.name : 'unknown'}).`
      return { place, to: '', bytes: Buffer.alloc(0), hash: Buffer.alloc(32), fault }
    }
  })
  port.postMessage({ id, ready })
})
