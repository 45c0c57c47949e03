/** The widget's sources in a folder of their own, built there: nobody else's `dist` decides what comes out. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { billOfMaterials } from './bill-of-materials.ts'
import { readDist, ReleaseFault, type BuiltRelease } from './release-folder.ts'

/** Where the sources of this program lie. */
export const ownProject = path.resolve(import.meta.dirname, '../../..')

/** A build takes a second; a machine that is busy with other things takes longer. */
const buildMsMax = 120_000

/**
 * Copies the sources and builds them with the packages that are installed beside the project. Two calls give the same
 * bytes, wherever the copies lie.
 * @throws ReleaseFault with what the build says.
 */
export function buildRelease(project = ownProject, into?: string): BuiltRelease {
  const copy = mkdtempSync(path.join(into ?? tmpdir(), 'candor-build-'))
  try {
    copySources(project, copy)
    try {
      execFileSync(process.execPath, ['packages/widget/build.ts'], {
        cwd: copy,
        env: { PATH: '/usr/bin:/bin', TZ: 'UTC' },
        stdio: ['ignore', 'ignore', 'pipe'],
        timeout: buildMsMax,
      })
    } catch (caught) {
      if (!(caught instanceof Error && 'stderr' in caught)) throw caught
      throw new ReleaseFault(`The build failed: ${String(caught.stderr).trim()}`, { cause: caught })
    }
    const { version } = JSON.parse(readFileSync(path.join(copy, 'package.json'), 'utf8')) as {
      version: string
    }
    return readDist(path.join(copy, 'packages/widget/dist'), {
      version,
      commit: commitOf(project),
      sbom: billOfMaterials(readFileSync(path.join(copy, 'package-lock.json'), 'utf8'), version),
    })
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

/** Of a checkout without changes; '' otherwise: bytes that no commit has are of no commit. */
export function commitOf(project: string): string {
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', project, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  try {
    const changed = git('status', '--porcelain', '--', ...sources)
    return changed === '' ? git('rev-parse', 'HEAD') : ''
  } catch (caught) {
    // No git here, or no checkout.
    if (caught instanceof Error && ('status' in caught || 'code' in caught)) return ''
    throw caught
  }
}

/** What a build reads. */
const sources = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'packages/widget',
  'packages/protocol',
  'packages/card-guard',
]

function copySources(project: string, copy: string): void {
  for (const name of sources)
    cpSync(path.join(project, name), path.join(copy, name), {
      recursive: true,
      filter: (file) => !['dist', 'node_modules', 'test'].includes(path.basename(file)),
    })
  const modules = path.join(project, 'node_modules')
  mkdirSync(path.join(copy, 'node_modules/@candor'), { recursive: true })
  for (const name of readdirSync(modules))
    if (!name.startsWith('.') && name !== '@candor')
      symlinkSync(path.join(modules, name), path.join(copy, 'node_modules', name))
  for (const name of ['protocol', 'card-guard'])
    symlinkSync(path.join('../../packages', name), path.join(copy, 'node_modules/@candor', name))
}
