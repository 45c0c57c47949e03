/** `drilled-server.ts` as a process: its own environment, an address on loopback, and an end like a pulled plug. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export interface DrilledServer {
  url: string
  tenants: { slug: string; id: string; key: string }[]
  /** What the tag in a page names, and the release that its loader is given; where sites were named. */
  widget: { loader: { path: string; integrity: string } | null; release: string | null }
  /** Exactly what its process was given. */
  environment: Record<string, string>
  /** SIGKILL; resolves once its database and its keyholder have followed it. */
  kill(): Promise<void>
  stop(): Promise<void>
}

/** It did not start; the message is what it said. */
export class ServerRefused extends Error {
  override readonly name = 'ServerRefused'
}

const followMsMax = 20_000
const stopMsMax = 15_000

/** @param sites origins at which both tenants' widgets may open */
export async function startServer(
  settings: Record<string, string>,
  sites: readonly string[] = [],
): Promise<DrilledServer> {
  const environment = {
    // Nothing of ours: what is stolen with it is the server's alone.
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    CANDOR_PORT: '0',
    CANDOR_HOST: '127.0.0.1',
    CANDOR_DEMO: 'off',
    CANDOR_LOG_LEVEL: 'info',
    ...settings,
  }
  const program = fileURLToPath(import.meta.resolve('./drilled-server.ts'))
  const child = spawn(process.execPath, [program, ...sites], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text))
  const ended = once(child, 'close')
  const lines = createInterface({ input: child.stdout })
  const first = await Promise.race([once(lines, 'line'), ended.then(() => null)])
  if (first === null) throw new ServerRefused(complaint.trim().split('\n')[0])
  const ready = JSON.parse(first[0] as string) as Pick<DrilledServer, 'url' | 'tenants' | 'widget'> & {
    pids: number[]
  }
  const { url, tenants, widget, pids } = ready
  return {
    url,
    tenants,
    widget,
    environment,
    async kill() {
      child.kill('SIGKILL')
      await ended
      const until = Date.now() + followMsMax
      while (pids.some(isAlive)) {
        if (Date.now() > until) throw new Error('The database or the keyholder outlives its server.')
        await sleep(50)
      }
    },
    async stop() {
      const hanging = setTimeout(() => child.kill('SIGKILL'), stopMsMax)
      child.kill('SIGTERM')
      await ended
      clearTimeout(hanging)
    },
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (caught) {
    if (caught instanceof Error && 'code' in caught && caught.code === 'ESRCH') return false
    throw caught
  }
}
