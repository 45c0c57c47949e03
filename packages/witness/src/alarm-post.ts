import type { Alarm } from './alarms.ts'

/** An alarm that is older than these tries is in the file and in /status; a list that grows for ever helps nobody. */
const triesMax = 20
const waitingMax = 100
const retryMs = 15_000
const postMsMax = 5_000

/** Sends alarms to a URL, again and again until it answers with success or the tries are over. */
export function openAlarmPost(
  url: URL,
  onGivenUp: (alarm: Alarm, why: string) => void,
): { send(alarm: Alarm): void; close(): void } {
  const timers = new Set<NodeJS.Timeout>()
  let closed = false

  const attempt = async (alarm: Alarm, tries: number): Promise<void> => {
    const why = await post(url, alarm)
    if (why === null || closed) return
    if (tries >= triesMax || timers.size >= waitingMax) return onGivenUp(alarm, why)
    const timer = setTimeout(() => {
      timers.delete(timer)
      void attempt(alarm, tries + 1)
    }, retryMs)
    timers.add(timer)
  }

  return {
    send: (alarm) => void attempt(alarm, 1),
    close() {
      closed = true
      for (const timer of timers) clearTimeout(timer)
    },
  }
}

/** @returns null when it was taken. */
async function post(url: URL, alarm: Alarm): Promise<string | null> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(alarm),
      signal: AbortSignal.timeout(postMsMax),
      redirect: 'error',
    })
    await response.body?.cancel()
    return response.ok ? null : `it answered ${response.status}`
  } catch (fault) {
    // fetch has no error of its own: a TypeError for the network, a DOMException for the time limit.
    if (fault instanceof TypeError || fault instanceof DOMException) return fault.message
    throw fault
  }
}
