import { execFile, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import * as path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * Unpacks packages of this machine's Debian, with what they need of the given name pattern, into a folder. They
 * are not installed: no service starts, no user is made, nothing has to be removed, and nobody must be root.
 * apt checks their signatures as it always does.
 */
export async function unpackDebianPackages(
  folder: string,
  names: readonly string[],
  alsoNeeded: RegExp,
): Promise<void> {
  if (existsSync(folder)) return
  const unfinished = `${folder}.unfinished`
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(path.join(unfinished, 'archives'), { recursive: true })
  if (!isKnown(names[0]!) && process.getuid?.() === 0) await run('apt-get', ['update', '--quiet'])
  if (!isKnown(names[0]!)) throw new Error(`apt does not know the package ${names[0]}`)
  const { stdout } = await run('apt-cache', [
    'depends',
    '--recurse',
    ...['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'].map(
      (kind) => `--no-${kind}`,
    ),
    ...names,
  ])
  const needed = [...new Set(stdout.split('\n').filter((line) => /^\w/.test(line) && alsoNeeded.test(line)))]
  const archives = path.join(unfinished, 'archives')
  await run('apt-get', ['download', '--quiet', ...new Set([...names, ...needed])], { cwd: archives })
  for (const archive of readdirSync(archives))
    await run('dpkg-deb', ['--extract', path.join(archives, archive), unfinished])
  rmSync(archives, { recursive: true })
  renameSync(unfinished, folder)
}

/** Whether this machine is one on which the rivals can be had. */
export function isDebian(): boolean {
  if (process.platform !== 'linux' || !existsSync('/etc/debian_version')) return false
  return /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'))
}

function isKnown(name: string): boolean {
  return /Candidate: \d/.test(spawnSync('apt-cache', ['policy', name], { encoding: 'utf8' }).stdout ?? '')
}
