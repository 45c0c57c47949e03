// npx candor keyholder-revoke <keyholder folder> <revocation>
import * as path from 'node:path'
import { ReleaseFault } from '@candor/release/release-folder.ts'
import { readRevocation } from '@candor/release/revoke-release.ts'
import { KeyholderAway, KeyholderDenied, openKeyholderClient } from './client.ts'
import { socketIn } from './keyholder-socket.ts'

/** Past the server, which may be in somebody else's hands: two signatures are all that it takes. */
const [folder, file, ...more] = process.argv.slice(2)
if (folder === undefined || file === undefined || more.length > 0) {
  process.stderr.write('Say where and what: npx candor keyholder-revoke <keyholder folder> <revocation>\n')
  process.exit(2)
}
const client = openKeyholderClient({ kind: 'socket', path: socketIn(path.resolve(folder)) }, () => undefined)
try {
  const { id, reason, at, signatures } = readRevocation(file)
  const { index } = await client.ask('release-revoke', { id, reason, at, signatures })
  process.stdout.write(`${id} is revoked, for ever: entry ${index} of the access log.\n`)
} catch (caught) {
  if (!(
    caught instanceof KeyholderAway ||
    caught instanceof KeyholderDenied ||
    caught instanceof ReleaseFault
  ))
    throw caught
  const why = caught instanceof KeyholderAway ? `No keyholder runs on ${folder}.` : caught.message
  process.stderr.write(`${why}\n`)
  process.exitCode = 1
} finally {
  client.close()
}
