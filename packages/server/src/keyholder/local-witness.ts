import { createServer, type AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { nodeCrypto } from '@candor/ledger/node-crypto.ts'
import { openWitnessKey } from '@candor/witness/witness-key.ts'
import type { Log } from '../log.ts'
import { prepareFolders, startSupervised, type SupervisedProcess } from './supervised-process.ts'

/**
 * A witness on the very machine that it watches, for the demo: it shows how cosigned checkpoints look, and proves
 * nothing to anybody. Its key is named so.
 */
export interface LocalWitness {
  /** `<vkey>@<url>`, before it runs: the log's key, which it needs, is known only when the keyholder has started. */
  address: string
  /** @throws DidNotStart */
  start(logVkey: string, log: Log): Promise<SupervisedProcess>
}

const program = fileURLToPath(import.meta.resolve('@candor/witness/witness-command.ts'))
const keyName = 'demo-witness-on-this-machine'
const ownUid = 61_178

export async function prepareLocalWitness(folder: string): Promise<LocalWitness> {
  // Made with the rights of the server; prepareFolders then gives it to the witness.
  prepareFolders({ uid: ownUid, own: folder, program })
  const { vkey } = await openWitnessKey(nodeCrypto, folder, keyName)
  const uid = prepareFolders({ uid: ownUid, own: folder, program })
  const port = await freePort()

  return {
    address: `${vkey}@http://127.0.0.1:${port}`,
    async start(logVkey, log) {
      const running = await startSupervised({
        name: 'witness',
        program,
        args: () => [folder, '--log', logVkey, '--listen', `127.0.0.1:${port}`, '--attached'],
        env: {},
        uid,
        isReady: ({ event }) => event === 'witness',
        log,
      })
      log({
        level: 'warn',
        event: 'witness-on-this-machine',
        pid: running.pid,
        means: 'It shows how witnesses work. Whoever has this machine has it too: run real ones elsewhere.',
      })
      return running
    },
  }
}

/** Loopback, and ours by the time that anybody else looks for one. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
