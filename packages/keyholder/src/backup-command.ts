// npx candor keyholder-backup <keyholder folder> <target>
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import * as path from 'node:path'
import { KeyholderAway, KeyholderDenied, openKeyholderClient } from './client.ts'
import { socketIn } from './keyholder-socket.ts'

const [folder, target, ...more] = process.argv.slice(2)
if (folder === undefined || target === undefined || more.length > 0) {
  process.stderr.write(
    'Say from where and where to: npx candor keyholder-backup <keyholder folder> <target>\n',
  )
  process.exit(2)
}
if (existsSync(target)) fail(`${target} is there already. A backup goes into a folder of its own.`)
const client = openKeyholderClient({ kind: 'socket', path: socketIn(path.resolve(folder)) }, () => undefined)
try {
  const made = await client.ask('backup', {})
  const copy = path.join(folder, made.folder)
  // Closed to others before the first key is in it.
  mkdirSync(target, { mode: 0o700 })
  cpSync(copy, target, { recursive: true, errorOnExist: true, force: false })
  rmSync(copy, { recursive: true })
  process.stdout.write(
    `The keyholder's keys and its part of the log are in ${path.resolve(target)}; entry ${made.index} of the log says so.\n` +
      'Whoever has them and a copy of the database can read the conversations. Keep them as you keep the keys.\n',
  )
} catch (caught) {
  if (!(caught instanceof KeyholderAway || caught instanceof KeyholderDenied)) throw caught
  fail(
    caught instanceof KeyholderAway
      ? `No keyholder runs on ${folder}. While it is stopped, its folder can be copied as it lies.`
      : caught.message,
  )
} finally {
  client.close()
}

function fail(why: string): never {
  process.stderr.write(`${why}\n`)
  process.exit(1)
}
