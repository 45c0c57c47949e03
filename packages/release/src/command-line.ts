/** What the subcommands of `candor release` have in common: flags, files of keys, and how they say no. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { parseArgs, type ParseArgsConfig } from 'node:util'
import { ReleaseFault } from './release-folder.ts'
import { parseKeyText, type ReleaseKey } from './release-keys.ts'
import { parseRoot, type ReleaseRoot } from './root.ts'

/** Wrong flags; the message says which. */
export class UsageFault extends Error {
  override readonly name = 'UsageFault'
}

/** One line on standard output. */
export type Say = (line: string) => void

/** @returns the exit code. */
export type Subcommand = (args: string[], say: Say) => Promise<number>

/** @throws UsageFault */
export function flagsOf<Options extends NonNullable<ParseArgsConfig['options']>>(
  args: string[],
  options: Options,
  positionals: string[],
) {
  let parsed
  try {
    parsed = parseArgs({ args, options, allowPositionals: true })
  } catch (caught) {
    if (!(caught instanceof Error && 'code' in caught && String(caught.code).startsWith('ERR_PARSE_ARGS')))
      throw caught
    throw new UsageFault(caught.message)
  }
  if (parsed.positionals.length !== positionals.length)
    throw new UsageFault(positionals.length === 0 ? 'too many words' : `say ${positionals.join(' and ')}`)
  return parsed
}

/** @throws UsageFault @throws ReleaseFault also for one that others can read: it is theirs as well then */
export function readKey(file: string | undefined): ReleaseKey {
  const named = needed(file, '--key <file>')
  const text = readText(named)
  if (process.platform !== 'win32' && (statSync(named).mode & 0o077) !== 0)
    throw new ReleaseFault(`${named} can be read by others. Run: chmod 600 ${named}`)
  const key = parseKeyText(text)
  if (key === null) throw new ReleaseFault(`${named} is not a key of releases.`)
  return key
}

/** @throws UsageFault @throws ReleaseFault */
export function readRoot(file: string | undefined): ReleaseRoot {
  const named = needed(file, '--root <file>')
  const root = parseRoot(readText(named))
  if (root === null) throw new ReleaseFault(`${named} is not a trust root.`)
  return root
}

export function needed(value: string | undefined, flag: string): string {
  if (value === undefined || value === '') throw new UsageFault(`${flag} is missing`)
  return value
}

export function readText(file: string): string {
  if (!existsSync(file)) throw new ReleaseFault(`${file} is not there.`)
  return readFileSync(file, 'utf8')
}
