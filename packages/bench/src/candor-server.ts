import { readConfig } from '@candor/server/config.ts'
import { startCandor } from '@candor/server/candor.ts'
import { openLog } from '@candor/server/log.ts'

/**
 * The server as `npm start` runs it, by the same composition root and in a process of its own, with a tenant and
 * an API key made for the bench.
 */
const config = readConfig()
const candor = await startCandor(config, openLog(config.logLevel))
const publicId = `bench-${Date.now()}`
const tenant = await candor.tenants.createTenant({ publicId, name: 'Bench' })
await candor.routing.setVirtualAgent(tenant.id, false)
const operator = { tenant: tenant.id, kind: 'system', id: tenant.id, name: 'Bench' } as const
const { key } = await candor.tenants.createApiKey(operator, crypto.randomUUID(), {
  name: 'Bench',
  role: 'agent',
})
process.send!({ url: candor.url, tenant: publicId, key })
process.once('disconnect', () => void candor.close().then(() => process.exit(0)))
