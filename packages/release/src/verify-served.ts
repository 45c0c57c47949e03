import { existsSync } from 'node:fs'
import { verifyBundle } from './bundle.ts'
import { flagsOf, readRoot, UsageFault, type Subcommand } from './command-line.ts'
import { integrityOf, manifestCharsMax, policyFits, type ReleaseManifest } from './manifest.ts'
import { loaderTemplate, readSigned, ReleaseFault, sbomDigest } from './release-folder.ts'
import { parseRoot, pinLoader, pinOf, type ReleaseRoot } from './root.ts'
import { fetchBytes, NotServed } from './served-release.ts'
import { attestationsOf, verifyRelease } from './verify-release.ts'

/** A bundle is a manifest, some keys and a path. */
const bundleBytesMax = 65_536
const fileBytesMax = 4 * 1024 * 1024

/** A release folder, or what a server serves: the bundle as a loader checks it, then every byte it stands for. */
export const verifyCommand: Subcommand = async (args, say) => {
  const { values, positionals } = flagsOf(args, { root: { type: 'string' } }, ['a folder or a URL'])
  const target = positionals[0]!
  if (!URL.canParse(target) || existsSync(target)) {
    const root = readRoot(values.root)
    const release = readSigned(target)
    const checked = verifyRelease(release.manifestText, release.signatures, root, Date.now())
    if (checked.kind !== 'valid') throw new ReleaseFault(`The release does not hold: ${checked.why}.`)
    return told(release.manifest, release.id, root, say)
  }
  const base = new URL(target)
  if (!/^https?:$/.test(base.protocol)) throw new UsageFault('say a folder, or a URL of http or https')
  try {
    return await verifyServed(base, values.root, say)
  } catch (caught) {
    if (!(caught instanceof NotServed)) throw caught
    throw new ReleaseFault(`Not verified: ${caught.message}.`, { cause: caught })
  }
}

async function verifyServed(
  base: URL,
  rootFile: string | undefined,
  say: (line: string) => void,
): Promise<number> {
  const at = (path: string): URL => new URL(path, base)
  const served = parseRoot((await fetchBytes(at('/w/release-root.json'), bundleBytesMax)).toString('utf8'))
  const root = rootFile === undefined ? served : readRoot(rootFile)
  if (root === null) throw new ReleaseFault('The server shows no trust root.')
  if (rootFile === undefined)
    say(
      `Believing the server about who signs: pin ${pinOf(root)}. --root <file> is for those who know it otherwise.`,
    )
  const checked = verifyBundle(
    parsed(await fetchBytes(at('/w/release.json'), bundleBytesMax)),
    pinOf(root),
    Date.now(),
  )
  if (checked.kind === 'invalid') throw new ReleaseFault(`The bundle does not hold: ${checked.fault}.`)
  const { id, manifest } = checked
  say(
    `${id} is in force: signed by two, in the log, cosigned by ${root.witnesses.length}, said at ${checked.at}`,
  )
  const wrong: string[] = []
  for (const [name, digest] of Object.entries(manifest.files)) {
    const content = await fetchBytes(at(`/w/${id}/${name}`), fileBytesMax)
    if (integrityOf(content) !== digest) wrong.push(name)
    else if (name === loaderTemplate) {
      const pinned = pinLoader(content, pinOf(root))
      const loader = await fetchBytes(at(`/w/${pinned.name}`), fileBytesMax)
      if (integrityOf(loader) === pinned.integrity)
        say(`/w/${pinned.name} is its loader: integrity="${pinned.integrity}"`)
      else wrong.push(pinned.name)
    }
  }
  if (sbomDigest(await fetchBytes(at(`/w/${id}/sbom.json`), fileBytesMax)) !== manifest.sbom)
    wrong.push('sbom.json')
  const text = await fetchBytes(at(`/w/${id}/manifest.json`), manifestCharsMax)
  if (text.toString('utf8') !== JSON.stringify(manifest)) wrong.push('manifest.json')
  if (wrong.length > 0) throw new ReleaseFault(`Served with other bytes: ${wrong.join(', ')}.`)
  say(`${Object.keys(manifest.files).length} files are served with the bytes that were signed`)
  return told(manifest, id, root, say)
}

function told(manifest: ReleaseManifest, id: string, root: ReleaseRoot, say: (line: string) => void): number {
  const attestations = attestationsOf(manifest, root)
  say(
    `${manifest.version}, commit ${manifest.commit || '(none)'}, until ${new Date(manifest.expires).toISOString()}; ${attestations} of 2 reproducible builds agree`,
  )
  if (!policyFits(manifest.csp, manifest.files))
    throw new ReleaseFault(`${id}: its policy names more than its own scripts.`)
  return 0
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch (caught) {
    if (caught instanceof SyntaxError) return null
    throw caught
  }
}
