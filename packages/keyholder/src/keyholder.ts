import {
  createHash,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  randomBytes,
  randomUUID,
  type KeyObject,
} from 'node:crypto'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import * as path from 'node:path'
import { commitDetail, saltBytes, spellEntry, type Entry } from '@candor/ledger/entry.ts'
import { nodeCrypto } from '@candor/ledger/node-crypto.ts'
import { openStatement } from '@candor/protocol/open-statement.ts'
import { Denied } from './denied.ts'
import {
  actorKey,
  applyEffect,
  emptyState,
  holdKey,
  tombstoneOf,
  type Effect,
  type EpochKeyRecord,
  type TenantState,
} from './effects.ts'
import {
  entriesPerPageMax,
  keysPerOpeningMax,
  proofsPerBundleMax,
  type Alarm,
  type Budget,
  type Detail,
  type EntryFilter,
  type EpochKey,
  type LogActor,
  type LogStatus,
  type Op,
  type OpenRequest,
  type Requests,
} from './frames.ts'
import { epochKeyStatement } from './frames.ts'
import { openIndexThread } from './index-thread.ts'
import type { ImportedKey } from './key-file.ts'
import { bodiesIn, JournalDamaged, openJournal } from './journal.ts'
import { judgeOpening } from './judge-opening.ts'
import type { IndexFilter } from './log-index.ts'
import { checkAsk } from './check-ask.ts'
import { openPseudonyms } from './pseudonyms.ts'
import { openPublisher, type LogKey, type Publisher, type Witness } from './publisher.ts'
import { dayMs, hourMs, openReadingCounts, type Reading, type ReadingCounts } from './reading-counts.ts'
import { decodeRecord, encodeRecord, entryOf } from './record.ts'
import { openReleases } from './releases.ts'
import type { RootKey } from './root-key.ts'
import { openUnwrapper, wrapContext, type Unwrapper } from './wrapping.ts'

export interface Keyholder {
  /**
   * Answers one request. Whatever is answered, the entry about it is on the disk.
   * @throws Denied
   */
  handle<Name extends Op>(op: Name, ask: unknown): Promise<Requests[Name]['answer']>
  onAlarm(listener: (alarm: Alarm) => void): void
  /** Publishes a checkpoint over all entries now. */
  publish(): Promise<void>
  close(): Promise<void>
}

/** Where an opening stands; tests end the process at each. */
export type Step = 'asked' | 'judged' | 'writing' | 'durable' | 'unwrapped'

/** Monthly: what was sealed in one month can be destroyed as a whole. */
const epochMs = 30 * dayMs
/** A session of the staff ends after 12 h; its key is of no use later. */
const sessionKeyMs = 13 * hourMs
/** Records of one write and fsync. More and the first of them wait too long. */
const batchMax = 1_024
/** Records that may wait for the index. Beyond it openings wait for the index, or memory would grow without bound. */
const unindexedMax = 50_000
/** Actors whose readings are counted in memory; of the others they are read again. */
const countsHeldMax = 20_000
const reviewDaysMax = 90

/** What goes to the disk in one write. */
interface Batch {
  /** Index of its first record. */
  first: number
  bodies: string[]
  /** Something of what is kept is deleted with it. */
  erases: boolean
  done: PromiseWithResolvers<void>
}

