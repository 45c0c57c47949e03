/**
 * A server for a drill, by its own composition root and in a process of its own. Makes two tenants at its first start
 * and an API key for each at every start: whoever holds the database can do so too. Arguments are origins: sites of
 * both tenants. Prints one JSON line when it is ready.
 */
import { randomUUID } from 'node:crypto'
import { readConfig } from '@candor/server/config.ts'
import { startCandor, type Candor } from '@candor/server/candor.ts'

try {
  const candor = await startCandor(readConfig(), () => undefined)
  const tenants: { slug: string; id: string; key: string }[] = []
  for (const slug of ['airline', 'retailer']) {
    const { id } =
      (await candor.tenants.tenantBySlug(slug)) ??
      (await candor.tenants.createTenant({ publicId: slug, name: slug }))
    await candor.routing.setVirtualAgent(id, false)
    for (const origin of process.argv.slice(2)) await candor.tenants.addSite(id, origin)
    const operator = { tenant: id, kind: 'system', id, name: 'Drill' } as const
    const made = await candor.tenants.createApiKey(operator, randomUUID(), {
      name: 'drill',
      role: 'administrator',
    })
    tenants.push({ slug, id, key: made.key! })
  }
  // Where there are pages there are loaders on them, which open nothing before a release is in force.
  if (process.argv.length > 2) await releaseInForce(candor)
  const widget = { loader: candor.releases.loader(), release: candor.releases.served() }
  const pids = [candor.databasePid(), candor.keyholderPid()]
  process.stdout.write(`${JSON.stringify({ url: candor.url, tenants, pids, widget })}\n`)
  process.once('SIGTERM', () => void candor.close().then(() => process.exit(0)))
} catch (caught) {
  if (!(caught instanceof Error)) throw caught
  process.stderr.write(`${caught.name}: ${caught.message}\n`)
  process.exit(1)
}

async function releaseInForce({ releases }: Candor): Promise<void> {
  const until = Date.now() + 20_000
  while (releases.served() === null) {
    if (Date.now() > until) throw new Error('No release of the widget is in force: is it built?')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
