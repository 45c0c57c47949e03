import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { after, test } from 'node:test'
import { openKeyholderClient } from '@candor/keyholder/client.ts'
import { socketIn } from '@candor/keyholder/keyholder-socket.ts'
import { readConfig } from '../config.ts'
import { connectKeyholder } from './connect-keyholder.ts'

const root = mkdtempSync(path.join(tmpdir(), 'candor-connect-'))
after(() => rmSync(root, { recursive: true, force: true }))

const bounded = { timeout: 60_000 }

function configOf(folder: string) {
  mkdirSync(folder, { recursive: true })
  return readConfig({ CANDOR_DATA_FOLDER: folder, CANDOR_DEMO: 'off' }, folder)
}

test(
  'a second server on the same keyholder folder does not start, and the first goes on',
  bounded,
  async () => {
    const config = configOf(path.join(root, 'shared'))
    const first = await connectKeyholder(config, () => undefined)
    try {
      await assert.rejects(
        connectKeyholder(config, () => undefined),
        { name: 'DidNotStart', message: /^The keyholder did not start: Another keyholder runs on / },
      )
      const beside = openKeyholderClient(
        { kind: 'socket', path: socketIn(config.keyholderFolder) },
        () => undefined,
      )
      assert.equal((await beside.ask('status', {})).entries > 0, true)
      beside.close()
      assert.equal((await first.client.ask('status', {})).entries > 0, true)
    } finally {
      await first.close()
    }
  },
)

test(
  'where the path is too long for a socket, commands of this host find it all the same',
  bounded,
  async () => {
    const config = configOf(path.join(root, 'a-folder-with-a-name-that-is-too-long-'.repeat(4)))
    const keyholder = await connectKeyholder(config, () => undefined)
    try {
      const beside = openKeyholderClient(
        { kind: 'socket', path: socketIn(config.keyholderFolder) },
        () => undefined,
      )
      assert.equal((await beside.ask('hello', { protocol: 1 })).vkey, keyholder.client.vkey)
      beside.close()
    } finally {
      await keyholder.close()
    }
  },
)