export async function openKeyholder(options: {
  folder: string
  logFolder: string
  rootKey: RootKey
  /** Epoch keys that were made elsewhere; those that are known already are left alone. */
  imported?: readonly ImportedKey[]
  origin: string
  witnesses: readonly Witness[]
  quorum: number
  /** Text of the file that names who signs releases of the widget; null while there is none. */
  releaseRoot?(): string | null
  now(): number
  log(event: Record<string, unknown>): void
  /** The disk or a thread failed: nothing more can be promised. MUST end the process. */
  fatal(fault: Error): void
  at?(step: Step): void
}): Promise<Keyholder> {
  const { folder, rootKey, now, log } = options
  const at = options.at ?? ((): void => undefined)
  mkdirSync(path.join(folder, 'journal'), { recursive: true, mode: 0o700 })
  removeCopies(folder)
  let closed = false
  const fatal = (fault: unknown): void => {
    if (!closed) options.fatal(fault instanceof Error ? fault : new Error(String(fault)))
  }
  const index = openIndexThread(path.join(folder, 'index.sqlite'), fatal)
  const state = emptyState()
  for (const effect of await index.call('effects')) applyEffect(state, effect)
  let indexed = await index.call('next')
  const journal = await openJournal(path.join(folder, 'journal'), indexed)
  if (indexed < journal.first)
    throw new JournalDamaged(
      `The index ends at ${indexed}, the journal begins at ${journal.first}: the index was rolled back.`,
    )

  let next = journal.next
  let lastAt = 0
  /** As text it is spelled once for the many entries of one millisecond. */
  let spelledAt = -1
  let atText = ''
  let openings = 0
  let releases = 0
  const queue: Batch[] = []
  let writing: Promise<void> | null = null
  /** While the journal is copied nothing leaves it; then what was owed meanwhile: the records below this. */
  let copying = false
  let dropOwed = 0
  /** Records below this are on the disk in the index. */
  let synced = 0
  let syncing = false
  /** Of the last entry. */
  let newest: Promise<void> = Promise.resolve()
  /** Entries below this are durable, and the index has been given them. */
  let handedOn = journal.next
  let tellPublisher: Publisher['durable'] | null = null
  const listeners: ((alarm: Alarm) => void)[] = []
  const unwrappers = new Map<string, Unwrapper>()
  const pseudonyms = openPseudonyms(pseudonymKeyOf)
  const pseudonymKeys = new Map<string, KeyObject>()
  const counts = new Map<string, ReadingCounts | Promise<ReadingCounts>>()
  const alarmed = new Map<string, number>()

  // The normal path again: what a crash left in the journal reaches state and index as anything does.
  const left: Buffer[] = []
  for (const { index: at, body, record } of journal.replay()) {
    if (at < indexed) continue
    const { effects, at: writtenAt } = decodeRecord(body)
    for (const effect of effects) applyEffect(state, effect)
    lastAt = Math.max(lastAt, writtenAt)
    left.push(record)
  }
  if (left.length > 0) await index.insert({ first: indexed, records: Buffer.concat(left) })
  indexed = next

  if (state.logKey === null) {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    const seed = Buffer.from(privateKey.export({ format: 'jwk' }).d!, 'base64url')
    const sealed = rootKey.seal('log key', seed).toString('base64')
    const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url').toString('base64')
    append({
      type: 'key-made',
      detail: { what: 'The key that signs the log.' },
      effects: [{ kind: 'log-key', sealed, publicKey: raw }],
    })
  }
  const logKey: LogKey = {
    seed: rootKey.open('log key', Buffer.from(state.logKey!.sealed, 'base64')),
    publicKey: Buffer.from(state.logKey!.publicKey, 'base64'),
  }
  const publisher = await openPublisher({
    folder: options.logFolder,
    origin: options.origin,
    key: logKey,
    witnesses: options.witnesses,
    quorum: options.quorum,
    now,
    log,
    entries: (from, limit) => index.call('entries', from, limit),
    durable: () => handedOn,
    alarm: (kind, detail) => void raise(null, kind, null, detail),
    fatal,
  })
  tellPublisher = publisher.durable
  for (const key of options.imported ?? []) takeIn(key)
  const widgetReleases = openReleases({
    state,
    rootFile: options.releaseRoot ?? ((): null => null),
    vkey: () => publisher.vkey,
    next: () => next,
    append,
    settled,
    now,
    at,
    log,
  })
  append({ type: 'start', detail: { what: `The keyholder has started; root key: ${rootKey.how}.` } })
  widgetReleases.readRoot()
  await settled()
  await publisher.publish()

  /** Takes the next place in the log. `durable` resolves when the entry is on the disk. */
  function append(what: {
    type: Entry['type']
    tenant?: string
    actor?: LogActor
    conversation?: string
    customer?: string
    purpose?: Entry['purpose']
    outcome?: string
    range?: [number, number]
    request?: string
    detail?: Detail
    effects?: Effect[]
    forget?: string[]
    offAssignment?: boolean
    afterHours?: boolean
  }): { index: number; at: string; durable: Promise<void> } {
    // Entries never go back in time, even where the clock does.
    lastAt = Math.max(lastAt, now())
    if (spelledAt !== lastAt) {
      spelledAt = lastAt
      atText = new Date(lastAt).toISOString()
    }
    const { tenant } = what
    const pseudonym = (kind: string, id: string | undefined): string | undefined =>
      id === undefined || tenant === undefined ? undefined : pseudonyms.of(tenant, kind, id)
    const salt = what.detail === undefined ? null : nextSalt()
    const detail = what.detail === undefined ? '' : JSON.stringify(what.detail)
    const entry: Entry = {
      v: 1,
      at: atText,
      type: what.type,
    }
    assign(entry, 'tenant', pseudonym('tenant', tenant))
    assign(entry, 'actor', what.actor && pseudonym(what.actor.kind, what.actor.id))
    assign(entry, 'conversation', pseudonym('conversation', what.conversation))
    assign(entry, 'customer', pseudonym('customer', what.customer))
    assign(entry, 'range', what.range)
    assign(entry, 'purpose', what.purpose)
    assign(entry, 'outcome', what.outcome)
    assign(entry, 'request', what.request)
    assign(entry, 'detail', salt === null ? undefined : commitDetail(nodeCrypto, salt, detail))
    const { effects = [], forget = [] } = what
    const body = encodeRecord({
      at: lastAt,
      entry: spellEntry(entry),
      salt: salt === null ? '' : salt.toString('base64'),
      detail,
      tenant: tenant ?? null,
      offAssignment: what.offAssignment ?? false,
      afterHours: what.afterHours ?? false,
      effects,
      forget,
    })
    for (const effect of effects) applyEffect(state, effect)
    const own = next++
    let batch = queue.at(-1)
    if (batch === undefined || batch.bodies.length >= batchMax) {
      batch = { first: own, bodies: [], erases: false, done: Promise.withResolvers<void>() }
      queue.push(batch)
    }
    batch.bodies.push(body)
    batch.erases ||= forget.length > 0 || effects.some(destroysKeys)
    newest = batch.done.promise
    goOnWriting()
    return { index: own, at: atText, durable: newest }
  }

  function goOnWriting(): void {
    writing ??= write().finally(() => (writing = null))
  }

  async function write(): Promise<void> {
    try {
      // What arrives in the same turn of the loop shares the first write.
      await new Promise<void>((resolve) => setImmediate(resolve))
      while (queue.length > 0 || (dropOwed > journal.first && !copying)) {
        if (dropOwed > journal.first && !copying) {
          if (dropOwed > synced) await syncIndex()
          await journal.drop(synced)
          dropOwed = 0
        }
        const batch = queue.shift()
        if (batch === undefined) continue
        const { first, erases } = batch
        const end = first + batch.bodies.length
        at('writing')
        const records = await journal.append(batch.bodies)
        at('durable')
        const inserted = index.insert({ first, records }).then(() => {
          indexed = Math.max(indexed, end)
        })
        inserted.catch(fatal)
        handedOn = journal.next
        tellPublisher?.(first, bodiesIn(records).map(entryOf))
        batch.done.resolve()
        if (erases || journal.next - indexed > unindexedMax) await inserted
        // What was erased is deleted here as well, as soon as the index has the rest.
        if (erases) dropOwed = end
        else if (journal.next - Math.max(journal.first, synced) > unindexedMax) dropSoon()
      }
    } catch (caught) {
      fatal(caught)
      // Whoever waits is never answered: the process ends, and what it had not said was not promised.
      await new Promise(() => undefined)
    }
  }

  /** What has a place in the log by now is on the disk. What comes meanwhile is not waited for. */
  function settled(): Promise<void> {
    return newest
  }

  /** On the disk in the index: what the journal has handed on until now. */
  async function syncIndex(): Promise<void> {
    const below = handedOn
    // Calls to the thread are answered in order: this one comes after every insert that was sent.
    await index.call('sync')
    synced = below
  }

  /** A sync takes as long as some hundred openings: they go on meanwhile, and so does the journal. */
  function dropSoon(): void {
    if (syncing || copying) return
    syncing = true
    syncIndex()
      .then(() => {
        syncing = false
        dropOwed = Math.max(dropOwed, synced)
        goOnWriting()
      })
      .catch(fatal)
  }

  function pseudonymKeyOf(tenant: string): KeyObject {
    let key = pseudonymKeys.get(tenant)
    if (key !== undefined) return key
    const sealed = state.tenants.get(tenant)!.pseudonymKey
    // Of a tenant that was erased nothing must be recognised again.
    if (sealed === '') return createSecretKey(randomBytes(32))
    key = createSecretKey(rootKey.open(`pseudonyms ${tenant}`, Buffer.from(sealed, 'base64')))
    pseudonymKeys.set(tenant, key)
    return key
  }

  function tenantOf(tenant: string): TenantState {
    const known = state.tenants.get(tenant)
    if (known !== undefined) return known
    const pseudonymKey = rootKey.seal(`pseudonyms ${tenant}`, randomBytes(32)).toString('base64')
    // Applied at once: the entry that makes it known already speaks of it by pseudonym.
    const made: Effect = { kind: 'tenant', tenant, pseudonymKey }
    applyEffect(state, made)
    const epoch = newEpoch(tenant)
    append({
      type: 'key-made',
      tenant,
      detail: { what: `Epoch key ${epoch.id}, the first of this tenant.` },
      effects: [made, epoch],
    })
    return state.tenants.get(tenant)!
  }

  function newEpoch(tenant: string): Extract<Effect, { kind: 'epoch-key' }> {
    const { publicKey, privateKey } = generateKeyPairSync('x25519')
    const id = randomUUID()
    const secret = privateKey.export({ format: 'der', type: 'pkcs8' })
    return {
      kind: 'epoch-key',
      tenant,
      id,
      publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
      sealed: rootKey.seal(`epoch ${tenant} ${id}`, secret).toString('base64'),
      at: now(),
      until: now() + epochMs,
    }
  }

  function takeIn(key: ImportedKey): void {
    const known = tenantOf(key.tenant)
    if (known.wholeErased || known.destroyedEpochs.has(key.id)) return
    if (known.epochKeys.some(({ id }) => id === key.id)) return
    const privateKey = createPrivateKey({ key: key.secret, format: 'der', type: 'pkcs8' })
    append({
      type: 'key-made',
      tenant: key.tenant,
      outcome: 'imported',
      detail: { what: `Epoch key ${key.id}, made before there was a keyholder.` },
      effects: [
        {
          kind: 'epoch-key',
          tenant: key.tenant,
          id: key.id,
          publicKey: createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).toString('base64'),
          sealed: rootKey.seal(`epoch ${key.tenant} ${key.id}`, key.secret).toString('base64'),
          at: 0,
          until: 0,
        },
      ],
    })
  }

  function unwrapperOf(tenant: string, epoch: EpochKeyRecord): Unwrapper {
    let unwrapper = unwrappers.get(epoch.id)
    if (unwrapper === undefined) {
      const secret = rootKey.open(`epoch ${tenant} ${epoch.id}`, Buffer.from(epoch.sealed, 'base64'))
      unwrapper = openUnwrapper(createPrivateKey({ key: secret, format: 'der', type: 'pkcs8' }))
      unwrappers.set(epoch.id, unwrapper)
    }
    return unwrapper
  }

  function forgetTenant(tenant: string, former: readonly EpochKeyRecord[]): void {
    for (const epoch of former) unwrappers.delete(epoch.id)
    pseudonymKeys.delete(tenant)
    pseudonyms.forget(tenant)
  }

  /** A promise only until they were read: who opens much is known, and most openings are theirs. */
  function countsOf(tenant: string, actor: LogActor): ReadingCounts | Promise<ReadingCounts> {
    const key = `${tenant} ${actorKey(actor)}`
    let held = counts.get(key)
    if (held === undefined) {
      const load = settled()
        .then(() => index.call('readings', tenant, bytesOf(tenant, actor.kind, actor.id), now() - dayMs))
        .then((past) => {
          const made = openReadingCounts(past)
          counts.set(key, made)
          return made
        })
      if (counts.size >= countsHeldMax) counts.delete(counts.keys().next().value!)
      counts.set(key, (held = load))
    }
    return held
  }

  async function raise(
    tenant: string | null,
    kind: Alarm['kind'],
    actor: LogActor | null,
    detail: string,
  ): Promise<void> {
    const own = next
    const alarm: Alarm = { index: own, at: new Date(now()).toISOString(), kind, tenant, actor, detail }
    const { durable } = append({
      type: 'alarm',
      ...given('tenant', tenant ?? undefined),
      ...given('actor', actor ?? undefined),
      outcome: kind,
      detail: { what: detail, ...given('actor', actor ?? undefined) },
      effects: [{ kind: 'alarm', alarm }],
    })
    await durable
    log({ level: 'warn', event: 'alarm', kind, index: own })
    for (const listener of listeners) listener(alarm)
  }

  async function open(ask: Omit<OpenRequest, 'op'>): Promise<Requests['open']['answer']> {
    at('asked')
    if (ask.keys.length > keysPerOpeningMax)
      throw new Denied('malformed', `At most ${keysPerOpeningMax} keys at once.`)
    const tenant = tenantOf(ask.tenant)
    const { actor, conversation, customer } = ask
    const held = countsOf(ask.tenant, actor)
    const counted = held instanceof Promise ? await held : held
    const nowMs = now()
    const reading = (afterHours: boolean): Reading => ({
      conversation: pseudonyms.of(ask.tenant, 'conversation', conversation),
      atMs: nowMs,
      offAssignment: ask.offAssignment,
      afterHours,
      exported: ask.purpose === 'export',
    })
    const verdict = judgeOpening(ask, state, tenant, (afterHours) => counted.with(reading(afterHours)), nowMs)
    at('judged')
    const about = {
      tenant: ask.tenant,
      actor,
      conversation,
      customer,
      purpose: ask.purpose,
      ...given('request', requestHash(ask)),
      detail: {
        actor,
        ...given('session', ask.session),
        conversation,
        customer,
        segments: ask.keys.map(({ segment }) => segment),
        offAssignment: ask.offAssignment,
        ...given('proof', ask.proof),
      } satisfies Detail,
    }
    if (verdict.kind === 'denied') {
      // What was erased is not written down again by whoever asks for it.
      const detail = verdict.code === 'erased' ? { actor } : about.detail
      const denial = append({ ...about, type: 'denial', outcome: verdict.code, detail })
      if (verdict.over !== undefined) suspend(ask.tenant, actor, verdict.over)
      await denial.durable
      throw new Denied(verdict.code, undefined, denial.index)
    }
    const { afterHours } = verdict
    counted.add(reading(afterHours))
    const entry = append({
      ...about,
      type: ask.live ? 'join' : 'open',
      range: ask.range,
      outcome: 'granted',
      offAssignment: ask.offAssignment,
      afterHours,
      detail: { ...about.detail, afterHours },
    })
    openings++
    if (verdict.alarm !== null) warn(ask.tenant, actor, verdict.alarm)
    await entry.durable
    // Only now: the entry is on the disk, whatever happens next.
    const keys = ask.keys.map((key) => {
      const epoch = tenant.epochKeys.find(({ id }) => id === key.epochKey)
      if (epoch === undefined) return null
      const context = wrapContext(ask.tenant, conversation, key.segment)
      const unwrapped = unwrapperOf(ask.tenant, epoch).unwrap(context, Buffer.from(key.wrapped, 'base64'))
      return unwrapped?.toString('base64') ?? null
    })
    releases++
    at('unwrapped')
    return { index: entry.index, at: entry.at, keys }
  }

  function suspend(tenant: string, actor: LogActor, over: keyof Budget): void {
    const reason = `More than the budget allows: ${budgetWords[over]}.`
    const suspension = { actor, at: new Date(now()).toISOString(), reason, index: next }
    append({
      type: 'suspension',
      tenant,
      actor,
      outcome: 'budget',
      detail: { actor, what: reason },
      effects: [{ kind: 'suspension', tenant, suspension }],
    })
    raise(tenant, 'suspended', actor, reason).catch(fatal)
  }

  /** Half the budget is the time to look; once an hour is enough to say so. */
  function warn(tenant: string, actor: LogActor, of: keyof Budget): void {
    const key = `${tenant} ${actorKey(actor)} ${of}`
    if ((alarmed.get(key) ?? -Infinity) > now() - hourMs) return
    if (alarmed.size >= countsHeldMax) alarmed.delete(alarmed.keys().next().value!)
    alarmed.set(key, now())
    const kind = { ...alarmKinds }[of]
    raise(tenant, kind, actor, `More than half of the budget: ${budgetWords[of]}.`).catch(fatal)
  }

  function filterOf(tenant: string, filter: EntryFilter): IndexFilter {
    const { conversation, customers, actor, ...rest } = filter
    return {
      ...rest,
      tenant,
      ...given(
        'conversation',
        conversation === undefined ? undefined : bytesOf(tenant, 'conversation', conversation),
      ),
      ...given(
        'customers',
        customers?.map((id) => bytesOf(tenant, 'customer', id)),
      ),
      ...given('actor', actor === undefined ? undefined : bytesOf(tenant, actor.kind, actor.id)),
    }
  }

  /** The pseudonym as the index keeps it. */
  function bytesOf(tenant: string, kind: string, id: string): Uint8Array {
    return Buffer.from(pseudonyms.of(tenant, kind, id), 'base64url')
  }

  const handlers: { [Name in Op]: (ask: Requests[Name]['ask']) => Promise<Requests[Name]['answer']> } = {
    async hello() {
      return { protocol: 1, vkey: publisher.vkey, origin: options.origin }
    },

    async 'epoch-key'({ tenant }) {
      const known = tenantOf(tenant)
      if (known.wholeErased) throw new Denied('erased', 'This tenant was erased.')
      let current = newestOf(known)
      if (current === undefined || current.until <= now()) {
        const epoch = newEpoch(tenant)
        append({
          type: 'key-made',
          tenant,
          detail: { what: `Epoch key ${epoch.id}.` },
          effects: [epoch],
        })
        current = newestOf(known)!
      }
      await settled()
      const { id, publicKey, until } = current
      const key = { id, publicKey, until: new Date(until).toISOString() }
      const signature = publisher.sign(epochKeyStatement(tenant, key))
      return { ...key, signature } satisfies EpochKey
    },

    open,

    async record({ type, tenant, actor, what }) {
      if (tenant !== null) tenantOf(tenant)
      const entry = append({
        type,
        ...given('tenant', tenant ?? undefined),
        actor,
        detail: { actor, what },
      })
      await entry.durable
      return { index: entry.index }
    },

    async 'session-key'({ tenant, person, session, publicKey }) {
      tenantOf(tenant)
      const spki = Buffer.from(publicKey, 'base64')
      if (!isP256(spki))
        throw new Denied('malformed', 'The key must be an ECDSA P-256 public key (SPKI, DER).')
      const key = createHash('sha256').update(spki).digest('base64url')
      const entry = append({
        type: 'session-key',
        tenant,
        actor: person,
        detail: { actor: person, session, what: `Key ${key}` },
        effects: [
          {
            kind: 'session-key',
            tenant,
            person: person.id,
            session,
            key,
            publicKey,
            until: now() + sessionKeyMs,
          },
        ],
      })
      await entry.durable
      return { index: entry.index, key }
    },

    async 'session-ended'({ session }) {
      const had = [...state.sessionKeys.values()].find((key) => key.session === session)
      if (had === undefined) return {}
      const entry = append({
        type: 'session-key',
        tenant: had.tenant,
        outcome: 'ended',
        detail: { session, what: 'The keys of this session count no more.' },
        effects: [{ kind: 'session-ended', session }],
      })
      await entry.durable
      return {}
    },

    async erase({ tenant, by, what, conversations, customers }) {
      const known = tenantOf(tenant)
      const held =
        known.holds.has(holdKey('tenant', tenant)) ||
        (what === 'tenant' && known.holds.size > 0) ||
        conversations.some((id) => known.holds.has(holdKey('conversation', id))) ||
        customers.some((id) => known.holds.has(holdKey('customer', id)))
      if (held) {
        const denial = append({
          type: 'denial',
          tenant,
          actor: by,
          outcome: 'held',
          detail: { actor: by, what: `Erasure: ${what}.` },
        })
        await denial.durable
        throw new Denied('held', undefined, denial.index)
      }
      const detail: Detail = { actor: by, what: erasureWords[what] }
      const former = known.epochKeys
      const tombstones = [...conversations, ...customers].map(tombstoneOf)
      // One entry for each conversation, so that each has a receipt of its own.
      for (const conversation of conversations)
        append({
          type: 'erasure',
          tenant,
          actor: by,
          conversation,
          detail,
          forget: [pseudonyms.of(tenant, 'conversation', conversation)],
        })
      const last = append({
        type: 'erasure',
        tenant,
        actor: by,
        ...given('customer', customers[0]),
        outcome: what,
        detail,
        forget: customers.map((id) => pseudonyms.of(tenant, 'customer', id)),
        effects: [{ kind: 'erasure', tenant, whole: what === 'tenant', tombstones, at: now() }],
      })
      if (what === 'tenant') forgetTenant(tenant, former)
      await last.durable
      return { index: last.index, at: last.at }
    },

    async hold({ tenant, by, scope, subject, on, reason }) {
      tenantOf(tenant)
      const entry = append({
        type: 'hold',
        tenant,
        actor: by,
        ...(scope === 'tenant' ? {} : { [scope]: subject }),
        outcome: on ? 'placed' : 'lifted',
        detail: { actor: by, what: reason },
        effects: [
          { kind: 'hold', tenant, scope, subject, on, reason, at: new Date(now()).toISOString(), by },
        ],
      })
      await entry.durable
      return { index: entry.index }
    },

    async holds({ tenant }) {
      return { items: [...tenantOf(tenant).holds.values()] }
    },

    async 'destroy-epochs'({ tenant, by, keys }) {
      const known = tenantOf(tenant)
      if (known.holds.has(holdKey('tenant', tenant))) throw new Denied('held')
      // The newest seals what is written now.
      const newest = newestOf(known)?.id
      const ids = known.epochKeys.flatMap(({ id }) => (keys.includes(id) && id !== newest ? [id] : []))
      if (ids.length === 0) return { index: -1, destroyed: 0 }
      const entry = append({
        type: 'key-destroyed',
        tenant,
        actor: by,
        detail: { actor: by, what: `Epoch keys ${ids.join(', ')}.` },
        effects: [{ kind: 'epochs-destroyed', tenant, ids, at: now() }],
      })
      for (const id of ids) unwrappers.delete(id)
      await entry.durable
      return { index: entry.index, destroyed: ids.length }
    },

    async policy({ tenant }) {
      return tenantOf(tenant).policy
    },

    async 'set-policy'({ tenant, by, policy }) {
      const before = tenantOf(tenant).policy
      const entry = append({
        type: 'access-widened',
        tenant,
        actor: by,
        outcome: 'policy',
        detail: { actor: by, what: policyChange(before, policy) },
        effects: [{ kind: 'policy', tenant, policy }],
      })
      await entry.durable
      return { index: entry.index }
    },

    async suspensions({ tenant }) {
      return { items: [...tenantOf(tenant).suspensions.values()] }
    },

    async reinstate({ tenant, by, actor }) {
      const known = tenantOf(tenant)
      const suspension = known.suspensions.get(actorKey(actor))
      if (suspension === undefined) throw new Denied('malformed', 'This actor is not suspended.')
      if (actor.kind === by.kind && actor.id === by.id)
        throw new Denied('suspended', 'Somebody else reinstates you.')
      const entry = append({
        type: 'reinstatement',
        tenant,
        actor: suspension.actor,
        detail: { actor: suspension.actor, what: `Reinstated by ${by.name} (${by.kind} ${by.id}).` },
        effects: [{ kind: 'reinstatement', tenant, actor }],
      })
      // What was read counts no more, or the next opening would suspend again.
      counts.set(`${tenant} ${actorKey(actor)}`, openReadingCounts([]))
      await entry.durable
      return { index: entry.index }
    },

    async alarms({ tenant }) {
      return {
        items: state.alarms.filter((alarm) => alarm.tenant === tenant || alarm.tenant === null).reverse(),
      }
    },

    async review({ tenant, days }) {
      const { suspensions } = tenantOf(tenant)
      await indexedAll()
      const rows = await index.call('review', tenant, now() - Math.min(days, reviewDaysMax) * dayMs)
      return { items: rows.map((row) => ({ ...row, suspended: suspensions.has(actorKey(row.actor)) })) }
    },

    async entries({ tenant, filter, limit }) {
      tenantOf(tenant)
      await indexedAll()
      return index.call('list', filterOf(tenant, filter), Math.min(limit, entriesPerPageMax))
    },

    async bundle({ tenant, filter }) {
      tenantOf(tenant)
      await indexedAll()
      if (!(await publisher.publish())) throw new Denied('pending', 'The witnesses do not answer: try again.')
      const stored = await index.call('stored', filterOf(tenant, filter), proofsPerBundleMax)
      return { bundle: await publisher.bundle(stored) }
    },

    async backup() {
      if (copying) throw new Denied('backup-failed', 'Another backup is being made.')
      copying = true
      try {
        const entry = append({
          type: 'operator',
          purpose: 'backup',
          outcome: 'with-keys',
          detail: { what: 'A backup with keys.' },
        })
        await entry.durable
        removeCopies(folder)
        const copy = path.join(folder, `${copyPrefix}${entry.index}`)
        mkdirSync(path.join(copy, 'journal'), { recursive: true, mode: 0o700 })
        // The index before the journal: what it lacks then is in the journal, which loses nothing until both are copied.
        await index.call('copyTo', path.join(copy, 'index.sqlite'))
        // Listed once: only the last of them still grows, and none of these follows it.
        const journals = readdirSync(path.join(folder, 'journal')).map((name) => path.join('journal', name))
        for (const name of [...journals, 'root-key.json'])
          await copyFile(path.join(folder, name), path.join(copy, name))
        return { index: entry.index, folder: path.basename(copy) }
      } catch (caught) {
        if (!(caught instanceof Error)) throw caught
        throw new Denied('backup-failed', `The copy could not be made: ${caught.message}`)
      } finally {
        copying = false
        goOnWriting()
      }
    },

    'release-publish': widgetReleases.publish,
    'release-in-force': widgetReleases.inForce,
    'release-revoke': widgetReleases.revoke,

    async 'release-proof'({ index: of }) {
      const proof = await publisher.prove(of)
      if (proof === null) throw new Denied('pending')
      return proof
    },

    async contain({ tenant, by, what, begun }) {
      tenantOf(tenant)
      const entry = append({
        type: 'containment',
        tenant,
        actor: by,
        outcome: begun ? 'begun' : 'undone',
        detail: { actor: by, what },
      })
      await entry.durable
      return { index: entry.index, at: entry.at }
    },

    async status() {
      return { ...publisher.status(), entries: journal.next, openings, releases } satisfies LogStatus
    },
  }

  async function indexedAll(): Promise<void> {
    await settled()
    // Calls to the thread are answered in order: this one comes after every insert that was sent.
    await index.call('next')
  }

  return {
    handle(op, ask) {
      const handler = handlers[op] as ((ask: unknown) => Promise<never>) | undefined
      if (!Object.hasOwn(handlers, op) || handler === undefined) return Promise.reject(new Denied('unknown'))
      const fault = checkAsk(op, ask)
      return fault === null ? handler(ask) : Promise.reject(new Denied('malformed', fault))
    },
    onAlarm: (listener) => void listeners.push(listener),
    async publish() {
      await publisher.publish()
    },
    async close() {
      while (writing !== null) await writing
      await publisher.close()
      closed = true
      await journal.close()
      await index.close()
    },
  }
}

