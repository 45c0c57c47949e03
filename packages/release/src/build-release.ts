import { existsSync, readdirSync } from 'node:fs'
import { flagsOf, needed, type Subcommand } from './command-line.ts'
import { buildRelease, ownProject } from './isolated-sources.ts'
import { policyFits } from './manifest.ts'
import { ReleaseFault, writeBuild } from './release-folder.ts'

/** Builds the widget in a folder of its own and lays down what would be served, with its bill of materials. */
export const buildCommand: Subcommand = async (args, say) => {
  const { values } = flagsOf(args, { out: { type: 'string' }, project: { type: 'string' } }, [])
  const out = needed(values.out, '--out <folder>')
  if (existsSync(out) && readdirSync(out).length > 0)
    throw new ReleaseFault(`${out} is not empty: a release lies in a folder of its own.`)
  const built = buildRelease(values.project ?? ownProject)
  const { version, commit, files, csp } = built.build
  if (!policyFits(csp, files))
    throw new ReleaseFault('The policy of the frame names more than its own scripts.')
  writeBuild(out, built)
  for (const [name, digest] of Object.entries(files)) say(`${digest}  ${name}`)
  say(
    commit === ''
      ? `${out}: ${version} of no commit: the sources are changed, or no checkout. Nobody else can build the same.`
      : `${out}: ${version} of commit ${commit}`,
  )
  return 0
}
