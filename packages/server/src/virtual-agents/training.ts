import { Refusal } from '@candor/protocol/refusals.ts'
import type { TrainingStatus } from '@candor/protocol/virtual-agent-api.ts'
import type { Definition } from '@candor/virtual-agent/definition.ts'
import type { TrainingProgress } from '@candor/virtual-agent/intents/intent-types.ts'
import type { Article } from '@candor/virtual-agent/knowledge/article.ts'
import type { Clock } from '../clock.ts'
import type { Actor } from '../tenants/actor.ts'
import type { Made, Trained } from './trained.ts'

/**
 * Makes models and indexes, one after the other, beside what visitors are answered with. A server that stops forgets
 * what waited: nothing is kept before it is done, so asking again is all it takes.
 */
export interface Training {
  /**
   * A tenant has one training: asked for again with something else, the one before is stopped.
   * @throws Refusal `busy` when too many others wait.
   */
  start(by: Actor, revision: number, parts: readonly TrainingPart[]): Promise<TrainingStatus>
  stop(tenant: string): TrainingStatus
  status(tenant: string): TrainingStatus
  /** The same for what is in force without them, behind all that people wait for; tells nobody of its progress. */
  startUnasked(tenant: string, parts: readonly TrainingPart[]): void
  /** After something was kept. */
  onTrained(listener: (tenant: string) => void): void
  /** Settles when nothing waits or runs. */
  settled(): Promise<void>
  close(): Promise<void>
}

/** What is missing, under the hash that it will be kept by. */
export type TrainingPart =
  | { kind: 'model'; hash: Buffer; definition: Definition }
  | { kind: 'index'; hash: Buffer; articles(): Promise<Article[]> }

/** In a thread of its own. Rejects when it cannot be done, and when the signal is aborted. */
export interface Trainer {
  model(definition: Definition, how: How): Promise<Made>
  /** @param previous an index of earlier articles, to begin from */
  index(articles: readonly Article[], previous: Uint8Array | null, how: How): Promise<Made>
}

export interface How {
  signal: AbortSignal
  progress: TrainingProgress
}

/** Half a minute each: who comes later is better told to try again. */
const waitingMax = 20
/** Tenants whose last training is remembered; of the others only what was made is. */
const rememberedMax = 1_000
/** Longer than the largest training there can be; then something hangs. */
const trainingMsMax = 15 * 60_000

/** Whatever was in the way may be gone by then. */
const unaskedAgainMs = 60 * 60_000

interface Job {
  tenant: string
  parts: readonly TrainingPart[]
  /** The hashes of the parts. */
  key: string
  /** Nobody waits for it. */
  unasked: boolean
  abort: AbortController
  status: TrainingStatus
}

