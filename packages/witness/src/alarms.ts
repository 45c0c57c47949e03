/** What a witness has to tell people, kept in a file so that a restart forgets none. */
import * as fs from 'node:fs/promises'

export type AlarmKind =
  /** No checkpoint for too long. */
  | 'log-stopped'
  /** The log offered a smaller tree than it showed before, or says it was cosigned further than the witness knows. */
  | 'log-shrank'
  /** The log signed two trees of which neither continues the other, or could not prove that one does. */
  | 'log-forked'

export interface Alarm {
  kind: AlarmKind
  origin: string
  at: string
  why: string
  /** Signed checkpoints: what the witness knew, and what it was offered. For a fork they are the proof of it. */
  evidence: string[]
  /** When it ended; a fork never does. */
  overAt: string | null
}

export interface Alarms {
  /** Newest last. */
  readonly list: readonly Alarm[]
  /** Tells it once: the same kind and evidence is not told again while it is open. */
  raise(alarm: Omit<Alarm, 'at' | 'overAt'>): Promise<void>
  /** Ends the open alarms that match. */
  end(matches: (alarm: Alarm) => boolean): Promise<void>
}

/** Alarms that are remembered and shown; the file keeps all. */
const listMax = 500
/**
 * Whoever reaches the witness can offer old checkpoints, which are public, and make it say that the log shrank. Beyond
 * this many in an hour it says so once and is silent until the hour is over.
 */
const alarmsAnHourMax = 60

/**
 * @param tell is given every alarm, and every end of one; it must not throw.
 * @param file one JSON object a line.
 */
export async function openAlarms(
  file: string,
  clock: { now(): number },
  tell: (alarm: Alarm) => void,
): Promise<Alarms> {
  const list = await readList(file)
  const raised: number[] = []
  let writing: Promise<void> = Promise.resolve()

  const record = (alarm: Alarm): Promise<void> => {
    writing = writing.then(async () => {
      const handle = await fs.open(file, 'a', 0o600)
      try {
        await handle.appendFile(`${JSON.stringify(alarm)}\n`)
        await handle.sync()
      } finally {
        await handle.close()
      }
    })
    return writing
  }

  return {
    list,
    async raise(raise) {
      if (list.some((alarm) => alarm.overAt === null && isSame(alarm, raise))) return
      const now = clock.now()
      while (raised.length > 0 && raised[0]! < now - 3_600_000) raised.shift()
      if (raised.length >= alarmsAnHourMax) return
      raised.push(now)
      const last = raised.length === alarmsAnHourMax
      const alarm: Alarm = {
        ...raise,
        ...(last ? { why: `${raise.why}. More are not told within this hour.` } : {}),
        at: new Date(now).toISOString(),
        overAt: null,
      }
      list.push(alarm)
      if (list.length > listMax) list.shift()
      tell(alarm)
      await record(alarm)
    },
    async end(matches) {
      for (const alarm of list) {
        if (alarm.overAt !== null || !matches(alarm)) continue
        alarm.overAt = new Date(clock.now()).toISOString()
        tell(alarm)
        await record(alarm)
      }
    },
  }
}

const isSame = (one: Omit<Alarm, 'at' | 'overAt'>, other: Omit<Alarm, 'at' | 'overAt'>): boolean =>
  one.kind === other.kind &&
  one.origin === other.origin &&
  // What was offered; what was known then may have grown.
  one.evidence.at(-1) === other.evidence.at(-1)

async function readList(file: string): Promise<Alarm[]> {
  let text: string
  try {
    text = await fs.readFile(file, 'utf8')
  } catch (fault) {
    if (fault instanceof Error && 'code' in fault && fault.code === 'ENOENT') return []
    throw fault
  }
  const list: Alarm[] = []
  for (const line of text.split('\n').slice(0, -1)) {
    let alarm: Alarm
    try {
      alarm = JSON.parse(line) as Alarm
    } catch (fault) {
      // The last line of a crash; the alarm was told on standard output.
      if (fault instanceof SyntaxError) continue
      throw fault
    }
    const open = list.findIndex((other) => other.at === alarm.at && isSame(other, alarm))
    if (open === -1) list.push(alarm)
    else list[open] = alarm
  }
  return list.slice(-listMax)
}
