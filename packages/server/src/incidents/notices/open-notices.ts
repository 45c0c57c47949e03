import { createPrivateKey, randomUUID, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { FastifyPluginAsync } from 'fastify'
import type { Clock } from '../../clock.ts'
import type { Ids } from '../../ids.ts'
import type { Store } from '../../store/store.ts'
import { openLetters, type Letters } from './letters/letters.ts'
import { openComposers } from './mail/composers.ts'
import type { DkimKey } from './mail/dkim.ts'
import { connectMail, type MailServer } from './mail/hand-over.ts'
import { openMailReports, type MailReports } from './mail/mail-reports.ts'
import { openReturnPaths } from './mail/return-path.ts'
import { openSender } from './mail/sender.ts'
import { openThrottle } from './mail/throttle.ts'
import { openMailings, type Mailings } from './mailings.ts'
import { noticesRoutes } from './notices-routes.ts'
import { openPace } from './progress.ts'
import { openReceipts, type Receipts } from './receipts.ts'

/** Notices to the persons of an incident: written, approved, sent, printed, and shown to have been. */
export interface Notices {
  mailings: Mailings
  receipts: Receipts
  letters: Letters
  reports: MailReports
  routes: FastifyPluginAsync
  close(): Promise<void>
}

/** How notices are sent. */
export interface MailSetting {
  server: MailServer
  from: string
  dkim: readonly DkimKey[]
  signers: number
  connections: number
  domainPerMinute: number
  retryMs: number
  doubtMs: number
}

export function openNotices(options: {
  store: Store
  clock: Clock
  ids: Ids
  random: () => number
  /** For this purpose alone: seals the keys of mailings. */
  sealingKey: KeyObject
  /** The same, for return paths. */
  returnPathKey: KeyObject
  tenants(): Promise<string[]>
  /** An entry in the access log; answers its number. */
  record(tenant: string, what: string): Promise<number>
  /** Null: letters only. */
  mail: MailSetting | null
  hookSecret: string | null
  log: (event: Record<string, unknown>) => void
}): Notices {
  const { store, clock, ids, log, mail, tenants } = options
  const pace = openPace()
  const domain = mail === null ? 'localhost' : mail.from.slice(mail.from.indexOf('@') + 1)
  const receipts = openReceipts({ store, clock, record: options.record, messageDomain: domain, log })
  const mailings = openMailings({
    ...{ store, clock, ids, pace },
    key: options.sealingKey,
    canSend: mail !== null,
    onChange: () => sender?.wake(),
  })
  const returnPaths = openReturnPaths(options.returnPathKey, domain)
  const composers =
    mail === null ? null : openComposers({ from: mail.from, domain, keys: mail.dkim }, mail.signers)
  const sender =
    mail === null || composers === null
      ? null
      : openSender({
          ...{ store, clock, receipts, mailings, pace, returnPaths, composers, tenants, log },
          random: options.random,
          run: randomUUID(),
          key: options.sealingKey,
          throttle: openThrottle(mail.domainPerMinute),
          connect: () => connectMail(mail.server, domain),
          connections: mail.connections,
          retryMs: mail.retryMs,
          doubtMs: mail.doubtMs,
        })
  const letters = openLetters({ store, clock, ids, key: options.sealingKey })
  const reports = openMailReports({
    store,
    tenants,
    returnPaths,
    report: (list) => sender?.report(list) ?? Promise.resolve(),
  })
  return {
    ...{ mailings, receipts, letters, reports },
    routes: noticesRoutes({ mailings, receipts, letters, reports, hookSecret: options.hookSecret }),
    async close() {
      await sender?.close()
      await composers?.close()
    },
  }
}

/** From settings that were checked (config.ts). */
export function mailSetting(config: {
  url: string
  from: string
  dkim: readonly string[]
  signers: number
  connections: number
  domainPerMinute: number
  retrySeconds: number
  doubtSeconds: number
}): MailSetting {
  const url = new URL(config.url)
  const secure = url.protocol === 'smtps:'
  return {
    server: {
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
      secure,
      user: url.username === '' ? null : decodeURIComponent(url.username),
      password: url.password === '' ? null : decodeURIComponent(url.password),
    },
    from: config.from,
    dkim: config.dkim.map((each) => {
      const [, domain, selector, file] = /^([^/]+)\/([^=]+)=(.*)$/.exec(each)!
      return { domain: domain!, selector: selector!, key: createPrivateKey(readFileSync(file!, 'utf8')) }
    }),
    signers: config.signers,
    connections: config.connections,
    domainPerMinute: config.domainPerMinute,
    retryMs: config.retrySeconds * 1_000,
    doubtMs: config.doubtSeconds * 1_000,
  }
}
