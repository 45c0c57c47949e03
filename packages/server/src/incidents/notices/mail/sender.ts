import { setTimeout as sleep } from 'node:timers/promises'
import type { KeyObject } from 'node:crypto'
import { isConnectionFault, type Store } from '../../../store/store.ts'
import { materialOf, type Mailings, type MailingRow } from '../mailings.ts'
import type { Pace } from '../progress.ts'
import { batchMsMax, receiptsPerBatchMax, type Receipts } from '../receipts.ts'
import { openMailingKey } from '../sealed-person.ts'
import type { Composers } from './composers.ts'
import type { HandOver, MailConnection } from './hand-over.ts'
import {
  keyOf,
  leaseMs,
  openMailQueue,
  type ClaimedMail,
  type DoneMail,
  type MarkedMail,
  type ReportedMail,
} from './mail-queue.ts'
import { attemptsMax, retryAfterMs } from './retry.ts'
import type { MailPlace, ReturnPaths } from './return-path.ts'
import type { Throttle } from './throttle.ts'

/**
 * Sends what is due, as long as the program runs. Each connection has one mail in flight: it is committed as in flight
 * before it is handed over, and its answer together with the next one's mark. So after any end of the program at most
 * one mail for each connection may have arrived without our knowing. Those are in doubt: a report of the mail server
 * settles them, and what it says nothing about in `doubtMs` is handed over again under the same Message-ID.
 */
export interface Sender {
  /** Something may be due sooner than it looks. */
  wake(): void
  /** What the mail server reported later; a mailing that is not being sent is known by its row. */
  report(reports: readonly MailReport[]): Promise<void>
  /** What is in flight is waited for, for some seconds. */
  close(): Promise<void>
}

export interface MailReport {
  mail: MailPlace & { mailing: string }
  kind: 'delivered' | 'bounced'
  detail: string
}

export interface SenderOptions {
  store: Store
  clock: { now(): number }
  random: () => number
  /** Of this start of the program. */
  run: string
  tenants(): Promise<string[]>
  /** Opens the keys of mailings. */
  key: KeyObject
  composers: Composers
  receipts: Receipts
  mailings: Pick<Mailings, 'pauseItself'>
  pace: Pace
  throttle: Throttle
  returnPaths: ReturnPaths
  connect(): Promise<MailConnection>
  connections: number
  retryMs: number
  doubtMs: number
  log: (event: Record<string, unknown>) => void
}

/** Mails of one claim: a transaction and a thread's order each. */
const claimMax = 100
/** Ready or being made: half a second of work, some megabytes. */
const readyMax = 400
const idleMs = 250
const sweepMs = 1_000
/** A supervisor ends who takes longer to stop. */
const closeMsMax = 8_000
/** The mail server is tried again after 1, 2, 4 … seconds. */
const awayMsMax = 30_000
/** A mail that was not handed over, or not let through by the throttle, comes up again after this. */
const soonMs = 2_000
/** Of so many answers in a row, a share this large of refusals is a fault of ours and not of the persons'. */
const judgedAnswers = 200
const refusedShareMax = 0.3

interface Ready extends MarkedMail {
  attempts: number
  from: string
  to: string
  bytes: Buffer
  fault: string | null
  leasedUntil: number
}

/** What the run knows of a mailing. */
interface Held {
  row: MailingRow
  key: KeyObject
  batch: { number: number; count: number; since: number }
  /** Answers since the last judgement. */
  answers: number
  refusals: number
}

interface Op {
  done: DoneMail | null
  next: Ready | null
  reported: ReportedMail[]
  settle(marked: boolean): void
}

