import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { Definition } from '@candor/virtual-agent/definition.ts'
import { startCandor } from './candor.ts'
import { ConfigFaults, readConfig } from './config.ts'
import { OtherLog } from './keyholder/connect-keyholder.ts'
import { DidNotStart } from './keyholder/supervised-process.ts'
import { openLog } from './log.ts'
import { DataFolderInUse } from './postgres/data-folder.ts'
import { requireDefinition } from './virtual-agents/check-definition.ts'

class NoDefinition extends Error {}

/**
 * `npx candor tenant <public id> <name> <origin of its site> <administrator's e-mail> [<definition of a virtual agent>]`:
 * the operator adds a client. With a file, its virtual agent answers from the start; later versions take two people.
 */
const [publicId, name, origin, email, definition] = process.argv.slice(2)
if (publicId === undefined || name === undefined || origin === undefined || email === undefined) {
  process.stderr.write(
    'Usage: npx candor tenant <public id> <name> <origin> <e-mail> [<definition.json>]\n' +
      'Example: npx candor tenant acme "Acme Ltd" https://www.acme.example ada@acme.example\n',
  )
  process.exit(2)
}
try {
  // Before anything is made: a tenant without its administrator would be of no use.
  const virtualAgent = definition === undefined ? null : await definitionIn(definition)
  const candor = await startCandor({ ...readConfig(), port: 0, demo: false }, openLog('error'))
  try {
    const id = crypto.randomUUID()
    const what = `The operator adds this tenant: ${name} (${publicId}), with the site ${origin} and an administrator.`
    await candor.accessLog.record({ type: 'operator', tenant: id, by: null, what })
    const tenant = await candor.tenants.createTenant({ id, publicId, name })
    await candor.tenants.addSite(tenant.id, origin)
    if (virtualAgent !== null)
      await candor.authoring.authoring.publishAsInstallation(
        tenant.id,
        virtualAgent,
        'Set up with the tenant',
      )
    // 128 bits: nobody guesses it before the administrator has set up a second factor.
    const password = randomBytes(16).toString('base64url')
    await candor.tenants.createPerson(tenant.id, crypto.randomUUID(), {
      name: email.split('@')[0]!,
      email,
      role: 'administrator',
      password,
    })
    process.stdout.write(
      `${name} is set up. Its administrator signs in at /desk/ as ${email} with this password, shown once:\n\n  ${password}\n\n` +
        `Script tag for ${origin}: see docs/widget.md, with data-tenant="${publicId}".\n`,
    )
  } finally {
    await candor.close()
  }
} catch (caught) {
  if (caught instanceof DataFolderInUse)
    process.stderr.write('The server is running. Stop it, add the tenant, start it again.\n')
  else if (
    [Refusal, ConfigFaults, DidNotStart, OtherLog, NoDefinition].some((kind) => caught instanceof kind) &&
    caught instanceof Error
  )
    process.stderr.write(`${caught.message}\n`)
  else throw caught
  process.exit(1)
}

async function definitionIn(file: string): Promise<Definition> {
  try {
    return (await requireDefinition(JSON.parse(readFileSync(file, 'utf8')), [])).definition
  } catch (caught) {
    if (caught instanceof Refusal) throw caught
    throw new NoDefinition(
      `${file} is no definition: ${caught instanceof Error ? caught.message : String(caught)}`,
      { cause: caught },
    )
  }
}
