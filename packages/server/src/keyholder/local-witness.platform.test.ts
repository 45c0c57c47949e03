import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { verifyCheckpoint } from '@candor/ledger/checkpoint.ts'
import { readLogKeys } from '@candor/ledger/log-keys.ts'
import { folderStorage } from '@candor/ledger/folder-storage.ts'
import { nodeCrypto } from '@candor/ledger/node-crypto.ts'
import { readConfig } from '../config.ts'
import { connectKeyholder } from './connect-keyholder.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'candor-witness-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const config = readConfig({ CANDOR_DATA_FOLDER: folder }, folder)
const checkpoint = (): string => readFileSync(path.join(config.logFolder, 'checkpoint'), 'utf8')

test(
  'the demo’s log is cosigned by a witness that says where it runs, also after the witness was killed',
  { timeout: 60_000 },
  async () => {
    const logged: Record<string, unknown>[] = []
    const keyholder = await connectKeyholder(config, (event) => void logged.push(event))
    try {
      await until(() => existsSync(path.join(config.logFolder, 'checkpoint')))
      const keys = (await readLogKeys(nodeCrypto, folderStorage(config.logFolder)))!
      assert.equal(keys.quorum, 1)
      assert.equal(keys.witnessKeys[0]!.name, 'demo-witness-on-this-machine')
      assert.equal(verifyCheckpoint(checkpoint(), keys).kind, 'valid')
      assert.equal(statSync(path.join(folder, 'witness/key')).mode & 0o077, 0)

      const started = logged.find(({ event }) => event === 'witness-on-this-machine')!
      process.kill(started['pid'] as number, 'SIGKILL')
      await until(() => logged.some(({ event }) => event === 'witness-restarted'))
      const before = checkpoint()
      await keyholder.client.ask('epoch-key', { tenant: crypto.randomUUID() })
      await until(() => checkpoint() !== before)
      assert.equal(verifyCheckpoint(checkpoint(), keys).kind, 'valid')
    } finally {
      await keyholder.close()
    }
    const pids = logged.flatMap(({ pid }) => (typeof pid === 'number' ? [pid] : []))
    for (const pid of pids) assert.throws(() => process.kill(pid, 0), /ESRCH/)
  },
)

test('an installation that is no demo has no witness unless it names one', { timeout: 60_000 }, async () => {
  const other = mkdtempSync(path.join(tmpdir(), 'candor-witness-'))
  const off = readConfig({ CANDOR_DATA_FOLDER: other, CANDOR_DEMO: 'off' }, other)
  const keyholder = await connectKeyholder(off, () => undefined)
  await keyholder.close()
  assert.equal(existsSync(path.join(other, 'witness')), false)
  assert.deepEqual((await readLogKeys(nodeCrypto, folderStorage(off.logFolder)))!.witnessKeys, [])
  rmSync(other, { recursive: true })
})

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    assert.ok(tries < 200)
    await sleep(100)
  }
}
