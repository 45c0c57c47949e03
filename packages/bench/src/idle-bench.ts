import * as path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startCandorServer } from './candor-system.ts'
import { startChildProgram } from './child-program.ts'
import { startEcho } from './echo-system.ts'
import { startEjabberd } from './ejabberd-system.ts'
import type { LoadOrder, LoadReport } from './load-orders.ts'
import { descriptorsMax, memoryBytesOf } from './process-tree.ts'

export interface IdleResult {
  system: string
  sockets: number
  /** Server and database before anybody came. */
  emptyBytes: number
  /** With all sockets connected and welcomed, some seconds later. */
  connectedBytes: number
  bytesPerConnection: number
}

/** Buffers of the connecting are given back within this. */
const settleMs = 5_000
const descriptorsBeside = 300

/** Memory that a connection takes which has come in and does nothing. Each system runs alone. */
export async function measureIdle(
  socketsWanted: number,
  folder: string,
  say: (line: string) => void,
): Promise<IdleResult[]> {
  const sockets = Math.min(socketsWanted, descriptorsMax() - descriptorsBeside)
  if (sockets < socketsWanted)
    say(
      `A process may open ${descriptorsMax()} files here (ulimit -n), so ${sockets} sockets are connected instead of ${socketsWanted}.`,
    )
  const results: IdleResult[] = []
  for (const start of [
    () => startCandorServer(path.join(folder, 'idle')),
    () => startEjabberd(path.join(folder, 'idle-ejabberd'), Math.ceil(sockets / 2)),
    startEcho,
  ]) {
    const system = await start()
    if ('unavailable' in system) {
      say(system.unavailable)
      continue
    }
    try {
      await sleep(settleMs)
      const emptyBytes = memoryBytesOf(system.roots())
      const generator = startChildProgram<LoadOrder, LoadReport>(import.meta.resolve('./load-generator.ts'))
      try {
        generator.tell({
          kind: 'connect',
          target: system.target,
          sockets,
          seed: 1,
          digitsShare: 0,
          idle: true,
        })
        const report = await generator.heard()
        if (report.kind !== 'connected') throw new Error(`The load generator: ${JSON.stringify(report)}`)
        await sleep(settleMs)
        const connectedBytes = memoryBytesOf(system.roots())
        const bytesPerConnection = (connectedBytes - emptyBytes) / sockets
        results.push({ system: system.name, sockets, emptyBytes, connectedBytes, bytesPerConnection })
      } finally {
        await generator.end()
      }
    } finally {
      await system.stop()
    }
  }
  return results
}
