/**
 * A server as a process of its own, for tests that kill it. Makes a tenant and a key at its first start and
 * prints one JSON line: url, slug, key (null from the second start on: a key is shown once), database process.
 */
import { startCandor } from '../src/candor.ts'
import { readConfig } from '../src/config.ts'
import { airlineScript } from '../src/demo/airline-script.ts'
import { openLog } from '../src/log.ts'
import { systemActor } from '../src/tenants/actor.ts'

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
if (process.argv.includes('--virtual-agent') && key !== null) {
  const tenant = (await candor.tenants.tenantBySlug('contract'))!.id
  await candor.virtualAgents.saveScript(systemActor(tenant, 'Test'), airlineScript)
}
process.stdout.write(
  `${JSON.stringify({ url: candor.url, slug: 'contract', key, databasePid: candor.databasePid() })}\n`,
)
process.once('SIGTERM', () => void candor.close().then(() => process.exit(0)))