/** A copy for a backup, until whoever asked for it has taken it; one that nobody took is removed at the next start. */
const copyPrefix = 'copy-'

function removeCopies(folder: string): void {
  for (const name of readdirSync(folder))
    if (name.startsWith(copyPrefix)) rmSync(path.join(folder, name), { recursive: true, force: true })
}

function newestOf(tenant: TenantState): EpochKeyRecord | undefined {
  return tenant.epochKeys.reduce<EpochKeyRecord | undefined>(
    (newest, key) => (newest === undefined || key.until >= newest.until ? key : newest),
    undefined,
  )
}

const budgetWords: Record<keyof Budget, string> = {
  conversationsPerHour: 'conversations opened within an hour',
  offAssignmentPerDay: 'conversations of others opened within a day',
  afterHoursPerDay: 'conversations opened outside the opening hours within a day',
  exportsPerDay: 'conversations exported within a day',
}

const alarmKinds: Record<keyof Budget, Alarm['kind']> = {
  conversationsPerHour: 'bulk-reading',
  offAssignmentPerDay: 'off-assignment',
  afterHoursPerDay: 'after-hours',
  exportsPerDay: 'exports',
}

const erasureWords = {
  conversations: 'Conversations were erased: their keys are destroyed.',
  customer: 'A customer was erased: the keys of all their conversations are destroyed.',
  tenant: 'The tenant was erased: all its keys are destroyed.',
  retention: 'The retention time is over: the keys are destroyed.',
} as const

