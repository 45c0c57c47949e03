import { flagsOf, readKey, type Subcommand } from './command-line.ts'
import { buildRelease, ownProject } from './isolated-sources.ts'
import { buildStatement } from './manifest.ts'
import {
  readAttestations,
  readBuild,
  ReleaseFault,
  writeAttestations,
  type BuiltRelease,
} from './release-folder.ts'

/** Builds again, from one's own sources, and signs when every byte agrees. Else it says which does not. */
export const attestCommand: Subcommand = async (args, say) => {
  const { values, positionals } = flagsOf(args, { key: { type: 'string' }, project: { type: 'string' } }, [
    'the folder of the release',
  ])
  const folder = positionals[0]!
  const key = readKey(values.key)
  const theirs = readBuild(folder)
  const own = buildRelease(values.project ?? ownProject)
  const differences = differencesOf(own, theirs)
  for (const difference of differences) say(`differs: ${difference}`)
  if (differences.length > 0) throw new ReleaseFault('This build does not agree. Nothing was signed.')
  const others = readAttestations(folder).filter(({ by }) => by !== key.publicKey)
  writeAttestations(folder, [...others, { by: key.publicKey, sig: key.sign(buildStatement(own.build)) }])
  say(`The same ${own.files.size} files, built here. Attested by ${key.publicKey}.`)
  return 0
}

/** In words, by name. */
export function differencesOf(own: BuiltRelease, theirs: BuiltRelease): string[] {
  const found: string[] = []
  for (const name of [...new Set([...own.files.keys(), ...theirs.files.keys()])].sort()) {
    const [here, there] = [own.files.get(name), theirs.files.get(name)]
    if (here === undefined) found.push(`${name} is not built here`)
    else if (there === undefined) found.push(`${name} is missing`)
    else if (!here.equals(there)) found.push(`${name} has other bytes`)
  }
  if (!own.sbom.equals(theirs.sbom)) found.push('the bill of materials')
  for (const field of ['version', 'commit', 'csp'] as const)
    if (own.build[field] !== theirs.build[field])
      found.push(
        `${field}: here ${JSON.stringify(own.build[field])}, there ${JSON.stringify(theirs.build[field])}`,
      )
  return found
}
