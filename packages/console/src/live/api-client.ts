/** The public API as the desk uses it: JSON, refusals as `Refusal`, POSTs that can be repeated safely. */
import type { Problem } from '@candor/protocol/api.ts'
import { Refusal, refusals, type RefusalCode } from '@candor/protocol/refusals.ts'
import { newId } from './new-id.ts'
import { observable } from './observable.ts'

/** Tries of one request whose answer did not come. The same Idempotency-Key makes a repeat harmless. */
const triesMax = 4
/** A person who waits longer than this for a button has pressed it again. */
const retryDelayMsMax = 8_000

/** True from the moment the server says that the session is over until somebody signs in. */
export const signedOut = observable(false)

/** How far this computer's clock is behind the server's, which decides how old a signature is. */
let clockBehindMs = 0
/** The server tells whole seconds, and an answer takes its time; less than this is no difference. */
const clockDifferenceMsMin = 30_000

export const serverNow = (): number => Date.now() + clockBehindMs

/** The network did not carry it; the server may never have seen it. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable'
}

export const api = {
  get: <T>(path: string, signal?: AbortSignal, headers?: Record<string, string>): Promise<T> =>
    request<T>('GET', path, undefined, signal, undefined, headers),
  /** What is handed on byte for byte: a proof bundle. */
  text: (path: string, signal?: AbortSignal, headers?: Record<string, string>): Promise<string> =>
    request('GET', path, undefined, signal, (answer) => answer.text(), headers),
  post: <T = void>(path: string, body: object = {}): Promise<T> => request<T>('POST', path, body),
  patch: <T = void>(path: string, body: object): Promise<T> => request<T>('PATCH', path, body),
  put: <T = void>(path: string, body: object): Promise<T> => request<T>('PUT', path, body),
  delete: (path: string): Promise<void> => request('DELETE', path),
}

async function request<T>(
  method: string,
  path: string,
  body?: object,
  signal?: AbortSignal,
  read: (answer: Response) => Promise<unknown> = (answer) => answer.json(),
  more: Record<string, string> = {},
): Promise<T> {
  const headers = {
    accept: 'application/json',
    ...(body && { 'content-type': 'application/json' }),
    ...(method === 'POST' && { 'idempotency-key': newId() }),
    ...more,
  }
  for (let attempt = 1; ; attempt++) {
    let answer: Response
    try {
      answer = await fetch('/v1' + path, {
        method,
        headers,
        ...(body && { body: JSON.stringify(body) }),
        ...(signal && { signal }),
        credentials: 'same-origin',
        cache: 'no-store',
      })
    } catch (cause) {
      if (signal?.aborted || !(cause instanceof TypeError)) throw cause
      if (attempt >= triesMax)
        throw new Unreachable('The server cannot be reached. Check your connection.', { cause })
      await pause(300 * 2 ** attempt)
      continue
    }
    readClock(answer)
    if (answer.ok) return (answer.status === 204 ? undefined : await read(answer)) as T
    const refusal = await readRefusal(answer)
    if (refusal.code === 'not_signed_in') signedOut.set(true)
    const waits = refusal.code === 'busy' || refusal.code === 'too_many'
    const delayMs = refusal.retryAfterMs ?? 500 * 2 ** attempt
    if (!waits || attempt >= triesMax || delayMs > retryDelayMsMax) throw refusal
    await pause(delayMs)
  }
}

function readClock(answer: Response): void {
  const behindMs = Date.parse(answer.headers.get('date') ?? '') - Date.now()
  if (!Number.isNaN(behindMs)) clockBehindMs = Math.abs(behindMs) < clockDifferenceMsMin ? 0 : behindMs
}

async function readRefusal(answer: Response): Promise<Refusal> {
  let problem: Partial<Problem> = {}
  try {
    problem = (await answer.json()) as Partial<Problem>
  } catch (cause) {
    // A proxy's own error page is no problem+json.
    if (!(cause instanceof SyntaxError)) throw cause
  }
  const known = problem.code !== undefined && Object.hasOwn(refusals, problem.code)
  const code = known ? (problem.code as RefusalCode) : answer.status === 401 ? 'not_signed_in' : 'busy'
  return new Refusal(code, problem.detail ?? problem.title ?? `The server answered ${answer.status}.`, {
    ...(problem.field !== undefined && { field: problem.field }),
    ...(problem.retryAfterMs !== undefined && { retryAfterMs: problem.retryAfterMs }),
    ...(problem.faults !== undefined && { faults: problem.faults }),
  })
}

/** Half of it random: people who were refused together should not come back together. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms * (0.75 + Math.random() / 2)))
}