export function openTraining(options: {
  trained: Trained
  trainer: Trainer
  clock: Clock
  log: (event: Record<string, unknown>) => void
}): Training {
  const { trained, trainer, clock, log } = options
  const waiting: Job[] = []
  const remembered = new Map<string, TrainingStatus>()
  const listeners: ((tenant: string) => void)[] = []
  /** When it was begun without anybody asking: what cannot be made, or not be read, is not tried again and again. */
  const begunUnasked = new Map<string, number>()
  let running: Job | null = null
  let ended: Promise<void> = Promise.resolve()
  let closed = false

  const now = (): string => new Date(clock.now()).toISOString()
  const underWay = (): Job[] => [...(running === null ? [] : [running]), ...waiting]
  const askedFor = (tenant: string): Job | undefined =>
    underWay().find((job) => job.tenant === tenant && !job.unasked && job.status.endedAt === null)

  function remember(tenant: string, status: TrainingStatus): void {
    remembered.delete(tenant)
    if (remembered.size >= rememberedMax) remembered.delete(remembered.keys().next().value!)
    remembered.set(tenant, status)
  }

  function end(job: Job, state: 'done' | 'failed' | 'stopped', reason: string | null): void {
    if (job.status.endedAt !== null) return
    const fraction = state === 'done' ? 1 : job.status.fraction
    job.status = { ...job.status, state, reason, fraction, endedAt: now() }
    if (!job.unasked) remember(job.tenant, job.status)
  }

  function add(job: Job): void {
    waiting.push(job)
    next()
  }

  function next(): void {
    if (running !== null || closed) return
    const asked = waiting.findIndex((job) => !job.unasked)
    const [job] = waiting.splice(Math.max(0, asked), 1)
    if (job === undefined) return
    running = job
    ended = run(job).finally(() => {
      running = null
      next()
    })
  }

  async function run(job: Job): Promise<void> {
    const { tenant, parts } = job
    job.status = { ...job.status, state: 'running', startedAt: now() }
    const stuck = setTimeout(() => job.abort.abort(new Error('It took too long.')), trainingMsMax)
    try {
      for (const [i, part] of parts.entries()) {
        const how: How = {
          signal: job.abort.signal,
          progress(fraction, what) {
            if (job.status.endedAt === null)
              job.status = { ...job.status, fraction: (i + fraction) / parts.length, what }
          },
        }
        const made =
          part.kind === 'model'
            ? await trainer.model(part.definition, how)
            : await trainer.index(await part.articles(), await trained.newestIndex(tenant), how)
        job.abort.signal.throwIfAborted()
        await trained.keep(tenant, part.hash, made)
      }
      end(job, 'done', null)
      for (const listener of listeners) listener(tenant)
    } catch (caught) {
      // Whatever it is, visitors are answered on: the author reads the reason, and the operator the log.
      if (job.status.endedAt !== null || closed) return
      const reason = caught instanceof Error ? caught.message : String(caught)
      end(job, 'failed', reason)
      log({ level: 'warn', event: 'training failed', tenant, reason })
    } finally {
      clearTimeout(stuck)
    }
  }

  function stop(job: Job): void {
    end(job, 'stopped', null)
    const place = waiting.indexOf(job)
    if (place !== -1) waiting.splice(place, 1)
    job.abort.abort(new Error('stopped'))
  }

  function statusOf(tenant: string): TrainingStatus {
    const job = askedFor(tenant)
    if (job === undefined) return remembered.get(tenant) ?? none
    const place = waiting.filter(({ unasked }) => !unasked).indexOf(job)
    return { ...job.status, ahead: place === -1 ? 0 : place + (running === null ? 0 : 1) }
  }

  async function missing(tenant: string, parts: readonly TrainingPart[]): Promise<TrainingPart[]> {
    const have = await trained.have(
      tenant,
      parts.map(({ hash }) => hash),
    )
    return parts.filter((_, i) => !have[i])
  }

  return {
    async start({ tenant, id, name }, revision, all) {
      const parts = await missing(tenant, all)
      const startedBy = { id, name }
      if (parts.length === 0) {
        const at = now()
        remember(tenant, {
          ...none,
          state: 'done',
          revision,
          fraction: 1,
          startedBy,
          startedAt: at,
          endedAt: at,
        })
        return statusOf(tenant)
      }
      const key = keyOf(parts)
      const known = askedFor(tenant)
      if (known?.key === key) return statusOf(tenant)
      if (known !== undefined) stop(known)
      if (waiting.filter(({ unasked }) => !unasked).length >= waitingMax)
        throw new Refusal('busy', 'Other trainings wait already; try again in a minute.', {
          retryAfterMs: 60_000,
        })
      const status: TrainingStatus = { ...none, state: 'waiting', revision, startedBy }
      add({ tenant, parts, key, unasked: false, abort: new AbortController(), status })
      return statusOf(tenant)
    },

    stop(tenant) {
      const job = askedFor(tenant)
      if (job !== undefined) stop(job)
      return statusOf(tenant)
    },

    status: statusOf,

    startUnasked(tenant, parts) {
      const key = keyOf(parts)
      if (closed || parts.length === 0) return
      if (clock.now() - (begunUnasked.get(`${tenant} ${key}`) ?? -Infinity) < unaskedAgainMs) return
      if (underWay().some((job) => job.tenant === tenant && job.key === key)) return
      // They are asked for again when the agent is prepared anew.
      if (waiting.length >= 2 * waitingMax) return
      if (begunUnasked.size >= rememberedMax) begunUnasked.clear()
      begunUnasked.set(`${tenant} ${key}`, clock.now())
      const status: TrainingStatus = { ...none, state: 'waiting' }
      add({ tenant, parts, key, unasked: true, abort: new AbortController(), status })
    },

    onTrained: (listener) => void listeners.push(listener),

    async settled() {
      while (running !== null || waiting.length > 0) await ended
    },

    async close() {
      closed = true
      waiting.length = 0
      running?.abort.abort(new Error('the server stops'))
      await ended
    },
  }
}

function keyOf(parts: readonly TrainingPart[]): string {
  return parts.map(({ hash }) => hash.toString('base64url')).join(' ')
}

const none: TrainingStatus = {
  state: 'none',
  revision: 0,
  fraction: 0,
  what: '',
  ahead: 0,
  startedBy: null,
  startedAt: null,
  endedAt: null,
  reason: null,
}
