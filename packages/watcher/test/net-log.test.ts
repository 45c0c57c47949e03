import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { test } from 'node:test'
import { readNetLog } from '../src/net-log.ts'

async function read(text: string): Promise<unknown> {
  const folder = mkdtempSync(path.join(tmpdir(), 'candor-net-log-'))
  try {
    const file = path.join(folder, 'log.json')
    writeFileSync(file, text)
    return await readNetLog(file)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const head = '{"constants":{"logEventTypes":{"URL_REQUEST_START_JOB":7}},\n"events": [\n'
const request = '{"type":7,"source":{"id":1},"params":{"url":"https://shop.example/","method":"GET"}},\n'

test('a log that was cut off is read as far as it goes', async () => {
  const sent = (await read(head + request + request.slice(0, 40))) as { url: string }[]
  assert.deepEqual(
    sent.map(({ url }) => url),
    ['https://shop.example/'],
  )
})

test('what does not begin as a log is none, whatever it is: nobody takes it for a browser that sent nothing', async () => {
  for (const text of [
    '{"constants":{"logEventTypes":{}}} {"more":1}\n',
    '{"constants":{}},\n',
    'torn',
    '[]\n',
    `${head.slice(0, 30)}\n`,
  ])
    assert.equal(await read(text), null, text)
})
