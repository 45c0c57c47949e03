import { startCandor } from './candor.ts'
import { ConfigFaults, readConfig, type Config } from './config.ts'
import { OtherLog } from './keyholder/connect-keyholder.ts'
import { DidNotStart } from './keyholder/supervised-process.ts'
import { openLog } from './log.ts'
import { DataFolderInUse } from './postgres/data-folder.ts'

/** A clean stop takes longer only when something hangs; then the process ends anyway. */
const stopMsMax = 10_000

const config = configOrExit()
const log = openLog(config.logLevel)
const startedAt = performance.now()
try {
  const candor = await startCandor(config, log)
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1)
  process.stdout.write(`\nCandor is ready after ${seconds} s. Open ${candor.url}/\n\n`)
  // Reading the program and setting the demo up takes some 80 MB that nothing needs again; V8 would keep them until
  // there is load. A smaller young generation instead would cost throughput for ever.
  void globalThis.gc?.({ type: 'major', execution: 'async', flavor: 'last-resort' })
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      setTimeout(() => process.exit(1), stopMsMax).unref()
      void candor.close().then(() => process.exit(0))
    })
} catch (caught) {
  const expected = [DataFolderInUse, DidNotStart, OtherLog].some((kind) => caught instanceof kind)
  if (!(expected && caught instanceof Error)) throw caught
  process.stderr.write(`${caught.message}\n`)
  process.exit(1)
}

function configOrExit(): Config {
  try {
    return readConfig()
  } catch (caught) {
    if (!(caught instanceof ConfigFaults)) throw caught
    process.stderr.write(`${caught.message}\n`)
    process.exit(1)
  }
}
