/** What the operator does to the installation stands in the log, for every tenant to see. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import * as path from 'node:path'
import { after, before, test } from 'node:test'
import { TestPlatform, type TestTenant } from './test-platform.ts'

let platform: TestPlatform
before(async () => {
  platform = await TestPlatform.start()
})
after(async () => {
  await platform.stop()
  await TestPlatform.end()
})

async function addTenant(publicId: string): Promise<{ code: unknown; said: string }> {
  const args = [publicId, 'Acme Ltd', 'https://www.acme.example', `ada@${publicId}.example`]
  const child = spawn(
    process.execPath,
    [path.join(import.meta.dirname, '../src/tenant-command.ts'), ...args],
    {
      env: {
        PATH: process.env['PATH'],
        DATABASE_URL: platform.databaseUrl,
        CANDOR_DATA_FOLDER: platform.folder,
        CANDOR_LOG_ORIGIN: 'test.example/log',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text))
  return { code: await new Promise((resolve) => child.once('close', resolve)), said }
}

async function operatorEntries(tenant: Pick<TestTenant, 'key'>): Promise<{ index: number; what: string }[]> {
  const { body } = await platform.request(
    tenant as TestTenant,
    'GET',
    '/v1/access/entries?type=operator&limit=100',
  )
  // Who signs releases of the widget is written when the first of them is published, soon after a start or not.
  return (body['items'] as { index: number; what: string }[])
    .filter(({ what }) => !what.startsWith('Two of these sign releases of the widget: '))
    .reverse()
}

test(
  'a start and a new tenant are entries before they are done; a tenant sees its own and the installation’s',
  { timeout: 90_000 },
  async () => {
    const other = await platform.tenant()
    await platform.stopServer()
    const added = await addTenant('acme')
    assert.equal(added.code, 0, added.said)
    await platform.startServer()

    const { tenants } = platform.candor
    const { id } = (await tenants.tenantBySlug('acme'))!
    const actor = {
      tenant: id,
      kind: 'agent',
      id: platform.ids.next(),
      name: 'Ada',
      role: 'administrator',
    } as const
    const { key } = await tenants.createApiKey(actor, platform.ids.next(), {
      name: 'test',
      role: 'administrator',
    })
    const seen = (await operatorEntries({ key: key! })).map(({ what }) => what)
    assert.deepEqual(
      seen.map(
        (what) => /^The operator adds this tenant: Acme Ltd \(acme\)|^The server starts/.exec(what)?.[0],
      ),
      [
        'The server starts',
        'The server starts',
        'The operator adds this tenant: Acme Ltd (acme)',
        'The server starts',
      ],
    )
    const others = (await operatorEntries(other)).map(({ what }) => what)
    assert.equal(others.length, 3)
    assert.equal(
      others.some((what) => what.includes('Acme')),
      false,
    )
  },
)
