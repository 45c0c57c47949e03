/** `candor witness`: a process of somebody else's, on another machine. */
import { mkdirSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import * as path from 'node:path'
import { nodeCrypto } from '@candor/ledger/node-crypto.ts'
import { openAlarmPost } from './alarm-post.ts'
import { lockFolder } from './lock-folder.ts'
import { openAlarms } from './alarms.ts'
import { readWitnessConfig, witnessUsage } from './witness-config.ts'
import { openWitnessKey } from './witness-key.ts'
import { witnessServer } from './witness-server.ts'
import { folderState } from './witness-state.ts'
import { openWitness } from './witness.ts'

/** An alarm comes at most this much after the silence became one. */
const stoppedCheckMs = 2_000

const read = readWitnessConfig(process.argv.slice(2))
if (read.kind === 'faults') {
  process.stderr.write(
    `${read.faults.map((fault) => `candor witness: ${fault}\n`).join('')}\n${witnessUsage}`,
  )
  process.exitCode = 2
} else {
  const { config } = read
  const clock = { now: () => Date.now() }
  const say = (event: object): void => void process.stdout.write(`${JSON.stringify(event)}\n`)
  const fault = (what: unknown): void =>
    say({ event: 'fault', what: what instanceof Error ? (what.stack ?? what.message) : String(what) })
  mkdirSync(config.folder, { recursive: true, mode: 0o700 })
  const unlock = lockFolder(config.folder)
  process.once('exit', unlock)
  const post =
    config.alarmUrl === null
      ? null
      : openAlarmPost(config.alarmUrl, ({ kind, origin, at }, why) =>
          say({ event: 'alarm-not-delivered', kind, origin, at, why }),
        )
  const witness = await openWitness({
    crypto: nodeCrypto,
    signer: await openWitnessKey(nodeCrypto, config.folder, config.name),
    logs: config.logs,
    state: folderState(config.folder),
    alarms: await openAlarms(path.join(config.folder, 'alarms.jsonl'), clock, (alarm) => {
      say({ event: alarm.overAt === null ? 'alarm' : 'alarm-over', ...alarm })
      post?.send(alarm)
    }),
    clock,
    stoppedAfterMs: config.stoppedAfterMs,
  })
  const server = witnessServer(witness, clock, fault)
  server.listen(config.port, config.host, () => {
    const { address, port, family } = server.address() as AddressInfo
    say({
      event: 'witness',
      vkey: witness.vkey,
      url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
      logs: config.logs.map(({ name }) => name),
    })
  })
  const timer = setInterval(() => void witness.checkStopped().catch(fault), stoppedCheckMs)
  const stop = (): void => {
    clearInterval(timer)
    post?.close()
    server.close()
    server.closeIdleConnections()
    // Requests under way are answered; whoever holds a connection open is not waited for.
    setTimeout(() => server.closeAllConnections(), 1_000).unref()
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop)
  if (config.attached) process.stdin.resume().once('end', stop).once('error', stop)
}
