import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import type { SiteFile } from './render-site.ts'

/**
 * A published site is a folder of plain files: what a web server of the tenant's own can serve as it is, and what ours
 * serves when nothing else of the installation runs. One folder a site, named by its slug.
 */

/** Replaces the site as a whole: a reader that holds the old files goes on with them, and nobody reads half of each. */
export function publishToFolder(folder: string, slug: string, files: readonly SiteFile[]): void {
  mkdirSync(folder, { recursive: true })
  const [place, made, old] = [slug, `.${slug}.new`, `.${slug}.old`].map((name) =>
    path.join(folder, name),
  ) as [string, string, string]
  rmSync(made, { recursive: true, force: true })
  for (const file of files) {
    const full = path.join(made, file.path)
    mkdirSync(path.dirname(full), { recursive: true })
    writeFileSync(full, file.body)
  }
  rmSync(old, { recursive: true, force: true })
  if (existsSync(place)) renameSync(place, old)
  renameSync(made, place)
  rmSync(old, { recursive: true, force: true })
}

export function withdrawFromFolder(folder: string, slug: string): void {
  rmSync(path.join(folder, slug), { recursive: true, force: true })
}

/** What stands in the folder, by slug. An end between two renames leaves the former site, which counts. */
export function readSites(folder: string): Map<string, SiteFile[]> {
  const sites = new Map<string, SiteFile[]>()
  if (!existsSync(folder)) return sites
  const names = readdirSync(folder)
  for (const name of names) {
    const former = /^\.(.+)\.old$/.exec(name)?.[1]
    const slug = former !== undefined && !names.includes(former) ? former : name
    if (slug.startsWith('.')) continue
    sites.set(slug, readFiles(path.join(folder, name)))
  }
  return sites
}

function readFiles(folder: string): SiteFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const full = path.join(entry.parentPath, entry.name)
      return {
        path: path.relative(folder, full).split(path.sep).join('/'),
        type: types[path.extname(entry.name)] ?? 'application/octet-stream',
        body: readFileSync(full, 'utf8'),
      }
    })
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.atom': 'application/atom+xml; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
}
