/** A real `candor witness`, as somebody else would run it, listening on loopback. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface WitnessProcess {
  url: string
  vkey: string
  /** Alarms since the last call, in order. */
  newAlarms(): Promise<WitnessAlarm[]>
  stop(): Promise<void>
}

export interface WitnessAlarm {
  kind: string
  evidence: string[]
}

const startMsMax = 20_000
const stopMsMax = 5_000

export async function startWitness(folder: string, logVkey: string): Promise<WitnessProcess> {
  const program = fileURLToPath(import.meta.resolve('@candor/witness/witness-command.ts'))
  const child = spawn(
    process.execPath,
    [program, folder, '--log', logVkey, '--listen', '127.0.0.1:0', '--name', 'drill-witness'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const ended = once(child, 'exit')
  const late = setTimeout(() => child.kill('SIGKILL'), startMsMax)
  let started: { url: string; vkey: string } | null = null
  for await (const line of createInterface({ input: child.stdout })) {
    const event = JSON.parse(line) as { event: string; url: string; vkey: string }
    if (event.event !== 'witness') continue
    started = event
    break
  }
  clearTimeout(late)
  if (started === null) throw new Error('The witness did not start')
  // What it prints from here on is in /status too.
  child.stdout.resume()
  const { url, vkey } = started
  let seen = 0
  return {
    url,
    vkey,
    async newAlarms() {
      const response = await fetch(`${url}/status`)
      const { alarms } = (await response.json()) as { alarms: WitnessAlarm[] }
      const fresh = alarms.slice(seen)
      seen = alarms.length
      return fresh
    },
    async stop() {
      const hanging = setTimeout(() => child.kill('SIGKILL'), stopMsMax)
      child.kill('SIGTERM')
      await ended
      clearTimeout(hanging)
    },
  }
}
