import { cpSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import * as path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { flagsOf, needed, readRoot, type Subcommand } from './command-line.ts'
import { readSigned, ReleaseFault } from './release-folder.ts'
import { verifyRelease } from './verify-release.ts'

/** A server that runs takes it up within two seconds, and the keyholder's answer is on the disk. */
const waitMsMax = 20_000

/**
 * Hands a signed release to the server of this data folder, which gives it to its keyholder, which verifies it once
 * more before it is an entry. No key is needed for it: whoever may write there can publish what others signed, and
 * nothing else.
 */
export const publishCommand: Subcommand = async (args, say) => {
  const { values, positionals } = flagsOf(args, { data: { type: 'string' }, root: { type: 'string' } }, [
    'the folder of the release',
  ])
  const folder = path.join(needed(values.data, '--data <data folder>'), 'release')
  if (!existsSync(folder)) throw new ReleaseFault(`${folder} is not there: start the server once.`)
  const root = readRoot(values.root ?? path.join(folder, 'release-root.json'))
  const release = readSigned(positionals[0]!)
  const { id } = release
  const checked = verifyRelease(release.manifestText, release.signatures, root, Date.now())
  if (checked.kind !== 'valid') throw new ReleaseFault(`The release is refused: ${checked.why}.`)

  const incoming = path.join(folder, 'incoming', id)
  rmSync(`${incoming}.new`, { recursive: true, force: true })
  rmSync(`${incoming}.why`, { force: true })
  cpSync(positionals[0]!, `${incoming}.new`, { recursive: true })
  rmSync(incoming, { recursive: true, force: true })
  renameSync(`${incoming}.new`, incoming)

  const record = path.join(folder, 'releases', id, 'record.json')
  for (let waited = 0; waited < waitMsMax; waited += 200) {
    if (existsSync(`${incoming}.why`)) throw new ReleaseFault(readFileSync(`${incoming}.why`, 'utf8').trim())
    const published = existsSync(incoming) ? null : publishedIn(record)
    if (published !== null) {
      say(`${id} is published: entry ${published} of the access log.`)
      return 0
    }
    await sleep(200)
  }
  say(
    existsSync(incoming)
      ? `No server runs on ${values.data}: it publishes ${id} when it starts.`
      : `The server has ${id}, and its keyholder has not taken it yet: its log says why.`,
  )
  return 1
}

function publishedIn(record: string): number | null {
  if (!existsSync(record)) return null
  const { published } = JSON.parse(readFileSync(record, 'utf8')) as { published: { index: number } | null }
  return published?.index ?? null
}
