import assert from 'node:assert/strict'
import { once } from 'node:events'
import * as net from 'node:net'
import { test } from 'node:test'
import { TestPlatform } from './test-platform.ts'

test('a client that connects and says nothing does not hold up a stop', { timeout: 60_000 }, async () => {
  const platform = await TestPlatform.start()
  const { hostname, port } = new URL(platform.url)
  const silent = net.connect(Number(port), hostname)
  await once(silent, 'connect')
  const from = performance.now()
  await platform.stopServer()
  const ms = performance.now() - from
  assert.ok(ms < 10_000, `${ms} ms`)
  silent.destroy()
  await platform.stop()
  await TestPlatform.end()
})
