import { flagsOf, readKey, readRoot, UsageFault, type Subcommand } from './command-line.ts'
import { parseManifest, policyFits, releaseIdOf, spellManifest } from './manifest.ts'
import {
  readAttestations,
  readBuild,
  readManifestText,
  readSigned,
  readSignatures,
  ReleaseFault,
  writeSigned,
} from './release-folder.ts'
import { signaturesMin } from './root.ts'
import { attestationsOf, signersOf, type Signatures } from './verify-release.ts'

const dayMs = 86_400_000
const daysMax = 7

/** The first who signs says from when and until when; the others sign the same text. */
export const signCommand: Subcommand = async (args, say) => {
  const { values, positionals } = flagsOf(
    args,
    {
      key: { type: 'string' },
      root: { type: 'string' },
      days: { type: 'string' },
      unattested: { type: 'boolean' },
    },
    ['the folder of the release'],
  )
  const folder = positionals[0]!
  const root = readRoot(values.root)
  const key = readKey(values.key)
  const place = root.releaseKeys.indexOf(key.publicKey)
  if (place === -1) throw new ReleaseFault('This key is none of the three release keys of the root.')
  const days = Number(values.days ?? daysMax)
  if (!(days > 0 && days <= daysMax)) throw new UsageFault(`--days is a number up to ${daysMax}`)

  const { build } = readBuild(folder)
  if (!policyFits(build.csp, build.files))
    throw new ReleaseFault('The policy of the frame names more than its own scripts.')
  const now = Date.now()
  const text =
    readManifestText(folder) ??
    spellManifest({
      v: 1,
      ...build,
      issued: new Date(now).toISOString(),
      expires: now + days * dayMs,
      built: readAttestations(folder),
    })
  const manifest = parseManifest(text)
  if (manifest === null) throw new ReleaseFault('manifest.json is not a manifest in its one spelling.')
  const attestations = attestationsOf(manifest, root)
  if (attestations < root.builders.length && values.unattested !== true)
    throw new ReleaseFault(
      `${attestations} of ${root.builders.length} builders attest this release. --unattested signs it all the same, and every monitor will say so.`,
    )
  const signatures = [...readSignatures(folder)] as [string, string, string]
  signatures[place] = key.sign(text)
  writeSigned(folder, text, signatures satisfies Signatures)
  // What was signed is what lies there: read back, with every file.
  readSigned(folder)
  const signers = signersOf(text, signatures, root.releaseKeys)
  say(
    `${releaseIdOf(text)}: ${manifest.version}, until ${new Date(manifest.expires).toISOString()}, attested by ${attestations}`,
  )
  say(
    signers < signaturesMin
      ? `Signed by ${signers} of 3; ${signaturesMin} are needed.`
      : `Signed by ${signers} of 3. It can be published.`,
  )
  return 0
}
