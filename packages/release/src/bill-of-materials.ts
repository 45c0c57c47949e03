/** What the widget is made of, as CycloneDX 1.6 (ECMA-424), from the lock file: the same lock, the same bytes. */

interface LockedPackage {
  version?: string
  resolved?: string
  integrity?: string
  link?: boolean
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
}

/** The part of the repository that a release is. */
const part = 'packages/widget'
/** Of its tools only what makes the bytes; what tests it is no part of it. */
const buildTools = ['esbuild']

/**
 * Packages that are in the files are `required`; the tools that made the files are `excluded`, which is CycloneDX's
 * word for what is not delivered. Without a date and a serial number, which no second builder would get again.
 * @throws Error when a package is not in the lock.
 */
export function billOfMaterials(lockText: string, version: string): Buffer {
  const { packages } = JSON.parse(lockText) as { packages: Record<string, LockedPackage> }
  const widget = packages[part]
  if (widget === undefined) throw new Error(`${part} is not in package-lock.json.`)
  const found = new Map<string, { name: string; locked: LockedPackage; scope: 'required' | 'excluded' }>()
  const edges = new Map<string, string[]>()

  /** As Node resolves it: the nearest folder, from the inside out. */
  const pathOf = (name: string, from: string): string => {
    for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
      const path = `${at === '' ? '' : `${at}/`}node_modules/${name}`
      const locked = packages[path]
      if (locked !== undefined) return locked.link === true ? locked.resolved! : path
      if (at === '') throw new Error(`${name} is not in package-lock.json.`)
      if (!at.includes('/node_modules/')) at = ''
    }
  }

  const visit = (name: string, path: string, scope: 'required' | 'excluded'): void => {
    if (found.get(path)?.scope === scope || found.get(path)?.scope === 'required') return
    const locked = packages[path]!
    found.set(path, { name, locked, scope })
    const below = Object.keys(locked.dependencies ?? {}).sort()
    edges.set(
      path,
      below.map((each) => pathOf(each, path)),
    )
    for (const each of below) visit(each, pathOf(each, path), scope)
  }

  const direct = [...Object.keys(widget.dependencies ?? {}), ...buildTools].sort()
  for (const name of direct)
    visit(name, pathOf(name, part), buildTools.includes(name) ? 'excluded' : 'required')

  const purlOf = (path: string): string => {
    const { name, locked } = found.get(path)!
    return `pkg:npm/${name.replace('@', '%40')}@${locked.version}`
  }
  const self = `pkg:npm/%40candor/widget@${version}`
  const paths = [...found.keys()].sort()
  return Buffer.from(
    `${JSON.stringify(
      {
        bomFormat: 'CycloneDX',
        specVersion: '1.6',
        version: 1,
        metadata: {
          component: { type: 'application', 'bom-ref': self, name: '@candor/widget', version, purl: self },
        },
        components: paths.map((path) => {
          const { name, locked, scope } = found.get(path)!
          return {
            type: 'library',
            'bom-ref': purlOf(path),
            name,
            version: locked.version,
            scope,
            purl: purlOf(path),
            ...(locked.integrity === undefined ? {} : { hashes: hashesOf(locked.integrity) }),
          }
        }),
        dependencies: [
          { ref: self, dependsOn: direct.map((name) => purlOf(pathOf(name, part))) },
          ...paths.map((path) => ({ ref: purlOf(path), dependsOn: edges.get(path)!.map(purlOf) })),
        ],
      },
      null,
      2,
    )}\n`,
  )
}

/** `sha512-<base64>` as npm writes it. */
function hashesOf(integrity: string): { alg: string; content: string }[] {
  return integrity.split(' ').flatMap((each) => {
    const [, bits, digest] = /^sha(256|384|512)-(.+)$/.exec(each) ?? []
    return digest === undefined
      ? []
      : [{ alg: `SHA-${bits}`, content: Buffer.from(digest, 'base64').toString('hex') }]
  })
}
