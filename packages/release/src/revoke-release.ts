import { existsSync, readFileSync } from 'node:fs'
import * as path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { flagsOf, needed, readKey, readRoot, readText, UsageFault, type Subcommand } from './command-line.ts'
import { isReleaseId } from './manifest.ts'
import { ReleaseFault, replaceFile } from './release-folder.ts'
import type { ReleaseRoot } from './root.ts'
import { revocationHolds, revocationStatement, type Revocation } from './verify-release.ts'

const waitMsMax = 20_000

/**
 * Two who hold release keys sign the same revocation, one after the other, each with `--key` and the same `--file`.
 * With `--data` it goes to the server of that folder; with `candor keyholder-revoke` past the server.
 */
export const revokeCommand: Subcommand = async (args, say) => {
  const { values } = flagsOf(
    joined(args),
    {
      release: { type: 'string' },
      reason: { type: 'string' },
      file: { type: 'string' },
      root: { type: 'string' },
      key: { type: 'string', multiple: true },
      data: { type: 'string' },
    },
    [],
  )
  const file = needed(values.file, '--file <revocation>')
  const folder = values.data === undefined ? null : path.join(values.data, 'release')
  const root = readRoot(values.root ?? (folder === null ? undefined : path.join(folder, 'release-root.json')))
  let revocation = existsSync(file) ? readRevocation(file) : newRevocation(values.release, values.reason)
  for (const key of values.key ?? []) {
    revocation = signed(revocation, root, key)
    replaceFile(file, `${JSON.stringify(revocation, null, 2)}\n`)
  }
  const holds = revocationHolds(revocation, root)
  say(`${revocation.id}: ${revocation.reason}`)
  if (!holds) {
    say(`Signed by ${revocation.signatures.filter((each) => each !== '').length} of 3; 2 are needed.`)
    return folder === null ? 0 : 1
  }
  if (folder === null) {
    say('Signed by two. --data <data folder> hands it to a server, candor keyholder-revoke to a keyholder.')
    return 0
  }
  return await handOver(folder, revocation, say)
}

/** One id in 64 begins with a hyphen, which would make a flag of it. */
function joined(args: readonly string[]): string[] {
  const at = args.indexOf('--release')
  const id = args[at + 1]
  return at === -1 || id === undefined || !isReleaseId(id)
    ? [...args]
    : [...args.slice(0, at), `--release=${id}`, ...args.slice(at + 2)]
}

async function handOver(
  folder: string,
  revocation: Revocation,
  say: (line: string) => void,
): Promise<number> {
  const handed = path.join(folder, 'revocations', `${revocation.id}.json`)
  replaceFile(handed, JSON.stringify(revocation))
  for (let waited = 0; waited < waitMsMax; waited += 100) {
    if (existsSync(`${handed}.why`)) throw new ReleaseFault(readFileSync(`${handed}.why`, 'utf8').trim())
    if (!existsSync(handed)) {
      say('Revoked, for ever. Frames that are open are stopped by the kill switch: npx candor contain.')
      return 0
    }
    await sleep(100)
  }
  say(
    'No server has taken it: it is revoked when one starts. On the keyholder’s host: candor keyholder-revoke.',
  )
  return 1
}

export function readRevocation(file: string): Revocation {
  let value: unknown
  try {
    value = JSON.parse(readText(file))
  } catch (caught) {
    if (!(caught instanceof SyntaxError)) throw caught
    throw new ReleaseFault(`${file} is not JSON.`, { cause: caught })
  }
  const { id, reason, at, signatures } = (value ?? {}) as Record<string, unknown>
  if (
    typeof id !== 'string' ||
    !isReleaseId(id) ||
    typeof reason !== 'string' ||
    typeof at !== 'string' ||
    !Array.isArray(signatures) ||
    signatures.length !== 3 ||
    !signatures.every((each) => typeof each === 'string')
  )
    throw new ReleaseFault(`${file} is not a revocation.`)
  const [one, two, three] = signatures as [string, string, string]
  return { id, reason, at, signatures: [one, two, three] }
}

function newRevocation(release: string | undefined, reason: string | undefined): Revocation {
  const id = needed(release, '--release <id>')
  if (!isReleaseId(id)) throw new UsageFault('--release is the id of a release, 43 characters')
  return {
    id,
    reason: needed(reason, '--reason <why, public>'),
    at: new Date().toISOString(),
    signatures: ['', '', ''],
  }
}

function signed(revocation: Revocation, root: ReleaseRoot, keyFile: string): Revocation {
  const key = readKey(keyFile)
  const place = root.releaseKeys.indexOf(key.publicKey)
  if (place === -1) throw new ReleaseFault(`${keyFile} is none of the three release keys of the root.`)
  const signatures = [...revocation.signatures] as [string, string, string]
  signatures[place] = key.sign(revocationStatement(revocation))
  return { ...revocation, signatures }
}
