import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { cpuSecondsOf, memoryBytesOf, treeOf } from './process-tree.ts'

const linux = { skip: process.platform !== 'linux' && 'there is no /proc here' }

test('the work of grandchildren counts, also after they have ended', linux, async () => {
  const burn = `const until = process.cpuUsage().user + 300_000; while (process.cpuUsage().user < until);`
  const parent = spawn(
    process.execPath,
    [
      '-e',
      `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(burn)}])
         .once('exit', () => { process.stdout.write('ended'); setInterval(() => {}, 1000) })`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  try {
    await once(parent.stdout, 'data')
    assert.deepEqual(treeOf([parent.pid!]), [parent.pid!])
    assert.ok(cpuSecondsOf([parent.pid!]) >= 0.28, `${cpuSecondsOf([parent.pid!])} s`)
  } finally {
    parent.kill()
  }
})

test('a process that nobody named is not counted', linux, () => {
  const tree = treeOf([process.pid])
  assert.ok(tree.includes(process.pid))
  assert.ok(!tree.includes(process.ppid))
  assert.ok(memoryBytesOf([process.pid]) > 10 * 2 ** 20)
})
