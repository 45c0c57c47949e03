import { watch } from 'node:fs'
import { mkdirSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { randomUUID } from 'node:crypto'
import * as path from 'node:path'
import { openAllowance } from '../../visits/allowance.ts'
import { networkOf } from './network-of.ts'
import { openSiteServer, type SiteServer } from './serve-sites.ts'
import { readSites } from './site-folder.ts'
import { openSpool } from './spool.ts'

/**
 * The public side as it runs inside the server and by itself (`candor response-site`): the sites of a folder, read again
 * when the folder changes, and the letter box beside them. It needs no database, no keyholder and no network but its own
 * listener.
 */
export interface ResponseSites extends Pick<SiteServer, 'handle'> {
  /** Of the letter box. */
  spoolFolder: string
  /** Reads the folder now; whoever published need not wait for the system to notice. */
  reload(): void
  close(): Promise<void>
}

/** Ten at once are a family at one table; ten a minute are more than anybody asks for. */
const inquiries = { atOnceMax: 10, perMinuteMax: 10 }
/** Renames come in threes. */
const settleMs = 100

export async function openResponseSites(options: {
  folder: string
  now(): number
  addressOf(request: IncomingMessage): string
}): Promise<ResponseSites> {
  const { now, addressOf } = options
  const published = path.join(options.folder, 'sites')
  const spoolFolder = path.join(options.folder, 'inquiries')
  mkdirSync(published, { recursive: true })
  const spool = await openSpool(spoolFolder)
  const server = openSiteServer({
    spool,
    allowance: openAllowance({ ...inquiries, now }),
    networkOf: (request) => networkOf(addressOf(request)),
    newId: randomUUID,
    now,
  })
  const reload = (): void => server.publish(readSites(published))
  reload()
  let settling: ReturnType<typeof setTimeout> | undefined
  const watcher = watch(published, () => {
    clearTimeout(settling)
    settling = setTimeout(reload, settleMs)
  })
  return {
    spoolFolder,
    reload,
    handle: server.handle,
    async close() {
      watcher.close()
      clearTimeout(settling)
      await spool.close()
    },
  }
}
