import { Refusal } from '@candor/protocol/refusals.ts'
import type { By, TrainingStatus } from '@candor/protocol/virtual-agent-api.ts'
import type { Definition } from '@candor/virtual-agent/definition.ts'
import type { CrossValidation, TrainingProgress } from '@candor/virtual-agent/intents/intent-types.ts'
import type { Clock } from '../clock.ts'
import { examplesHash, type Models } from './models.ts'

/**
 * Trains one model after the other, beside what visitors are answered with. A server that stops forgets what waited:
 * nothing of a training is kept before it is done, so asking again is all it takes.
 */
export interface Training {
  /**
   * A tenant has one training: asked for again with other examples, the one before is stopped.
   * @throws Refusal `busy` when too many others wait.
   */
  start(by: By & { tenant: string }, revision: number, definition: Definition): Promise<TrainingStatus>
  stop(tenant: string): TrainingStatus
  status(tenant: string): TrainingStatus
  /** The same for what is in force without a model, behind all that people wait for; says nothing of its progress. */
  startUnasked(tenant: string, definition: Definition): void
  /** After a model was kept. */
  onTrained(listener: (tenant: string) => void): void
  /** Settles when nothing waits or runs. */
  settled(): Promise<void>
  close(): Promise<void>
}

/** In a thread of its own. Rejects when it cannot be done, or with the signal's reason. */
export type Train = (
  definition: Definition,
  how: { signal: AbortSignal; progress: TrainingProgress },
) => Promise<{ model: Uint8Array; crossValidation: CrossValidation }>

/** Half a minute each: who comes later is better told to try again. */
const waitingMax = 20
/** Tenants whose last training is remembered; of the others only the model is. */
const rememberedMax = 1_000
/** Longer than the largest training there can be; then something hangs. */
const trainingMsMax = 15 * 60_000

interface Job {
  tenant: string
  hash: string
  definition: Definition
  /** Null: nobody waits for it. */
  asked: { by: By; revision: number } | null
  abort: AbortController
  status: TrainingStatus
}

export function openTraining(options: {
  models: Models
  train: Train
  clock: Clock
  log: (event: Record<string, unknown>) => void
}): Training {
  const { models, train, clock, log } = options
  const waiting: Job[] = []
  const remembered = new Map<string, TrainingStatus>()
  const listeners: ((tenant: string) => void)[] = []
  /** Examples that could not be trained; asked for by nobody, they are not tried again and again. */
  const failed = new Set<string>()
  let running: Job | null = null
  let ended: Promise<void> = Promise.resolve()
  let closed = false

  const now = (): string => new Date(clock.now()).toISOString()
  const jobOf = (tenant: string): Job | undefined =>
    [...(running === null ? [] : [running]), ...waiting].find(
      (job) => job.tenant === tenant && job.asked !== null && job.status.endedAt === null,
    )

  function remember(tenant: string, status: TrainingStatus): void {
    remembered.delete(tenant)
    if (remembered.size >= rememberedMax) remembered.delete(remembered.keys().next().value!)
    remembered.set(tenant, status)
  }

  function end(job: Job, state: 'done' | 'failed' | 'stopped', reason: string | null): void {
    if (job.status.endedAt !== null) return
    job.status = { ...job.status, state, reason, endedAt: now(), fraction: state === 'done' ? 1 : job.status.fraction }
    if (job.asked !== null) remember(job.tenant, job.status)
  }

  function next(): void {
    if (running !== null || closed) return
    const place = waiting.findIndex((job) => job.asked !== null)
    const [job] = waiting.splice(Math.max(0, place), 1)
    if (job === undefined) return
    running = job
    ended = run(job).finally(() => {
      running = null
      next()
    })
  }

  async function run(job: Job): Promise<void> {
    job.status = { ...job.status, state: 'running', startedAt: now() }
    const stuck = setTimeout(() => job.abort.abort(new Error('took too long')), trainingMsMax)
    try {
      const { model, crossValidation } = await train(job.definition, {
        signal: job.abort.signal,
        progress: (fraction, what) => {
          if (job.status.endedAt === null) job.status = { ...job.status, fraction, what }
        },
      })
      if (job.abort.signal.aborted) return end(job, 'stopped', null)
      await models.keep(job.tenant, Buffer.from(job.hash, 'hex'), model, crossValidation)
      end(job, 'done', null)
      for (const listener of listeners) listener(job.tenant)
    } catch (caught) {
      // Whatever it is, the server goes on: the author reads the reason, and the operator the log.
      if (job.status.endedAt !== null) return
      const reason = caught instanceof Error ? caught.message : String(caught)
      if (failed.size >= rememberedMax) failed.clear()
      failed.add(`${job.tenant}/${job.hash}`)
      end(job, 'failed', reason)
      log({ level: 'warn', event: 'training failed', tenant: job.tenant, reason })
    } finally {
      clearTimeout(stuck)
    }
  }

  function stopJob(job: Job): void {
    end(job, 'stopped', null)
    const place = waiting.indexOf(job)
    if (place !== -1) waiting.splice(place, 1)
    job.abort.abort(new Error('stopped'))
  }

  function statusOf(tenant: string): TrainingStatus {
    const job = jobOf(tenant)
    if (job === undefined) return remembered.get(tenant) ?? none
    const place = waiting.filter(({ asked }) => asked !== null).indexOf(job)
    return { ...job.status, ahead: place === -1 ? 0 : place + (running === null ? 0 : 1) }
  }

  return {
    async start({ tenant, id, name }, revision, definition) {
      const hash = examplesHash(definition)
      const by = { id, name }
      if (await models.has(tenant, hash)) {
        const at = now()
        remember(tenant, {
          ...none,
          state: 'done',
          revision,
          fraction: 1,
          startedBy: by,
          startedAt: at,
          endedAt: at,
        })
        return statusOf(tenant)
      }
      const known = jobOf(tenant)
      if (known?.hash === hash.toString('hex')) return statusOf(tenant)
      if (known !== undefined) stopJob(known)
      if (waiting.filter(({ asked }) => asked !== null).length >= waitingMax)
        throw new Refusal('busy', 'Other trainings wait already; try again in a minute.', { retryAfterMs: 60_000 })
      waiting.push({
        tenant,
        hash: hash.toString('hex'),
        definition,
        asked: { by, revision },
        abort: new AbortController(),
        status: { ...none, state: 'waiting', revision, startedBy: by },
      })
      next()
      return statusOf(tenant)
    },

    stop(tenant) {
      const job = jobOf(tenant)
      if (job !== undefined) stopJob(job)
      return statusOf(tenant)
    },

    status: statusOf,

    startUnasked(tenant, definition) {
      const hash = examplesHash(definition).toString('hex')
      const known = [...(running === null ? [] : [running]), ...waiting].some(
        (job) => job.tenant === tenant && job.hash === hash,
      )
      if (known || closed || failed.has(`${tenant}/${hash}`) || waiting.length >= 2 * waitingMax) return
      waiting.push({
        tenant,
        hash,
        definition,
        asked: null,
        abort: new AbortController(),
        status: { ...none, state: 'waiting' },
      })
      next()
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
