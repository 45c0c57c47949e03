/**
 * A keyholder in a process of its own that ends itself with SIGKILL at the n-th time of a step, counted from when it
 * is ready: folder, step, n. Prints one JSON line when it is ready. Its socket is `socket` in the folder.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import * as path from 'node:path'
import { openKeyholder } from '../src/keyholder.ts'
import { listen } from '../src/listener.ts'
import { openLocalRootKey } from '../src/root-key.ts'

const [folder, fatalStep, times] = process.argv.slice(2)
if (folder === undefined) throw new Error('A folder is needed.')
const fatal = (fault: Error): void => {
  process.stderr.write(`${fault.stack}\n`)
  process.exit(70)
}
const rootFile = path.join(folder, 'release-root.json')
let left = Number(times)
let ready = false
mkdirSync(path.join(folder, 'log'), { recursive: true })
try {
  const keyholder = await openKeyholder({
    folder,
    logFolder: path.join(folder, 'log'),
    rootKey: openLocalRootKey(folder, undefined),
    origin: 'faults.example/log',
    witnesses: [],
    quorum: 0,
    releaseRoot: () => (existsSync(rootFile) ? readFileSync(rootFile, 'utf8') : null),
    now: () => Date.now(),
    log: () => undefined,
    fatal,
    at(step) {
      if (ready && step === fatalStep && --left === 0) process.kill(process.pid, 'SIGKILL')
    },
  })
  await listen({ kind: 'socket', path: path.join(folder, 'socket') }, keyholder, {
    log: () => undefined,
    fatal,
  })
  ready = true
  process.stdout.write('{"ready":true}\n')
  process.once('SIGTERM', () => void keyholder.close().then(() => process.exit(0)))
} catch (caught) {
  if (!(caught instanceof Error)) throw caught
  process.stderr.write(`${caught.name}: ${caught.message}\n`)
  process.exit(1)
}
