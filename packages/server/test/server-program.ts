/**
 * A server as a process of its own, for tests that kill it. Makes a tenant and a key at its first start and
 * prints one JSON line: url, slug, key (null from the second start on: a key is shown once), database process.
 */
import { readFileSync } from 'node:fs'
import { startCandor } from '../src/candor.ts'
import { readConfig } from '../src/config.ts'
import { openLog } from '../src/log.ts'

const config = readConfig()
const candor = await startCandor(config, openLog(config.logLevel))
const known = await candor.tenants.tenantBySlug('contract')
let key: string | null = null
if (known === null) {
  const tenant = await candor.tenants.createTenant({ publicId: 'contract', name: 'Contract' })
  const id = crypto.randomUUID()
  const person = {
    name: 'Mateo',
    email: 'mateo@contract.example',
    role: 'administrator',
    password: crypto.randomUUID(),
  } as const
  await candor.tenants.createPerson(tenant.id, id, person)
  const actor = { tenant: tenant.id, kind: 'agent', id, name: person.name, role: person.role } as const
  key = (
    await candor.tenants.createApiKey(actor, crypto.randomUUID(), { name: 'contract', role: 'administrator' })
  ).key
}
const definition = process.argv.find((flag) => flag.startsWith('--virtual-agent='))
if (definition !== undefined && key !== null) {
  const file = definition.slice('--virtual-agent='.length)
  const { id } = (await candor.tenants.tenantBySlug('contract'))!
  await candor.authoring.authoring.publishAsInstallation(id, JSON.parse(readFileSync(file, 'utf8')), 'Test')
}
process.stdout.write(
  `${JSON.stringify({ url: candor.url, slug: 'contract', key, databasePid: candor.databasePid() })}\n`,
)
process.once('SIGTERM', () => void candor.close().then(() => process.exit(0)))
