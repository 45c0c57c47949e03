/** The kill switch from a terminal, as the program that `npx candor contain` is. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { after, before, test } from 'node:test'
import type { Containment } from '@candor/protocol/integrity-api.ts'
import { TestPlatform, type TestTenant } from '../../../test/test-platform.ts'

const program = path.resolve(import.meta.dirname, '../../contain-command.ts')
const site = 'https://shop.example'

let platform: TestPlatform
let tenant: TestTenant
let keyFile: string
before(async () => {
  platform = await TestPlatform.start()
  tenant = await platform.tenant()
  await platform.candor.tenants.addSite(tenant.id, site)
  keyFile = path.join(platform.folder, 'key')
  writeFileSync(keyFile, `${tenant.key}\n`, { mode: 0o600 })
})
after(async () => {
  await platform.stop()
  await TestPlatform.end()
})

async function contain(
  args: string[],
  input = '',
): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [program, '--server', platform.url, ...args], { env: { PATH: '' } })
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  child.stdin.end(input)
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, out, err }
}

const list = async (): Promise<Containment[]> =>
  (await platform.request(tenant, 'GET', '/v1/integrity/containments')).body['items'] as Containment[]

test('a page is switched off and on from a terminal, under the name of the key', async () => {
  const visitor = await platform.visitor(tenant, {
    origin: site,
    page: { url: `${site}/pay/7`, title: 'Pay', cardFields: false },
  })
  const named = ['--tenant', tenant.slug, '--key-file', keyFile]
  const off = await contain([...named, '--scope', `page=${site}/pay/:id`, '--reason', 'A skimmer'])
  assert.equal(off.code, 0, off.err)
  assert.match(off.out, /1 open widgets are being stopped\.\nEntry \d+ of the access log/)
  assert.equal((await visitor.until('goodbye')).code, 'contained')
  const [made] = await list()
  assert.deepEqual(
    [made!.scope, made!.by, made!.reason],
    [{ kind: 'template', template: `${site}/pay/:id` }, 'test', 'A skimmer'],
  )
  const on = await contain([...named, '--undo', made!.id, '--reason', 'It is gone'])
  assert.equal(on.code, 0, on.err)
  assert.match(on.out, /^On again: widgets load\./)
  assert.equal((await list())[0]!.undoReason, 'It is gone')
})

test('the key comes by standard input where it shall not lie on the disk', async () => {
  const off = await contain(
    ['--tenant', tenant.slug, '--key-file', '-', '--scope', 'everything', '--reason', 'All of it'],
    tenant.key,
  )
  assert.equal(off.code, 0, off.err)
  const [made] = await list()
  assert.equal(made!.scope.kind, 'tenant')
  const named = ['--tenant', tenant.slug, '--key-file', keyFile]
  assert.equal((await contain([...named, '--undo', made!.id, '--reason', 'Over'])).code, 0)
})

test('what cannot be done is said, and nothing is switched off', async () => {
  const before = await list()
  const named = ['--key-file', keyFile, '--reason', 'A skimmer']
  const refused = async (args: string[], code: number, says: RegExp): Promise<void> => {
    const answer = await contain(args)
    assert.deepEqual([answer.code, says.test(answer.err)], [code, true], answer.err)
    assert.doesNotMatch(answer.err, /\bat .*\.ts:/, 'no stack')
    assert.ok(!`${answer.out}${answer.err}`.includes(tenant.key))
  }
  await refused([...named, '--tenant', 'another', '--scope', 'everything'], 1, /Refused \(422\).*tenant/)
  await refused(
    [...named, '--tenant', tenant.slug, '--scope', 'site=https://x.example'],
    1,
    /Refused \(422\)/,
  )
  await refused([...named, '--tenant', tenant.slug, '--scope', 'nothing'], 1, /A scope is/)
  await refused([...named, '--tenant', tenant.slug], 2, /Usage/)
  await refused([...named, '--tenant', tenant.slug, '--scope', 'everything', '--undo', 'x'], 2, /Usage/)
  await refused([...named, '--nonsense'], 2, /nonsense/)
  const noKey = ['--tenant', tenant.slug, '--scope', 'everything', '--reason', 'A skimmer', '--key-file']
  await refused([...noKey, `${keyFile}.missing`], 1, /cannot be read/)
  await refused([...noKey, program], 1, /is no API key/)
  assert.deepEqual(await list(), before)
})
