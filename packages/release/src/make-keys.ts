import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { flagsOf, needed, UsageFault, type Subcommand } from './command-line.ts'
import { ReleaseFault } from './release-folder.ts'
import { newKeyText, parseKeyText } from './release-keys.ts'
import { parseRoot, pinOf, spellRoot } from './root.ts'

/**
 * One key for whoever holds it (`--one`), or all five and the root. Public keys that are given were made elsewhere, and
 * should have been.
 */
export const makeKeys: Subcommand = async (args, say) => {
  const { values } = flagsOf(
    args,
    {
      one: { type: 'string' },
      out: { type: 'string' },
      log: { type: 'string' },
      witness: { type: 'string', multiple: true },
      'release-key': { type: 'string', multiple: true },
      builder: { type: 'string', multiple: true },
    },
    [],
  )
  if (values.one !== undefined) {
    say(makeKey(values.one))
    return 0
  }
  const out = needed(values.out, '--out <folder>')
  const log = needed(values.log, '--log <vkey>')
  mkdirSync(out, { recursive: true, mode: 0o700 })
  const complete = (given: readonly string[], count: number, name: string): string[] => {
    if (given.length > count) throw new UsageFault(`${count} keys are enough`)
    return Array.from(
      { length: count },
      (_, at) => given[at] ?? makeKey(path.join(out, `${name}-${at + 1}.key`)),
    )
  }
  const rootFile = path.join(out, 'release-root.json')
  if (existsSync(rootFile)) throw new ReleaseFault(`${rootFile} is there already.`)
  const releaseKeys = complete(values['release-key'] ?? [], 3, 'release')
  const builders = complete(values.builder ?? [], 2, 'builder')
  const root = parseRoot(
    JSON.stringify({ v: 1, releaseKeys, log, witnesses: values.witness ?? [], builders }),
  )
  if (root === null)
    throw new ReleaseFault('This makes no trust root: a key is given twice, or one is not of its kind.')
  writeFileSync(rootFile, spellRoot(root))
  say(`${rootFile}: pin ${pinOf(root)}`)
  say('Give each key to somebody else, on another machine, and delete it here: docs/releases.md.')
  return 0
}

/** @returns the public key. @throws ReleaseFault rather than write over one. */
function makeKey(file: string): string {
  if (existsSync(file)) throw new ReleaseFault(`${file} is there already.`)
  const text = newKeyText()
  writeFileSync(file, text, { mode: 0o600, flag: 'wx' })
  return parseKeyText(text)!.publicKey
}