export function openSender(options: SenderOptions): Sender {
  const { clock, receipts, throttle, log } = options
  const queue = openMailQueue({ store: options.store, now: clock.now, run: options.run })
  const held = new Map<string, Held>()
  const ready: Ready[] = []
  /** Of mailings that are paused: given back with the next look. */
  let dropped: Ready[] = []
  const open = new Set<MailConnection>()
  /** Told once. */
  const unreadable = new Set<string>()
  let composing = 0
  let connected = 0
  let closed = false
  let awayUntil = 0
  let awayTries = 0
  let turn = 0
  let wakeUp: () => void = () => undefined

  // --- what is committed together ---

  let ops: Op[] = []
  let flushing: Promise<void> | null = null

  /** Resolves when it is durable; true: the next one may be handed over. */
  function commit(
    done: DoneMail | null,
    next: Ready | null,
    reported: ReportedMail[] = [],
  ): Promise<boolean> {
    return new Promise((settle) => {
      ops.push({ done, next, reported, settle })
      flushing ??= flush().finally(() => (flushing = null))
    })
  }

  async function flush(): Promise<void> {
    while (ops.length > 0) {
      const batch = ops
      ops = []
      const done = batch.flatMap((op) => op.done ?? [])
      const reported = batch.flatMap((op) => op.reported)
      for (const each of done) if (each.state === 'sent') each.receipts = batchNumber(each.mailing)
      // Most of what is reported is known as sent already and gets no new receipt: it is not counted.
      for (const each of reported) each.receipts = held.get(each.mailing)?.batch.number ?? 0
      let marked = new Set<string>()
      try {
        const next = batch.flatMap((op) => op.next ?? [])
        marked = await untilDone(() => queue.commit(done, next, reported))
      } catch (caught) {
        // What was answered stays in flight and comes to be in doubt; what was to be handed over is not.
        log({ level: 'error', event: 'notices not committed', mails: batch.length, reason: nameOf(caught) })
        for (const op of batch) op.settle(false)
        continue
      }
      for (const each of done) if (each.state === 'sent') options.pace.sent(each.mailing, clock.now())
      for (const op of batch) op.settle(op.next !== null && marked.has(keyOf(op.next)))
    }
  }

  /** An answer of the mail server must not be lost because the database is away for a moment. */
  async function untilDone<T>(act: () => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries++)
      try {
        return await act()
      } catch (caught) {
        if (!isConnectionFault(caught) || (closed && tries > 5)) throw caught
        log({ level: 'warn', event: 'notices wait for the database', tries })
        await sleep(Math.min(5_000, 100 * 2 ** Math.min(tries, 6)))
      }
  }

  function batchNumber(mailing: string): number {
    const { batch } = held.get(mailing)!
    if (batch.count >= receiptsPerBatchMax) Object.assign(batch, { number: batch.number + 1, count: 0 })
    if (batch.count++ === 0) batch.since = clock.now()
    return batch.number
  }

  // --- what is made ready ---

  async function produce(): Promise<void> {
    while (!closed) {
      let claimed = 0
      try {
        const sending = [...held.values()].filter(({ row }) => row.state === 'sending')
        // Whoever was first is last the next time: a long mailing does not keep a short one waiting.
        const first = turn++ % Math.max(1, sending.length)
        for (const mailing of [...sending.slice(first), ...sending.slice(0, first)]) {
          if (connected === 0 || ready.length + composing >= readyMax) break
          claimed += await claimFor(mailing)
        }
      } catch (caught) {
        if (!isConnectionFault(caught))
          log({ level: 'error', event: 'notices not claimed', reason: nameOf(caught) })
        await sleep(1_000)
      }
      if (claimed === 0) await idle()
    }
  }

  async function claimFor(mailing: Held): Promise<number> {
    const now = clock.now()
    const { row } = mailing
    const claimed = await queue.claim(row, claimMax, throttle.empty(now))
    if (claimed.length === 0) return 0
    const allowed = claimed.filter(({ domain }) => throttle.take(domain, now))
    const early = claimed.filter((mail) => !allowed.includes(mail))
    if (early.length > 0)
      await queue.release(
        row.tenant_id,
        row.id,
        early.map(({ place }) => place),
        new Date(now + soonMs),
      )
    if (allowed.length > 0) void make(mailing, allowed, now)
    return allowed.length
  }

  async function make({ row, key }: Held, mails: readonly ClaimedMail[], now: number): Promise<void> {
    composing += mails.length
    try {
      const made = await options.composers.compose({
        mailing: row.id,
        material: materialOf(row),
        key,
        at: now,
        mails: mails.map(({ place, sealed }) => ({ place, sealed })),
      })
      made.forEach(({ place, to, bytes, hash, fault }, i) =>
        ready.push({
          ...{ tenant: row.tenant_id, mailing: row.id, place, to, fault },
          bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
          hash: Buffer.from(hash),
          attempts: mails[i]!.attempts,
          from: options.returnPaths.of({ tenant: row.tenant_id, number: row.number, place }),
          leasedUntil: now + leaseMs,
        }),
      )
    } catch (caught) {
      // Their leases run out and they are claimed again.
      if (!closed) log({ level: 'error', event: 'notices not composed', reason: nameOf(caught) })
    } finally {
      composing -= mails.length
      wakeUp()
    }
  }

  // --- what is handed over ---

  async function consume(): Promise<void> {
    let connection = null as MailConnection | null
    let last: DoneMail | null = null
    for (;;) {
      const next = closed || !(connection?.usable() ?? false) ? null : take()
      if (last !== null || next !== null) {
        const marked = await commit(last, next)
        last = null
        if (marked) {
          const answer: HandOver =
            next!.fault === null
              ? await connection!.handOver(next!)
              : { kind: 'refused', response: next!.fault }
          last = outcome(next!, answer)
          if (answer.kind === 'accepted') awayTries = 0
          else if (answer.kind === 'in-doubt' || answer.kind === 'not-handed-over') away()
          judge(next!.mailing, answer)
        }
        continue
      }
      if (closed) break
      if (connection?.usable() !== true) {
        if (connection !== null) {
          connected--
          open.delete(connection)
        }
        connection = await reach()
        if (connection !== null) {
          connected++
          wakeUp()
        }
      } else await idle()
    }
    connection?.close()
  }

  /** The next one that is still ours for long enough to be begun. */
  function take(): Ready | null {
    for (;;) {
      const next = ready.shift()
      if (next === undefined) return null
      if (ready.length === readyMax / 2) wakeUp()
      const paused = held.get(next.mailing)?.row.state !== 'sending'
      if (paused) dropped.push(next)
      else if (next.leasedUntil - clock.now() > leaseMs / 4) return next
    }
  }

  /** Null: not there, or not now. */
  async function reach(): Promise<MailConnection | null> {
    if (![...held.values()].some(({ row }) => row.state === 'sending') || clock.now() < awayUntil) {
      await idle()
      return null
    }
    try {
      const connection = await options.connect()
      open.add(connection)
      return connection
    } catch (caught) {
      if (awayTries === 0) log({ level: 'warn', event: 'mail server away', reason: nameOf(caught) })
      away()
      return null
    }
  }

  /** A server that takes mails and breaks off would put one in doubt with every connection: it is left alone, longer each time. */
  function away(): void {
    const now = clock.now()
    // Connections that break together count once.
    if (now < awayUntil) return
    awayUntil = now + Math.min(awayMsMax, 1_000 * 2 ** Math.min(awayTries++, 10))
  }

  function outcome(mail: Ready, answer: HandOver): DoneMail {
    const { tenant, mailing, place } = mail
    const now = clock.now()
    const base = { tenant, mailing, place, response: answer.response, receipts: null }
    switch (answer.kind) {
      case 'accepted':
        return { ...base, state: 'sent', attempts: mail.attempts + 1, at: new Date(now) }
      case 'refused':
        return { ...base, state: 'bounced', attempts: mail.attempts + 1, at: new Date(now) }
      case 'in-doubt':
        return {
          ...base,
          state: 'in-doubt',
          attempts: mail.attempts + 1,
          at: new Date(now + options.doubtMs),
        }
      case 'not-handed-over':
        return { ...base, state: 'waiting', attempts: mail.attempts, at: new Date(now + soonMs) }
      case 'later':
      case 'blocked': {
        const attempts = mail.attempts + 1
        if (attempts >= attemptsMax) return { ...base, state: 'bounced', attempts, at: new Date(now) }
        const wait = retryAfterMs(attempts, options.retryMs, options.random())
        return { ...base, state: 'waiting', attempts, at: new Date(now + wait) }
      }
    }
  }

  /** A mail server that refuses everybody would send everybody a letter. */
  function judge(mailing: string, { kind }: HandOver): void {
    const one = held.get(mailing)
    if (one === undefined || kind === 'in-doubt' || kind === 'not-handed-over') return
    one.answers++
    if (kind === 'refused' || kind === 'blocked') one.refusals++
    if (one.answers < judgedAnswers) return
    const share = one.refusals / one.answers
    Object.assign(one, { answers: 0, refusals: 0 })
    if (share <= refusedShareMax || one.row.state !== 'sending') return
    one.row.state = 'paused'
    const because = `The mail server refused ${Math.round(share * 100)} % of the last ${judgedAnswers} mails. Look at why before it goes on.`
    options.mailings
      .pauseItself(one.row.tenant_id, mailing, because)
      .catch((caught: unknown) =>
        log({ level: 'error', event: 'notices not paused', reason: nameOf(caught) }),
      )
  }

  // --- what is looked after ---

  let hasLooked: () => void = () => undefined
  const looked = new Promise<void>((resolve) => (hasLooked = resolve))

  async function look(): Promise<void> {
    const rows = await queue.mailings(await options.tenants())
    for (const row of rows) {
      const known = held.get(row.id)
      if (known !== undefined) known.row = row
      else {
        const key = keyOfMailing(row)
        if (key === null) continue
        const number = await receipts.next(row.tenant_id, row.id)
        held.set(row.id, { row, key, batch: { number, count: 0, since: 0 }, answers: 0, refusals: 0 })
      }
    }
    for (const one of [...held.values()]) {
      const { row, batch } = one
      const back = dropped.filter(({ mailing }) => mailing === row.id).map(({ place }) => place)
      dropped = dropped.filter(({ mailing }) => mailing !== row.id)
      if (back.length > 0) await queue.release(row.tenant_id, row.id, back, new Date(clock.now()))
      const { done, doubted, again } = await queue.sweep(row, options.doubtMs)
      if (doubted + again > 0)
        log({ level: 'info', event: 'notices in doubt', mailing: row.id, doubted, again })
      const gone = !rows.some(({ id }) => id === row.id)
      if (done || gone || (batch.count > 0 && clock.now() - batch.since > batchMsMax))
        Object.assign(batch, { number: batch.number + 1, count: 0 })
      // Whatever still carries the former number is on its way to the database.
      await flushing
      await receipts
        .close(row.tenant_id, row.id, batch.number)
        .catch((caught: unknown) =>
          log({ level: 'warn', event: 'receipts not closed', reason: nameOf(caught) }),
        )
      if (done || gone) {
        log({ level: 'info', event: 'notices done', mailing: row.id })
        held.delete(row.id)
      }
    }
  }

  /** Null: sealed under another secret of the installation. Others go on all the same. */
  function keyOfMailing(row: MailingRow): KeyObject | null {
    if (row.sealed_key === null) return null
    try {
      return openMailingKey(options.key, row.tenant_id, row.id, row.sealed_key)
    } catch (caught) {
      if (!unreadable.has(row.id))
        log({ level: 'error', event: 'notices not readable', mailing: row.id, reason: nameOf(caught) })
      unreadable.add(row.id)
      return null
    }
  }

  async function lookAfter(): Promise<void> {
    while (!closed) {
      try {
        await look()
        hasLooked()
      } catch (caught) {
        if (!isConnectionFault(caught))
          log({ level: 'error', event: 'notices not looked after', reason: nameOf(caught) })
      }
      await idle(sweepMs, true)
    }
  }

  // --- waiting ---

  const waiters = new Set<() => void>()
  let lookNow: () => void = () => undefined
  wakeUp = () => {
    for (const wake of [...waiters]) if (wake !== lookNow) wake()
  }
  function idle(ms = idleMs, look = false): Promise<void> {
    if (closed) return Promise.resolve()
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer)
        waiters.delete(end)
        resolve()
      }
      const timer = setTimeout(end, ms)
      waiters.add(end)
      if (look) lookNow = end
    })
  }

  const loops = [lookAfter(), produce(), ...Array.from({ length: options.connections }, consume)]

  return {
    wake() {
      lookNow()
      wakeUp()
    },
    async report(reports) {
      // Before the first look nothing is known of any mailing.
      await looked
      // Mailings that are over take bounces only, and those need no batch of receipts.
      const known = reports.flatMap(({ mail, kind, detail }) =>
        kind === 'bounced' || held.has(mail.mailing)
          ? [{ ...mail, kind, detail, at: new Date(clock.now()), receipts: 0 }]
          : [],
      )
      if (known.length > 0) await commit(null, null, known)
    },
    async close() {
      closed = true
      lookNow()
      wakeUp()
      hasLooked()
      // Who does not answer until then leaves a mail in doubt, as a crash would.
      const late = setTimeout(() => open.forEach((connection) => connection.close()), closeMsMax)
      await Promise.all(loops)
      clearTimeout(late)
      await flushing
    },
  }
}

function nameOf(caught: unknown): string {
  if (!(caught instanceof Error)) return 'unknown'
  return `${caught.name} ${(caught as { code?: string }).code ?? ''}`.trim()
}
