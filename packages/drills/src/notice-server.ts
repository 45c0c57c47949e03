/**
 * A server that sends notices, by its own composition root and in a process of its own: SIGKILL ends the sender with
 * whatever it has in its hands. At its first start it makes two tenants, a mailing each, and starts both. Tells how far
 * they are, a line of JSON every now and then.
 */
import { randomUUID } from 'node:crypto'
import type { Mailing } from '@candor/protocol/notices-api.ts'
import { startCandor, type Candor } from '@candor/server/candor.ts'
import { readConfig } from '@candor/server/config.ts'
import { personsPerCallMax } from '@candor/server/incidents/notices/mailings.ts'
import { companies, factsOf, personOf, sharesOf } from './notice-world.ts'

const persons = Number(process.argv[2])
const incident = '01900000-0000-7000-8000-00000000d111'
/** Counting the rows of a large mailing takes a while: a tenth of the time at most goes to it. */
const tellMsMin = 1_000
const tell = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`)

const candor = await startCandor(readConfig(), ({ level, event, ...more }) => {
  if (/notice|receipts|mail server/.test(String(event))) tell({ kind: 'logged', level, event, more })
})
const tenants: string[] = []
for (const [t, name] of companies.entries()) {
  const slug = `tenant-${t}`
  const known = await candor.tenants.tenantBySlug(slug)
  tenants.push(known?.id ?? (await candor.tenants.createTenant({ publicId: slug, name })).id)
}
tell({ kind: 'started', tenants })
void progress()
for (const [t, tenant] of tenants.entries())
  if ((await candor.notices.mailings.list(tenant, incident)).length === 0)
    await prepare(candor, tenant, t, sharesOf(persons)[t]!)

async function progress(): Promise<void> {
  const from = Date.now()
  const mailings: Mailing[] = []
  for (const tenant of tenants) mailings.push(...(await candor.notices.mailings.list(tenant, incident)))
  const { rss } = process.memoryUsage()
  tell({ kind: 'progress', mailings, rss })
  setTimeout(() => void progress(), Math.max(tellMsMin, (Date.now() - from) * 9))
}
process.once('SIGTERM', () => void candor.close().then(() => process.exit(0)))

async function prepare(
  { tenants: room, notices }: Candor,
  tenant: string,
  t: number,
  count: number,
): Promise<void> {
  const actorOf = async (name: string, role: 'privacy-officer' | 'administrator') => {
    const { id } = await room.createPerson(tenant, randomUUID(), {
      ...{ name, role, email: `${name.toLowerCase()}@t${t}.example`, password: randomUUID() },
    })
    return { tenant, kind: 'agent', id, name, role } as const
  }
  const [officer, second] = [
    await actorOf('Ines', 'privacy-officer'),
    await actorOf('Mateo', 'administrator'),
  ]
  const { mailings } = notices
  const { id } = await mailings.create(officer, randomUUID(), incident, { title: 'Drill', facts: factsOf(t) })
  const mailing = { incident, id }
  for (let n = 0; n < count; n += personsPerCallMax)
    await mailings.addPersons(
      officer,
      mailing,
      Array.from({ length: Math.min(personsPerCallMax, count - n) }, (_, i) => personOf(t, n + i)),
    )
  await mailings.propose(officer, mailing, 'drill')
  await mailings.approve(second, mailing)
  await mailings.start(officer, mailing)
}
