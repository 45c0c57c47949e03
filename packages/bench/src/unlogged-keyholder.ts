/**
 * What an opening costs without its entry: the keyholder's own wire and unwrapping, and nothing is judged or written.
 * There is no such switch in the keyholder; this is a program of the bench alone. Argument: the socket's path.
 */
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import type { OpenRequest } from '@candor/keyholder/frames.ts'
import type { Keyholder } from '@candor/keyholder/keyholder.ts'
import { listen } from '@candor/keyholder/listener.ts'
import { openUnwrapper, wrapContext } from '@candor/keyholder/wrapping.ts'

const { publicKey, privateKey } = generateKeyPairSync('x25519')
const epochKey = {
  id: randomUUID(),
  publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
  until: new Date(Date.now() + 86_400_000).toISOString(),
  signature: '',
}
const unwrapper = openUnwrapper(privateKey)
const answers: Record<string, (ask: never) => unknown> = {
  hello: () => ({ protocol: 1, vkey: '', origin: '' }),
  'epoch-key': () => epochKey,
  open: ({ tenant, conversation, keys }: OpenRequest) => ({
    index: 0,
    at: '',
    keys: keys.map(({ segment, wrapped }) =>
      unwrapper
        .unwrap(wrapContext(tenant, conversation, segment), Buffer.from(wrapped, 'base64'))!
        .toString('base64'),
    ),
  }),
}
const keyholder: Keyholder = {
  handle: async (op, ask) => answers[op]!(ask as never) as never,
  onAlarm: () => undefined,
  publish: async () => undefined,
  close: async () => undefined,
}
const listener = await listen({ kind: 'socket', path: process.argv[2]! }, keyholder, {
  log: () => undefined,
  fatal(fault) {
    throw fault
  },
})
process.send!('ready')
process.once('disconnect', () => void listener.close().then(() => process.exit(0)))