function policyChange(before: object, after: object): string {
  return `Access policy, before: ${JSON.stringify(before)}; now: ${JSON.stringify(after)}`
}

function destroysKeys(effect: Effect): boolean {
  return effect.kind === 'epochs-destroyed' || effect.kind === 'erasure'
}

/** One system call for this many salts. */
const saltsPerDraw = 256
let salts = Buffer.alloc(0)

function nextSalt(): Buffer {
  if (salts.length === 0) salts = randomBytes(saltBytes * saltsPerDraw)
  const salt = salts.subarray(0, saltBytes)
  salts = salts.subarray(saltBytes)
  return salt
}

function requestHash(ask: Omit<OpenRequest, 'op'>): string | undefined {
  const { proof, tenant, conversation } = ask
  if (proof === undefined) return undefined
  return createHash('sha256')
    .update(openStatement({ tenant, conversation, key: proof.key, at: proof.at }))
    .update(proof.signature)
    .digest('base64url')
}

function isP256(spki: Buffer): boolean {
  try {
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' })
    return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1'
  } catch (caught) {
    if (caught instanceof Error) return false
    throw caught
  }
}

function assign<Name extends keyof Entry>(entry: Entry, name: Name, value: Entry[Name]): void {
  if (value !== undefined) entry[name] = value
}

function given<Name extends string, Value>(name: Name, value: Value | undefined): { [name in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { [name in Name]: Value })
}
